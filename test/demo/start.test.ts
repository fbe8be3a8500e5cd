import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { createDemos, processesOf } from './support.js';

const demos = createDemos();
afterAll(() => demos.close());

const START = [process.execPath, 'scripts/run.mjs', 'src/main.ts'];

test('a start on a taken port says which setting mends it, leaves nothing behind, and keeps the first key for the next', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const port = String((taken.address() as AddressInfo).port);
  const folder = await demos.folder();
  const env = { GATEWAY_DATA_DIR: folder, GATEWAY_LOG_LEVEL: 'info' };

  const refused = await demos.run(START, { ...env, GATEWAY_PORT: port }).ended;
  taken.close();
  expect(refused.code).toBe(1);
  expect(refused.stderr).toBe(
    `The gateway could not start: port ${port} of 127.0.0.1 is taken. Stop what listens there, or set GATEWAY_PORT or GATEWAY_METRICS_PORT to another (0 takes a free one).\n`,
  );
  expect(refused.stdout).not.toContain('cgk_');
  expect(await processesOf(folder)).toEqual([]);

  const started = demos.run(START, { ...env, GATEWAY_PORT: '0' });
  const told = new Promise<void>((resolve) => {
    let text = '';
    started.process.stdout?.on('data', (chunk: Buffer) => {
      text += chunk;
      if (/cgk_\w+/.test(text)) resolve();
    });
  });
  await Promise.race([told, started.ended]);
  const ended = await started.interrupt();
  expect(ended.code).toBe(0);
  expect(ended.stdout).toMatch(/shown this once:\n\n {2}cgk_/);
});
