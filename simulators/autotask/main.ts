/** `npm run simulator -- --port N --host H --state FILE --json` */
import { parseArgs } from 'node:util';
import { sampleWorld, startAutotaskSimulator } from './index.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    state: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const world = sampleWorld();
const simulator = await startAutotaskSimulator({
  world,
  port: Number(values.port),
  host: values.host,
  ...(values.state ? { stateFile: values.state } : {}),
});
const { url, discoveryUrl, adminUrl } = simulator;
const credentials = world.users.map(({ username, secret, integrationCode }) => ({ username, secret, integrationCode }));

if (values.json) console.log(JSON.stringify({ url, discoveryUrl, adminUrl, credentials }));
else {
  console.log(`Autotask simulator  ${url}`);
  console.log(`  discovery         ${discoveryUrl}/V1.0/zoneInformation?user=...`);
  console.log(`  admin             ${adminUrl}`);
  for (const user of credentials) {
    console.log(`  UserName ${user.username}   Secret ${user.secret}   ApiIntegrationCode ${user.integrationCode}`);
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void simulator.close().then(() => process.exit(0)));
}
