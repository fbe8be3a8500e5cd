import { z } from 'zod';
import { ownConnection, type StoredConnection } from './connection-access.js';
import { idempotencyKeyInput } from './credentials.js';
import { Refusal } from './refusal.js';
import type { Verb } from './run.js';
import { verificationJob } from './verify-connector-connection.js';

const input = z.object({ id: z.string(), idempotencyKey: idempotencyKeyInput });

/**
 * Switches a DISABLED connection on again: it is checked as when it was made, for nobody knows what became of it meanwhile, and
 * where it works its lanes go on from where they stand.
 */
export const enableConnectorConnection: Verb<z.infer<typeof input>, { connectionId: string }> = {
  code: 'EnableConnectorConnection',
  input,
  summary: () => 'Enable a connection',
  async run(work, { id }) {
    const connection = await ownConnection(work, id, ['input', 'id']);
    if (connection.status !== 'DISABLED') throw notDisabled(connection);
    return {
      status: 'PENDING',
      subject: { connectionId: id, target: { kind: 'Connection', id, name: connection.alias } },
      summary: `Enable the connection "${connection.alias}"`,
      async commit(tx) {
        const { count } = await tx.connection.updateMany({
          where: { ...work.scope, id, status: 'DISABLED', deletedAt: null },
          data: { status: 'VALIDATING', statusCode: null, statusReason: null, updatedAt: work.now() },
        });
        // Enabled or deleted meanwhile.
        if (count === 0) throw notDisabled(await ownConnection(work, id, ['input', 'id']));
        await work.jobs.enqueue(tx, verificationJob(work.scope, id, work.entryId));
        return { connectionId: id };
      },
    };
  },
};

function notDisabled({ alias, status }: Pick<StoredConnection, 'alias' | 'status'>): Refusal {
  return new Refusal({
    type: 'ConnectionNotReady',
    code: 'CONNECTION_NOT_DISABLED',
    message: `The connection "${alias}" is ${status}: there is nothing to enable. To check it again, test it.`,
    path: ['input', 'id'],
    status,
  });
}
