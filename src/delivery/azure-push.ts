import type { Scope } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import { recordset } from '../marketplace/bulk.js';
import type { Queries } from '../storage/database.js';
import { type AzureBill, type AzurePart, readAzureBills } from './azure-bills.js';
import type { UncarriedReservation } from './azure-carriers.js';
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

export interface Pushed {
  readonly bills: readonly PushedBill[];
  readonly remaining: number;
  readonly uncarried: readonly UncarriedReservation[];
}

/** What is sent has a sum, in the connection's currency. */
type Billed = PushedBill & { readonly auditLogId: string; readonly cost: string; readonly currency: string };

/** So many operations go out in one transaction; what is over waits for the next run. */
const MOST = 1_000;

/**
 * Puts the costs of a month into the lanes of a connection's Azure plans: an entry "Push Azure Cost on Connection" and an
 * operation for each sum that was not sent yet. The lanes of all Azure plans of the organization are locked first, because
 * the plans of one customer may be on several connections: two runs at once send a sum once, and a reservation with one plan.
 * `remaining`: so many plans must wait for another run.
 */
export async function pushAzureCosts(tx: Queries, scope: Scope, by: Enqueuer, push: AzurePush): Promise<Pushed> {
  await tx.$queryRaw`
    SELECT 1 FROM "Mapping" m
    JOIN "Lane" l ON l."tenantId" = m."tenantId" AND l."id" = m."id"
    JOIN "CloudSubscription" s ON s."tenantId" = m."tenantId" AND s."id" = m."cloudSubscriptionId"
    JOIN "OfferVariant" v ON v."tenantId" = s."tenantId" AND v."id" = s."offerVariantId"
    WHERE m."tenantId" = ${scope.tenantId}::uuid AND m."organizationId" = ${scope.organizationId}::uuid
      AND m."kind" = 'SUBSCRIPTION' AND m."deletedAt" IS NULL AND v."offerType" = 'AZURE_PLAN'
    ORDER BY l."id" FOR NO KEY UPDATE OF l`;
  const { bills: all, uncarried } = await readAzureBills(tx, scope, push.connectionId, push.month);
  const { now, remaining } = limited(all);
  const bills = now.map((bill): PushedBill => ({ ...bill, auditLogId: bill.outcome === 'PUSHED' ? by.newId() : null }));
  const pushed = bills.filter((bill): bill is Billed => bill.auditLogId !== null);
  if (pushed.length === 0) return { bills, remaining, uncarried };

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
  await keepFigures(tx, tenantId, pushed);
  return { bills, remaining, uncarried };
}

const FIGURES = { columns: { auditLogId: 'uuid', figures: 'uuid[]' } };

/** Of what an operation is the sum: a reservation stays with the plan its month was sent with. */
async function keepFigures(tx: Queries, tenantId: string, pushed: readonly Billed[]): Promise<void> {
  const rows = pushed.map(({ auditLogId, parts }) => ({ auditLogId, figures: parts.map(({ figure }) => figure) }));
  await tx.$executeRaw`
    UPDATE "LaneOperation" o SET "figures" = x."figures" FROM ${recordset(FIGURES, rows)}
    WHERE o."tenantId" = ${tenantId}::uuid AND o."auditLogId" = x."auditLogId"`;
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
  const first = parts.slice(0, MOST_PARTS).map(({ id, name, kind, cost, price }) => ({ id, name, kind, cost, price }));
  return { parts: first, ...(parts.length > MOST_PARTS && { partsInAll: parts.length }) };
}
