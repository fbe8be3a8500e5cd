import { parseArgs } from 'node:util';
import { createTestDatabase } from '../support/database.js';
import setup from '../support/global-setup.js';
import { runRolling } from './run.js';

/** `npm run test:rolling -- --restarts 20`: exit code 0 when no accepted request failed and no live client missed anything. */
const { values } = parseArgs({
  options: {
    restarts: { type: 'string', default: '20' },
    readers: { type: 'string', default: '6' },
    lines: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const teardown = await setup();
const database = await createTestDatabase();
const report = await runRolling({
  database,
  restarts: Number(values.restarts),
  readers: Number(values.readers),
  lines: Number(values.lines),
  onRestart: (done) => process.stderr.write(`restart ${done} of ${values.restarts}\n`),
});
await database.drop();
await teardown?.();
const { failed, missed, doubled, wrongLines, badExits } = report;
const holds = missed === 0 && doubled === 0 && [failed, wrongLines, badExits].every((list) => list.length === 0);
if (values.json) process.stdout.write(`${JSON.stringify({ ...report, holds })}\n`);
else {
  for (const [name, value] of Object.entries(report)) {
    const shown = Array.isArray(value)
      ? [value.length, ...value.slice(0, 10)].join('\n    ')
      : Math.round(value as number);
    process.stdout.write(`${name.padEnd(16)}${shown}\n`);
  }
  process.stdout.write(holds ? 'Held.\n' : 'NOT held.\n');
}
process.exitCode = holds ? 0 : 1;
