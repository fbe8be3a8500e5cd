import { z } from 'zod';
import { auditLog } from '../audit/log.js';
import { ownConnection } from './connection-access.js';
import { diagnose, settleCheck } from './connection-check.js';
import { checkedCredentials, credentialsInput, currencyCode } from './credentials.js';
import { Refusal } from './refusal.js';
import type { Verb, Work } from './run.js';
import { verificationJob } from './verify-connector-connection.js';

const input = z.object({
  id: z.string().nullish(),
  currency: currencyCode.nullish(),
  credentials: credentialsInput.nullish(),
});
type Input = z.infer<typeof input>;

/** The connection doctor without storing anything, on credentials that are typed in; or again on a stored connection. */
export const testConnectorConnection: Verb<Input, { connectionId: string | null }> = {
  code: 'TestConnectorConnection',
  input,
  summary: ({ id }) => (id ? 'Test a stored connection' : 'Test credentials that are not stored'),
  async run(work, { id, currency, credentials }) {
    if (id && !credentials) return testStored(work, id);
    if (id || !credentials || !currency) {
      throw new Refusal({
        type: 'InvalidInput',
        code: 'INVALID_INPUT',
        message: 'Give either the id of a stored connection, or credentials and a currency.',
        path: ['input'],
      });
    }
    const given = checkedCredentials(work.connectors, credentials);
    const session = work.sessions.open({ id: work.entryId, currency, ...given });
    return {
      status: 'PENDING',
      inThisProcess: true,
      details: { connector: given.connectorId, currency },
      async commit() {
        // In this process only: unsaved secrets do not go into a job. If it dies, the others fail the entry.
        setImmediate(() => void inBackground(work, session));
        return { connectionId: null };
      },
    };
  },
};

async function testStored(work: Work, id: string) {
  const connection = await ownConnection(work, id, ['input', 'id']);
  return {
    status: 'PENDING' as const,
    subject: { connectionId: id, target: { kind: 'Connection', id, name: connection.alias } },
    async commit(tx: Parameters<Awaited<ReturnType<typeof testConnectorConnection.run>>['commit']>[0]) {
      await work.jobs.enqueue(tx, verificationJob(work.scope, id, work.entryId));
      return { connectionId: id };
    },
  };
}

async function inBackground(work: Work, session: ReturnType<Work['sessions']['open']>): Promise<void> {
  const { db, scope, entryId } = work;
  try {
    await db.transaction((tx) => auditLog.move(tx, scope, entryId, 'RUNNING', 'Checking the credentials.'));
    const diagnostics = await diagnose(work, session, scope, entryId);
    await db.transaction((tx) => settleCheck(tx, scope, entryId, diagnostics, 'A connection with these credentials'));
  } catch (error) {
    work.log('error', `Testing credentials failed: ${(error as Error).name}`);
  } finally {
    await session.dispose?.();
  }
}
