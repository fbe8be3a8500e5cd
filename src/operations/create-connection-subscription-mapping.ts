import { z } from 'zod';
import type { BillingFrequency, RemoteContract } from '../connectors/contract.js';
import { lineFor, reachOf } from '../delivery/contract-line.js';
import { enqueueOperations } from '../delivery/enqueue.js';
import { periodStart } from '../delivery/period.js';
import { type BilledPrice, isBilled } from '../marketplace/billed-price.js';
import type { Queries } from '../storage/database.js';
import { activeSession, type StoredConnection } from './connection-access.js';
import { idempotencyKeyInput } from './credentials.js';
import { checkProposal, conflict, holdConnection, remoteRecord } from './mapping-access.js';
import { contractReasons, subscriptionReasons } from './mapping-rules.js';
import { type SubscriptionSource, subscriptionSource } from './mapping-sources.js';
import { Refusal, type UserErrorData } from './refusal.js';
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
  const before = await subscriptionSource(work, cloudSubscriptionId);
  await refuseMapped(work, cloudSubscriptionId);
  refuseFor(subscriptionReasons(before, connection.currency));
  const { company, service } = parts ?? (await mappedParts(work, connectionId, before));
  const contract = await remoteRecord(session, 'contract', contractId, ['input', 'contractId']);
  const reasons = contractReasons(contract, before, company, connection.currency);
  const proposal = { kind: 'subscription', contract, serviceId: service.id } as const;
  const warnings = await checkProposal(session, proposal, reasons, ['input', 'contractId']);
  if (before.variant.offerType === 'AZURE_PLAN' && contract.endDate !== null) {
    warnings.push(`The contract ends on ${contract.endDate}; an Azure plan wants an end date far in the future (R41).`);
  }
  const checked = { connection, contract, company, service };
  const id = work.newId();
  return {
    status: 'PENDING',
    subject: {
      connectionId,
      target: { kind: 'Mapping', id, name: `${before.name} -> ${contract.name}` },
      customer: { id: before.customer.id, name: before.customer.companyName },
    },
    summary: `Map "${before.name}" to the contract "${contract.name}" and write its first line`,
    details: { subscription: before.name, contract: { id: contract.id, name: contract.name }, service, warnings },
    detailsOf: ({ mappingId: _id, ...more }: Mapped) => more,
    async commit(tx): Promise<Mapped> {
      const reach = reachOf(await holdConnection(tx, work, connection));
      const subscription = await checkedAgain(tx, work, cloudSubscriptionId, checked);
      const line = { contractId: contract.id, serviceId: service.id };
      const { takenBy, busyUntil, queueName } = await lineFor(tx, reach, line, work.quarantineMs(connection));
      if (takenBy) throw await lineTaken(tx, work, takenBy);
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
          billingFrequency: subscription.variant.billingFrequency as BillingFrequency,
          state: 'PROCESSING',
          syncState: 'PENDING',
          warnings,
        },
      });
      const { organizationId, tenantId } = work.scope;
      await tx.lane.create({ data: { ...work.scope, id, connectionId, queueName } });
      const effectiveDate = firstDay(contract, subscription, work.now().toISOString().slice(0, 10));
      const target = targetOf(subscription);
      const first = { organizationId, laneId: id, auditLogId: work.entryId, changeId: null, effectiveDate, target };
      await enqueueOperations(tx, tenantId, work, [{ ...first, kind: 'create' }]);
      // Whoever is woken now comes again then.
      if (busyUntil)
        await tx.laneOperation.updateMany({ where: { tenantId, laneId: id }, data: { notBefore: busyUntil } });
      const { quantity, price } = subscription;
      const marketplace = { quantity, ...(isBilled(price) && price) };
      return { mappingId: id, marketplace, effectiveDate, ...(busyUntil && waiting(busyUntil, warnings)) };
    },
  };
}

/** What was mapped, as it was when it was. */
interface Mapped {
  readonly mappingId: string;
  readonly marketplace: { readonly quantity: number } & Partial<BilledPrice>;
  readonly effectiveDate: string;
  readonly waitsUntil?: string;
  readonly warnings?: readonly string[];
}

interface Checked extends MappedParts {
  readonly connection: StoredConnection;
  readonly contract: RemoteContract;
}

/**
 * The cloud subscription as it is now, its row locked, held against the rules once more (R36, R39, R40): asking the PSA took
 * seconds, in which it may have been cancelled or what it needs may have been unmapped. A change that is being recorded
 * meanwhile either is in here, or sees this mapping and queues behind it; without the lock it could fall between the two. The
 * connection must be held: who deletes the mappings of its customer or its offer waits for that.
 */
async function checkedAgain(
  tx: Queries,
  work: Work,
  id: string,
  { connection, contract, company, service }: Checked,
): Promise<SubscriptionSource> {
  await tx.$queryRaw`SELECT 1 FROM "CloudSubscription" t
    WHERE t."tenantId" = ${work.scope.tenantId}::uuid AND t."id" = ${id}::uuid FOR UPDATE`;
  // A statement of its own: one that waits for a lock sees the new row of what it locks, but an old price beside it.
  const subscription = await subscriptionSource(work, id, tx);
  refuseFor(subscriptionReasons(subscription, connection.currency));
  const parts = await mappedParts(work, connection.id, subscription, tx);
  refuseFor(contractReasons(contract, subscription, parts.company, connection.currency));
  if (parts.company.id !== company.id || parts.service.id !== service.id) throw mappingChanged();
  return subscription;
}

function refuseFor(reasons: readonly UserErrorData[]): void {
  if (reasons.length > 0) throw new Refusal(...reasons);
}

/** An Azure plan has no fixed amounts: its months are written as they are known (R56, R62). */
function targetOf({ variant, quantity, price }: SubscriptionSource) {
  if (variant.offerType === 'AZURE_PLAN') return { quantity: 1, unitCost: '0', unitPrice: '0' };
  if (!isBilled(price)) throw new Error('A cloud subscription without a price passed the mapping rules.');
  return { quantity, ...price };
}

/** R36: customer and offer must be mapped on the same connection first. */
async function mappedParts(
  { scope, db }: Work,
  connectionId: string,
  { customer: { id: customerId, companyName }, variant: { id: offerVariantId, offerName } }: SubscriptionSource,
  queries: Queries = db.client,
): Promise<MappedParts> {
  const parts = [
    { kind: 'CUSTOMER' as const, customerId },
    { kind: 'OFFER' as const, offerVariantId },
  ];
  const found = await queries.mapping.findMany({ where: { ...scope, connectionId, deletedAt: null, OR: parts } });
  const [customer, offer] = parts.map((part) => found.find(({ kind }) => kind === part.kind));
  if (customer && offer) {
    return {
      company: { id: customer.remoteId, name: customer.remoteName },
      service: { id: offer.remoteId, name: offer.remoteName },
    };
  }
  throw new Refusal(
    ...(customer ? [] : [unmapped('CUSTOMER_NOT_MAPPED', `The customer "${companyName}" is not mapped`)]),
    ...(offer ? [] : [unmapped('OFFER_NOT_MAPPED', `The offer "${offerName}" is not mapped`)]),
  );
}

const unmapped = (code: string, what: string) => partReason(code, `${what} on this connection. Map it first.`);

function mappingChanged(): Refusal {
  const message = 'Its customer or its offer was mapped anew while the PSA was asked. Nothing was done; map it again.';
  return new Refusal(partReason('MAPPING_CHANGED', message));
}

function partReason(code: string, message: string): UserErrorData {
  return {
    type: 'MappingRule',
    rule: 'R36',
    code,
    message: `${message} (R36)`,
    path: ['input', 'cloudSubscriptionId'],
  };
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

/** R44. The mapping that has it is shown only to the organization that owns it (R5). */
async function lineTaken(tx: Queries, { scope }: Work, id: string): Promise<Refusal> {
  const own = await tx.mapping.findFirst({ where: { ...scope, id }, select: { id: true } });
  return conflict(
    'R44',
    'CONTRACT_LINE_TAKEN',
    'Another cloud subscription of this offer is billed on this contract already. Choose another contract.',
    ['input', 'contractId'],
    own?.id ?? null,
  );
}

/** Why the entry goes on later, for who looks at it. */
function waiting(until: Date, warnings: readonly string[]) {
  const waitsUntil = until.toISOString();
  const why = `A write to this line by a mapping that was deleted is unanswered and may still land: the first line waits until ${waitsUntil}, then what stands there decides.`;
  return { waitsUntil, warnings: [...warnings, why] };
}
