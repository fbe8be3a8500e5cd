import { z } from 'zod';
import type { RemoteContract } from '../connectors/contract.js';
import { enqueueOperations } from '../delivery/enqueue.js';
import { periodStart } from '../delivery/period.js';
import { queueFor } from '../delivery/queue-slot.js';
import { billedPrice, isBilled, type StoredPrice } from '../marketplace/billed-price.js';
import { joinPrice } from '../marketplace/subscription-prices.js';
import { Prisma, type Queries } from '../storage/database.js';
import { activeSession } from './connection-access.js';
import { idempotencyKeyInput } from './credentials.js';
import { checkProposal, conflict, holdConnection, liveMapping, remoteRecord } from './mapping-access.js';
import { contractReasons, priceReasons, subscriptionReasons } from './mapping-rules.js';
import { type SubscriptionSource, subscriptionSource } from './mapping-sources.js';
import { Refusal } from './refusal.js';
import type { Outcome, Verb, Work } from './run.js';

const input = z.object({
  connectionId: z.string(),
  cloudSubscriptionId: z.string(),
  contractId: z.string().min(1).max(100),
  idempotencyKey: idempotencyKeyInput,
});
type Input = z.infer<typeof input>;

/**
 * Maps a cloud subscription to a contract (R36-R47) and writes its first line (units, cost, price) through its lane; the
 * entry ends when that is read back.
 */
export const createConnectionSubscriptionMapping: Verb<Input, { mappingId: string }> = {
  code: 'CreateConnectionSubscriptionMapping',
  plans: true,
  input,
  summary: () => 'Map a cloud subscription to a contract',
  run: (work, given) => mapSubscription(work, given, null),
  conflicts: {
    Mapping_subscription_key: async (work: Work, { cloudSubscriptionId }: Input) =>
      subscriptionConflict(work, cloudSubscriptionId),
    Mapping_line_key: async () => lineTaken(null),
  },
};

/** What the customer and the offer of a cloud subscription are mapped to. */
export interface MappedParts {
  readonly company: { readonly id: string; readonly name: string };
  readonly service: { readonly id: string; readonly name: string };
}

/** `parts`: to be mapped in the transaction of `commit` already; null: they are. */
export async function mapSubscription(
  work: Work,
  { connectionId, cloudSubscriptionId, contractId }: Input,
  parts: MappedParts | null,
): Promise<Outcome<{ mappingId: string }>> {
  const { connection, session } = await activeSession(work, connectionId, ['input', 'connectionId']);
  const subscription = await subscriptionSource(work, cloudSubscriptionId);
  await refuseMapped(work, cloudSubscriptionId);
  const impossible = subscriptionReasons(subscription, connection.currency);
  if (impossible.length > 0) throw new Refusal(...impossible);
  const { company, service } = parts ?? (await mappedParts(work, connectionId, subscription));
  const contract = await remoteRecord(session, 'contract', contractId, ['input', 'contractId']);
  const reasons = contractReasons(contract, subscription, company, connection.currency);
  const proposal = { kind: 'subscription', contract, serviceId: service.id } as const;
  const warnings = await checkProposal(session, proposal, reasons, ['input', 'contractId']);
  const taken = await liveMapping(work, connectionId, 'SUBSCRIPTION', {
    remoteId: contract.id,
    serviceId: service.id,
  });
  if (taken) throw lineTaken(taken.id);
  const isAzure = subscription.variant.offerType === 'AZURE_PLAN';
  if (isAzure && contract.endDate !== null) {
    warnings.push(`The contract ends on ${contract.endDate}; an Azure plan wants an end date far in the future (R41).`);
  }
  const id = work.newId();
  const effectiveDate = firstDay(contract, subscription, work.now().toISOString().slice(0, 10));
  return {
    status: 'PENDING',
    subject: {
      connectionId,
      target: { kind: 'Mapping', id, name: `${subscription.name} -> ${contract.name}` },
      customer: { id: subscription.customer.id, name: subscription.customer.companyName },
    },
    summary: `Map "${subscription.name}" to the contract "${contract.name}" and write ${isAzure ? 1 : subscription.quantity} units from ${effectiveDate}`,
    details: {
      subscription: subscription.name,
      contract: { id: contract.id, name: contract.name },
      service,
      marketplace: { quantity: subscription.quantity, ...(isBilled(subscription.price) && subscription.price) },
      effectiveDate,
      warnings,
    },
    async commit(tx) {
      await holdConnection(tx, work, connection);
      await tx.mapping.create({
        data: {
          ...work.scope,
          id,
          connectionId,
          kind: 'SUBSCRIPTION',
          cloudSubscriptionId,
          remoteId: contract.id,
          remoteName: contract.name,
          companyId: company.id,
          serviceId: service.id,
          state: 'PROCESSING',
          syncState: 'PENDING',
          warnings,
        },
      });
      const queueName = await queueFor(tx, work.scope.tenantId, connectionId, contract.id);
      await tx.lane.create({ data: { ...work.scope, id, connectionId, queueName } });
      const target = await lockedTarget(tx, work, subscription);
      const { organizationId, tenantId } = work.scope;
      const first = { organizationId, laneId: id, auditLogId: work.entryId, changeId: null, effectiveDate, target };
      await enqueueOperations(tx, tenantId, work, [{ ...first, kind: 'create' }]);
      return { mappingId: id };
    },
  };
}

/**
 * The newest quantity and price, with the row locked: a change that is being recorded meanwhile either is in here, or sees
 * this mapping and queues behind it. Without the lock it could fall between the two.
 */
async function lockedTarget(tx: Queries, { scope }: Work, { id, name, variant }: SubscriptionSource) {
  const which = Prisma.sql`t."tenantId" = ${scope.tenantId}::uuid AND t."id" = ${id}::uuid`;
  await tx.$queryRaw`SELECT 1 FROM "CloudSubscription" t WHERE ${which} FOR UPDATE`;
  // A statement of its own: one that waits for a lock sees the new row of what it locks, but an old price beside it.
  const [row] = await tx.$queryRaw<{ quantity: number; price: StoredPrice | null }[]>`
    SELECT t."quantity", own."price" FROM "CloudSubscription" t
    ${joinPrice('t', Prisma.sql`${scope.organizationId}::uuid`)} WHERE ${which}`;
  // An Azure plan has no fixed amounts: its months are written as they are known (R56, R62).
  if (variant.offerType === 'AZURE_PLAN') return { quantity: 1, unitCost: '0', unitPrice: '0' };
  const price = row?.price ? billedPrice(row.price) : null;
  if (!row || !isBilled(price)) throw new Refusal(...priceReasons({ name, variant, price }));
  return { quantity: row.quantity, ...price };
}

/** R36: customer and offer must be mapped on the same connection first. */
async function mappedParts(work: Work, connectionId: string, subscription: SubscriptionSource): Promise<MappedParts> {
  const [customer, offer] = await Promise.all([
    liveMapping(work, connectionId, 'CUSTOMER', { customerId: subscription.customer.id }),
    liveMapping(work, connectionId, 'OFFER', { offerVariantId: subscription.variant.id }),
  ]);
  const missing = (what: string, code: string) => ({
    type: 'MappingRule' as const,
    rule: 'R36',
    code,
    message: `${what} is not mapped on this connection. Map it first. (R36)`,
    path: ['input', 'cloudSubscriptionId'],
  });
  if (customer && offer) {
    return {
      company: { id: customer.remoteId, name: customer.remoteName },
      service: { id: offer.remoteId, name: offer.remoteName },
    };
  }
  throw new Refusal(
    ...(customer ? [] : [missing(`The customer "${subscription.customer.companyName}"`, 'CUSTOMER_NOT_MAPPED')]),
    ...(offer ? [] : [missing(`The offer "${subscription.variant.offerName}"`, 'OFFER_NOT_MAPPED')]),
  );
}

/**
 * The current period is billed whole, but not before the subscription began; periods already gone are left alone. An Azure
 * plan's cost is written on the first day of its period, so its line begins there: alone it bills nothing.
 */
function firstDay(contract: RemoteContract, subscription: SubscriptionSource, today: string): string {
  const from = subscription.startDate > today ? subscription.startDate : today;
  const period = periodStart(contract.startDate, subscription.variant.billingFrequency, from);
  const bounds = subscription.variant.offerType === 'AZURE_PLAN' ? [] : [subscription.startDate];
  return [period, contract.startDate, ...bounds].reduce((a, b) => (a > b ? a : b));
}

async function refuseMapped(work: Work, cloudSubscriptionId: string): Promise<void> {
  const mapped = await work.db.client.$queryRaw<unknown[]>`
    SELECT 1 FROM "MappedSubscription" WHERE "tenantId" = ${work.scope.tenantId}::uuid
      AND "cloudSubscriptionId" = ${cloudSubscriptionId}::uuid`;
  if (mapped.length > 0) throw await subscriptionConflict(work, cloudSubscriptionId);
}

/** R37: mapped once in the tenant. The other mapping is shown only to the organization that owns it (R5, R37). */
export async function subscriptionConflict(work: Work, cloudSubscriptionId: string): Promise<Refusal> {
  const own = await work.db.client.mapping.findFirst({
    where: { ...work.scope, cloudSubscriptionId, kind: 'SUBSCRIPTION', deletedAt: null },
    select: { id: true },
  });
  const message = own
    ? 'This cloud subscription is mapped already. Delete that mapping first.'
    : 'This cloud subscription is mapped by another organization of the tenant. Only one connection may bill it.';
  return conflict('R37', 'SUBSCRIPTION_ALREADY_MAPPED', message, ['input', 'cloudSubscriptionId'], own?.id ?? null);
}

function lineTaken(existingId: string | null): Refusal {
  return conflict(
    'R44',
    'CONTRACT_LINE_TAKEN',
    'Another cloud subscription of this offer is billed on this contract already. Choose another contract.',
    ['input', 'contractId'],
    existingId,
  );
}
