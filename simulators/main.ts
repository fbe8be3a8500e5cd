/** `npm run simulator -- [autotask|connectwise|cloudcockpit] --port N --host H --json`; `--state FILE` for autotask. */
import { parseArgs } from 'node:util';
import * as autotask from './autotask/index.js';
import * as cloudcockpit from './cloudcockpit/index.js';
import * as connectwise from './connectwise/index.js';

interface Running {
  readonly facts: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}
interface Options {
  readonly port: number;
  readonly host: string;
  readonly state: string | undefined;
}

/** By the name of the PSA, or of the marketplace. */
const SIMULATORS: Readonly<Record<string, (options: Options) => Promise<Running>>> = {
  async autotask({ port, host, state }) {
    const world = autotask.sampleWorld();
    const options = { world, port, host, ...(state ? { stateFile: state } : {}) };
    const simulator = await autotask.startAutotaskSimulator(options);
    const { url, discoveryUrl, adminUrl, close } = simulator;
    const credentials = world.users.map(({ username, secret, integrationCode }) => ({
      username,
      secret,
      integrationCode,
    }));
    return { facts: { url, discoveryUrl, adminUrl, credentials }, close };
  },
  async connectwise({ port, host }) {
    const world = connectwise.sampleWorld();
    const { url, apiUrl, adminUrl, close } = await connectwise.startConnectWiseSimulator({ world, port, host });
    const { companyId, clientIds } = world;
    const credentials = world.members.map(({ publicKey, privateKey }) => ({
      ...{ site: url, companyId, publicKey, privateKey },
      clientId: clientIds[0],
    }));
    return { facts: { url, apiUrl, adminUrl, credentials }, close };
  },
  async cloudcockpit({ port, host }) {
    const world = cloudcockpit.sampleWorld();
    const { url, tokenUrl, adminUrl, close } = await cloudcockpit.startCloudCockpitSimulator({ world, port, host });
    const { domains, clients, scope } = world;
    return { facts: { url, tokenUrl, adminUrl, domain: domains[0], scope, credentials: clients }, close };
  },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    state: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const [name = 'autotask'] = positionals;
const start = SIMULATORS[name];
if (!start) {
  console.error(`There is no simulator "${name}"; there are ${Object.keys(SIMULATORS).join(', ')}.`);
  process.exit(2);
}
const { facts, close } = await start({ port: Number(values.port), host: values.host, state: values.state });

if (values.json) console.log(JSON.stringify(facts));
else for (const [what, value] of Object.entries({ simulator: name, ...facts })) console.log(what.padEnd(14), value);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void close().then(() => process.exit(0)));
}
