import { z } from 'zod';
import { unmap } from '../delivery/unmap.js';
import { ownConnection } from './connection-access.js';
import { idempotencyKeyInput } from './credentials.js';
import { NOTHING_PENDING } from './pending-credentials.js';
import { notFound, Refusal } from './refusal.js';
import type { Verb } from './run.js';

const input = z.object({ id: z.string(), cascade: z.boolean().nullish(), idempotencyKey: idempotencyKeyInput });

/**
 * Deletes a connection: its secret is erased at once, its audit stays (R16). Refused while cloud subscriptions are mapped,
 * unless `cascade`: then the mappings go too. Nothing is written to the PSA.
 */
export const deleteConnectorConnection: Verb<z.infer<typeof input>, { connectionId: string }> = {
  code: 'DeleteConnectorConnection',
  input,
  summary: ({ cascade }) => (cascade ? 'Delete a connection with its mappings' : 'Delete a connection'),
  async run(work, { id, cascade }) {
    const connection = await ownConnection(work, id, ['input', 'id']);
    const refuseUsed = async (tx: Pick<typeof work.db.client, 'mapping'>): Promise<void> => {
      const where = { ...work.scope, connectionId: id, kind: 'SUBSCRIPTION' as const, deletedAt: null };
      const [count, some] = await Promise.all([
        tx.mapping.count({ where }),
        tx.mapping.findMany({ where, select: { id: true }, take: 10 }),
      ]);
      if (count === 0) return;
      throw new Refusal({
        type: 'InUse',
        code: 'CONNECTION_IN_USE',
        message: `${count} cloud subscriptions are mapped on "${connection.alias}". Unmap them first, or delete with cascade: true.`,
        path: ['input', 'cascade'],
        mappingIds: some.map((mapping) => mapping.id),
        count,
      });
    };
    if (!cascade) await refuseUsed(work.db.client);
    return {
      status: 'SUCCEEDED',
      subject: { connectionId: id, target: { kind: 'Connection', id, name: connection.alias } },
      summary: `Deleted the connection "${connection.alias}"; its secret is erased`,
      async commit(tx) {
        // Locks the row first: a mapping made meanwhile is seen here or waits and finds the connection gone.
        const { count } = await tx.connection.updateMany({
          where: { ...work.scope, id, deletedAt: null },
          data: {
            status: 'DELETED',
            deletedAt: work.now(),
            sealedCredentials: null,
            fingerprint: null,
            ...NOTHING_PENDING,
            updatedAt: work.now(),
          },
        });
        if (count === 0) throw notFound('connection', ['input', 'id']);
        if (!cascade) await refuseUsed(tx as typeof work.db.client);
        await unmap(tx, work.scope.tenantId, { connectionId: id }, work.now());
        work.sessions.forget(id);
        return { connectionId: id };
      },
    };
  },
};
