import type { Actor, Scope } from '../../audit/entry.js';
import { auditLog } from '../../audit/log.js';
import type { Jobs } from '../../jobs/engine.js';
import { isBilled } from '../../marketplace/billed-price.js';
import type { Queries } from '../../storage/database.js';
import type { NewId } from '../../storage/ids.js';
import { enqueueOperations, type NewOperation } from '../enqueue.js';
import type { Finding } from './finding.js';
import { wantedUnits } from './judge.js';
import type { MappedLine } from './lines.js';

/** What makes a line as the marketplace says, as operations like any other: absolute targets, dated by the policy. */
export type CorrectionPlan = Pick<NewOperation, 'kind' | 'effectiveDate' | 'target'> & {
  readonly findings: readonly Finding[];
};

/**
 * Units first: prices of a line without units have no effect. Prices from the first day that tells them: inside a period that
 * was split by hand a price from its start would be overruled by the edit.
 */
export function correctionsOf(line: MappedLine, findings: readonly Finding[], day: string): CorrectionPlan[] {
  const quantity = wantedUnits(line);
  const units = findings.find(({ field }) => field === 'QUANTITY');
  const [unitPrice, unitCost] = (['UNIT_PRICE', 'UNIT_COST'] as const).map((name) =>
    findings.find(({ field }) => field === name),
  );
  const plans: CorrectionPlan[] = [];
  if (units) {
    const target = { quantity, ...(quantity > 0 && amountsFor(line)) };
    const kind = quantity === 0 ? ('cancel' as const) : ('quantity' as const);
    plans.push({ kind, effectiveDate: day, target, findings: [units] });
  }
  if (unitPrice ?? unitCost) {
    const target = {
      quantity,
      ...(unitPrice?.marketplaceValue && { unitPrice: unitPrice.marketplaceValue }),
      ...(unitCost?.marketplaceValue && { unitCost: unitCost.marketplaceValue }),
    };
    const about = [unitPrice, unitCost].filter((finding) => finding !== undefined);
    const effectiveDate = [day, ...about.map((finding) => finding.day)].reduce((a, b) => (a > b ? a : b));
    plans.push({ kind: 'price', effectiveDate, target, findings: about });
  }
  return plans;
}

export interface CorrectionBy {
  readonly jobs: Jobs;
  readonly newId: NewId;
  readonly actor: Actor;
  readonly correlationId: string;
  /** The entry of the reconciliation. */
  readonly parentId: string;
  readonly connectionId: string;
}

export interface PlannedCorrection extends CorrectionPlan {
  readonly line: MappedLine;
  /** The entry "Correct Drift on Connection" that it gets. */
  readonly auditLogId: string;
}

/** Opens an entry per correction and puts them into their lanes. Call it last: it locks the chain of the log. */
export async function enqueueCorrections(
  tx: Queries,
  scope: Scope,
  by: CorrectionBy,
  corrections: readonly PlannedCorrection[],
): Promise<void> {
  if (corrections.length === 0) return;
  const entries = corrections.map(({ line, kind, effectiveDate, findings, auditLogId }) => ({
    scope,
    entry: {
      id: auditLogId,
      operation: 'CorrectDriftOnConnection',
      status: 'PENDING' as const,
      actor: by.actor,
      correlationId: by.correlationId,
      parentId: by.parentId,
      target: { kind: 'CloudSubscription', id: line.subscription.id, name: line.subscription.name },
      connectionId: by.connectionId,
      customer: line.customer,
      summary: correctionSummary(line, findings),
      details: { kind, effectiveDate, drift: findings },
    },
  }));
  const operations = corrections.map(({ line, kind, effectiveDate, target, auditLogId }) => ({
    organizationId: scope.organizationId,
    laneId: line.mappingId,
    auditLogId,
    changeId: null,
    kind,
    effectiveDate,
    target,
  }));
  await auditLog.openMany(tx, entries);
  await enqueueOperations(tx, scope.tenantId, { jobs: by.jobs, newId: by.newId }, operations);
}

export function correctionSummary({ subscription }: MappedLine, findings: readonly Finding[]): string {
  const parts = findings.map(
    ({ field, psaValue, marketplaceValue }) =>
      `${WORDS[field] ?? field} from ${psaValue ?? 'nothing'} to ${marketplaceValue ?? 'nothing'}`,
  );
  return `Correct "${subscription.name}" in the PSA: ${parts.join(', ')}`;
}

const WORDS: { readonly [field: string]: string } = {
  QUANTITY: 'units',
  UNIT_PRICE: 'unit price',
  UNIT_COST: 'unit cost',
};

/** For units that begin where nothing is billed, or why there are none. An Azure plan has no fixed amounts (R56). */
function amountsFor({ price, subscription }: MappedLine): Partial<NewOperation['target']> {
  if (price === null || subscription.offerType === 'AZURE_PLAN') return {};
  return isBilled(price) ? price : { unpriced: price };
}
