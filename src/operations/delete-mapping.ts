import { z } from 'zod';
import { unmap } from '../delivery/unmap.js';
import type { Queries } from '../storage/database.js';
import { idempotencyKeyInput } from './credentials.js';
import { notFound, Refusal } from './refusal.js';
import type { Verb, Work } from './run.js';

const input = z.object({ id: z.string(), idempotencyKey: idempotencyKeyInput });
type DeleteMapping = Verb<z.infer<typeof input>, { mappingId: string }>;

export const deleteConnectionCustomerMapping = deletion('CUSTOMER', 'DeleteConnectionCustomerMapping', 'customer');
export const deleteConnectionOfferMapping = deletion('OFFER', 'DeleteConnectionOfferMapping', 'offer');
export const deleteConnectionSubscriptionMapping = deletion(
  'SUBSCRIPTION',
  'DeleteConnectionSubscriptionMapping',
  'subscription',
);

type Kind = 'CUSTOMER' | 'OFFER' | 'SUBSCRIPTION';

/**
 * Unmapping stops future sync, writes nothing to the PSA and keeps the history (R48). A customer or offer mapping that a
 * mapped cloud subscription needs is refused: by what it is of now, and by the service that its line stands on.
 */
function deletion(kind: Kind, code: string, word: string): DeleteMapping {
  return {
    code,
    input,
    summary: () => `Delete a ${word} mapping`,
    async run(work, { id }) {
      const where = { ...work.scope, id, kind, deletedAt: null };
      const mapping = await work.db.client.mapping.findFirst({ where });
      if (!mapping) throw notFound(`${word} mapping`, ['input', 'id']);
      return {
        status: 'SUCCEEDED',
        subject: {
          connectionId: mapping.connectionId,
          target: { kind: 'Mapping', id, name: mapping.remoteName },
        },
        summary: `Deleted the ${word} mapping to "${mapping.remoteName}"; nothing was written to the PSA`,
        async commit(tx) {
          // Mapping a subscription holds the connection's row shared: taking it here makes the check below final.
          await tx.$queryRaw`SELECT 1 FROM "Connection" WHERE "tenantId" = ${work.scope.tenantId}::uuid
            AND "id" = ${mapping.connectionId}::uuid FOR UPDATE`;
          if (!(await tx.mapping.findFirst({ where }))) throw notFound(`${word} mapping`, ['input', 'id']);
          await refuseUsed(tx, work, mapping);
          await unmap(tx, work.scope.tenantId, { mappingId: id }, work.now());
          return { mappingId: id };
        },
      };
    },
  };
}

interface Used {
  readonly connectionId: string;
  readonly kind: Kind;
  readonly customerId: string | null;
  readonly offerVariantId: string | null;
  readonly remoteId: string;
}

async function refuseUsed(tx: Queries, work: Work, mapping: Used): Promise<void> {
  if (mapping.kind === 'SUBSCRIPTION') return;
  const users = await tx.$queryRaw<{ id: string; total: number }[]>`
    SELECT m."id"::text AS "id", (count(*) OVER ())::int AS "total" FROM "Mapping" m
    JOIN "CloudSubscription" s ON s."tenantId" = m."tenantId" AND s."id" = m."cloudSubscriptionId"
    WHERE m."tenantId" = ${work.scope.tenantId}::uuid AND m."connectionId" = ${mapping.connectionId}::uuid
      AND m."kind" = 'SUBSCRIPTION' AND m."deletedAt" IS NULL
      AND (s."customerId" = ${mapping.customerId}::uuid OR s."offerVariantId" = ${mapping.offerVariantId}::uuid
        OR (${mapping.kind} = 'OFFER' AND m."serviceId" = ${mapping.remoteId}))
    LIMIT 10`;
  const [first] = users;
  if (!first) return;
  throw new Refusal({
    type: 'InUse',
    code: 'MAPPING_IN_USE',
    message: `${first.total} mapped cloud subscriptions need this mapping. Delete those mappings first. (R48)`,
    path: ['input', 'id'],
    mappingIds: users.map((user) => user.id),
    count: first.total,
  });
}
