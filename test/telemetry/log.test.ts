import { expect, test } from 'vitest';
import { workingOn } from '../../src/telemetry/context.js';
import { createLog } from '../../src/telemetry/log.js';

function lines(work: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  const written: string[] = [];
  work(createLog('info', { write: (line) => void written.push(line) }));
  return written.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('a line says what the work at hand is for, also behind a wait, and nothing of other work', async () => {
  const written: string[] = [];
  const log = createLog('info', { write: (line) => void written.push(line) });
  const traceParent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  await workingOn({ requestId: 'r1', traceParent }, async () => {
    await new Promise((turn) => setImmediate(turn));
    await workingOn({ auditLogId: 'e1', connectionId: 'c1' }, async () => log('warn', 'inside', { more: 1 }));
    log('info', 'around');
  });
  log('error', 'outside');
  expect(written.map((line) => JSON.parse(line))).toMatchObject([
    {
      level: 40,
      msg: 'inside',
      requestId: 'r1',
      auditLogId: 'e1',
      connectionId: 'c1',
      traceId: 'a'.repeat(32),
      more: 1,
    },
    { level: 30, msg: 'around', requestId: 'r1' },
    { level: 50, msg: 'outside' },
  ]);
  expect(JSON.parse(written[1] ?? '')).not.toHaveProperty('auditLogId');
  expect(JSON.parse(written[2] ?? '')).not.toHaveProperty('requestId');
});

test('what is called like a secret is not written', () => {
  const [line] = lines((log) => log('info', 'x', { password: 'hunter2', request: { authorization: 'hunter2' } }));
  expect(JSON.stringify(line)).not.toContain('hunter2');
});
