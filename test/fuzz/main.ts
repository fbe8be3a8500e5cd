import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import setup from '../support/global-setup.js';
import { dumped, leaks } from '../support/leaks.js';
import { createFuzzTarget } from './gateway.js';
import { fuzz } from './run.js';

const HELP = `Sends generated requests to a gateway of its own: documents made from the schema with wild values, damaged
documents and random bodies, mutations included. No answer may be 500 or above, or tell what it should not.

  npm run fuzz -- --inputs 100000 --seed 7

  --inputs N    how many (default 100000)
  --seed S      of the first; each further input has the next one (default: chosen and printed)
  --out FILE    all failures as JSON
`;

/** Ends with 0 when there was no failure, else with 1. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string', default: '100000' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 0xffffffff)) },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const stop = await setup();
  const { app, schema, ids } = await createFuzzTarget();
  process.stdout.write(`seed ${values.seed}\n`);
  const inputs = Number(values.inputs);
  const began = Date.now();
  const { failures, statuses } = await fuzz({
    ...{ url: app.url, key: app.csp.key, schema, ids, inputs, seed: Number(values.seed) },
    onProgress: (done) => {
      if (done % 1_000 === 0)
        process.stdout.write(`${done} of ${inputs}, ${Math.round((Date.now() - began) / 1000)} s\n`);
    },
  });
  const faults = app.logged.filter((line) => line.startsWith('error'));
  for (const [where, text] of [['the log', app.logged.join('\n')] as const, ...(await dumped(app.database))]) {
    for (const encoding of leaks(text)) faults.push(`${where} holds the secret as ${encoding}`);
  }
  for (const { seed, why, answer } of failures.slice(0, 20))
    process.stdout.write(`seed ${seed}: ${why}\n  ${answer.slice(0, 300)}\n`);
  for (const line of [...new Set(faults)].slice(0, 20)) process.stdout.write(`logged: ${line.slice(0, 300)}\n`);
  process.stdout.write(
    `${inputs} inputs, ${failures.length} failures, ${faults.length} faults logged; answers by status: ${JSON.stringify(statuses)}\n`,
  );
  if (values.out !== undefined) writeFileSync(values.out, JSON.stringify({ failures, faults }, null, 2));
  await app.close();
  await stop();
  return failures.length + faults.length > 0 ? 1 : 0;
}

process.exit(await main());
