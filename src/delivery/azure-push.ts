import type { Scope } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import type { Queries } from '../storage/database.js';
import { type AzureBill, type AzurePart, readAzureBills } from './azure-bills.js';
import { type Enqueuer, enqueueOperations } from './enqueue.js';
import { addMonths } from './period.js';

export interface AzurePush {
  readonly connectionId: string;
  /** First day of the month. */
  readonly month: string;
  /** The entry of the run. */
  readonly parentId: string;
}

export interface PushedBill extends AzureBill {
  /** The entry of its operation; null when there is none. */
  readonly auditLogId: string | null;
}

/** What is sent has a sum, in the connection's currency. */
type Billed = PushedBill & { readonly auditLogId: string; readonly cost: string; readonly currency: string };

/** So many operations go out in one transaction; what is over waits for the next run. */
const MOST = 1_000;

/**
 * Puts the costs of a month into the lanes of a connection's Azure plans: an entry "Push Azure Cost on Connection" and an
 * operation for each sum that was not sent yet. The lanes are locked first, so that two runs at once send it once.
 * `remaining`: so many plans must wait for another run.
 */
export async function pushAzureCosts(
  tx: Queries,
  scope: Scope,
  by: Enqueuer,
  push: AzurePush,
): Promise<{ readonly bills: readonly PushedBill[]; readonly remaining: number }> {
  await tx.$queryRaw`
    SELECT 1 FROM "Mapping" m
    JOIN "Lane" l ON l."tenantId" = m."tenantId" AND l."id" = m."id"
    JOIN "CloudSubscription" s ON s."tenantId" = m."tenantId" AND s."id" = m."cloudSubscriptionId"
    JOIN "OfferVariant" v ON v."tenantId" = s."tenantId" AND v."id" = s."offerVariantId"
    WHERE m."tenantId" = ${scope.tenantId}::uuid AND m."connectionId" = ${push.connectionId}::uuid
      AND m."kind" = 'SUBSCRIPTION' AND m."deletedAt" IS NULL AND v."offerType" = 'AZURE_PLAN'
    ORDER BY l."id" FOR NO KEY UPDATE OF l`;
  const all = await readAzureBills(tx, scope, push.connectionId, push.month);
  const { now, remaining } = limited(all);
  const bills = now.map((bill): PushedBill => ({ ...bill, auditLogId: bill.outcome === 'PUSHED' ? by.newId() : null }));
  const pushed = bills.filter((bill): bill is Billed => bill.auditLogId !== null);
  if (pushed.length === 0) return { bills, remaining };

  const { tenantId } = scope;
  await tx.mapping.updateMany({
    where: { tenantId, id: { in: [...new Set(pushed.map(({ laneId }) => laneId))] }, syncState: 'SYNCED' },
    data: { syncState: 'PENDING', updatedAt: new Date() },
  });
  await auditLog.openMany(
    tx,
    pushed.map((bill) => ({ scope, entry: entryOf(bill, by, push) })),
  );
  await enqueueOperations(
    tx,
    tenantId,
    by,
    pushed.map(({ laneId, auditLogId, month, cost, price, currency }) => ({
      organizationId: scope.organizationId,
      ...{ laneId, auditLogId, changeId: null, kind: 'costPush' as const, effectiveDate: month },
      target: {
        ...{ quantity: 1, unitCost: cost, ...(price !== null && { unitPrice: price }) },
        ...{ currency, until: addMonths(month, 1) },
      },
    })),
  );
  return { bills, remaining };
}

/** Whole lanes only: the months of one lane belong together. */
function limited(bills: readonly AzureBill[]): { now: AzureBill[]; remaining: number } {
  const now: AzureBill[] = [];
  const waiting = new Set<string>();
  let count = 0;
  for (const bill of bills) {
    const full = count >= MOST && bill.laneId !== now.at(-1)?.laneId;
    if (bill.outcome === 'PUSHED' && (full || waiting.has(bill.laneId))) {
      waiting.add(bill.laneId);
      continue;
    }
    if (bill.outcome === 'PUSHED') count += 1;
    now.push(bill);
  }
  return { now, remaining: waiting.size };
}

function entryOf(bill: Billed, by: Enqueuer, { connectionId, parentId }: AzurePush) {
  const { auditLogId, month, cost, price, currency, parts, again, cloudSubscription, customer } = bill;
  const sum = price === null ? '' : `, price ${price}`;
  return {
    id: auditLogId,
    operation: 'PushAzureCostOnConnection',
    status: 'PENDING' as const,
    actor: by.actor,
    correlationId: by.correlationId,
    ...(by.requestId !== undefined && { requestId: by.requestId }),
    parentId,
    target: { kind: 'CloudSubscription', ...cloudSubscription },
    connectionId,
    customer,
    summary: `Azure cost of ${month.slice(0, 7)} of "${cloudSubscription.name}": ${cost} ${currency}${sum}`,
    details: { month, until: addMonths(month, 1), cost, price, currency, again, ...told(parts) },
  };
}

const MOST_PARTS = 50;

/** The parts of the sum; of very many the first, so that the entry stays readable. */
function told(parts: readonly AzurePart[]) {
  return { parts: parts.slice(0, MOST_PARTS), ...(parts.length > MOST_PARTS && { partsInAll: parts.length }) };
}
