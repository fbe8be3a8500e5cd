import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { createAnswerer } from '../../src/server/answer.js';
import { createErrors } from '../../src/server/errors.js';
import type { Pipeline } from '../../src/server/pipeline.js';

test('what nobody expected is a masked error, and is logged', async () => {
  const logged: string[] = [];
  const log = (level: string, message: string, facts?: object) =>
    void logged.push(`${level} ${message} ${JSON.stringify(facts)}`);
  const pipeline = {
    handleNodeRequestAndResponse: () => Promise.reject(new Error('hunter2 is odd')),
  } as unknown as Pipeline;
  const answer = createAnswerer(pipeline, createErrors(buildSchema('type Query { a: Int }'), log));
  const server = createServer(
    (req, res) => void answer({ req, res, requestId: 'r1', began: 0, streaming: () => undefined }),
  );
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
  expect(response.status).toBe(500);
  const text = await response.text();
  expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL', requestId: 'r1' } }] });
  expect(text).not.toMatch(/hunter2|node_modules|\bat /);
  expect(logged).toEqual([expect.stringContaining('hunter2 is odd')]);
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});
