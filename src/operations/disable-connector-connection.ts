import { z } from 'zod';
import { ownConnection } from './connection-access.js';
import { idempotencyKeyInput } from './credentials.js';
import { notFound } from './refusal.js';
import type { Verb } from './run.js';

const input = z.object({ id: z.string(), idempotencyKey: idempotencyKeyInput });

/**
 * Switches a connection off (1.8): no mapping is made on it and nothing of it is sent or read any more, but for a write that is
 * on its way just now. What happens to its cloud subscriptions waits in their lanes, in order, until it is enabled again.
 */
export const disableConnectorConnection: Verb<z.infer<typeof input>, { connectionId: string }> = {
  code: 'DisableConnectorConnection',
  input,
  summary: () => 'Disable a connection',
  async run(work, { id }) {
    const connection = await ownConnection(work, id, ['input', 'id']);
    return {
      status: 'SUCCEEDED',
      subject: { connectionId: id, target: { kind: 'Connection', id, name: connection.alias } },
      summary: `Disabled the connection "${connection.alias}"; its changes wait until it is enabled`,
      details: { before: connection.status },
      async commit(tx) {
        const told = {
          statusCode: 'SWITCHED_OFF',
          statusReason: 'A person disabled it; enable it and its work goes on.',
        };
        const { count } = await tx.connection.updateMany({
          where: { ...work.scope, id, deletedAt: null },
          data: { status: 'DISABLED', ...told, updatedAt: work.now() },
        });
        if (count === 0) throw notFound('connection', ['input', 'id']);
        return { connectionId: id };
      },
    };
  },
};
