import { z } from 'zod';
import type { Drift } from '../../prisma/generated/client/client.js';
import type { Details, EntrySubject } from '../audit/entry.js';
import { correctionSummary, correctionsOf } from '../delivery/drift/correction.js';
import { updateMappings } from '../delivery/drift/drift-store.js';
import { wantedUnits } from '../delivery/drift/judge.js';
import { type MappedLine, readLines } from '../delivery/drift/lines.js';
import { isAmount } from '../delivery/drift/written.js';
import { enqueueOperations } from '../delivery/enqueue.js';
import { lockLanes } from '../delivery/lane-lock.js';
import { isBilled } from '../marketplace/billed-price.js';
import { text } from '../marketplace/fields.js';
import { fromDateColumn } from '../storage/calendar-date.js';
import type { Queries } from '../storage/database.js';
import { ownConnection, requireActive } from './connection-access.js';
import { idempotencyKeyInput } from './credentials.js';
import { notFound, Refusal } from './refusal.js';
import type { Verb, Work } from './run.js';

const input = z.object({
  driftId: z.string(),
  take: z.enum(['MARKETPLACE', 'PSA']),
  reason: text(500).nullish(),
  idempotencyKey: idempotencyKeyInput,
});
type Input = z.infer<typeof input>;
type Value = { readonly driftId: string };

/**
 * A person decides a drift. MARKETPLACE: the PSA is made as the marketplace says now, by an operation in the lane like any
 * other; the entry ends when that is read back. PSA: it stays as it is, and the same value is not raised again.
 */
export const correctDrift: Verb<Input, Value> = {
  code: 'CorrectDrift',
  input,
  summary: ({ take }) => (take === 'PSA' ? 'Accept a drift' : 'Correct a drift in the PSA'),
  async run(work, { driftId, take, reason }) {
    const drift = await work.db.client.drift.findFirst({ where: { ...work.scope, id: driftId } });
    if (!drift) throw notFound('drift', ['input', 'driftId']);
    requireStanding(drift);
    const line = await lineOf(work.db.client, work, drift);
    const about = {
      drift: { field: drift.field, marketplace: drift.marketplaceValue, psa: drift.psaValue },
      ...(reason && { reason }),
    };
    const subject = {
      connectionId: drift.connectionId,
      target: { kind: 'Drift', id: driftId, name: line.subscription.name },
      customer: line.customer,
    };
    return take === 'PSA'
      ? accept(work, drift, line, { subject, details: about })
      : correct(work, drift, line, { subject, details: about });
  },
};

type About = { readonly subject: EntrySubject; readonly details: Details };

function accept(work: Work, drift: Drift, { subscription }: MappedLine, about: About) {
  const value = drift.psaValue ?? 'nothing';
  return {
    ...about,
    status: 'SUCCEEDED' as const,
    summary: `Accepted what the PSA has for "${subscription.name}": ${drift.field} ${value}; nothing was written`,
    async commit(tx: Queries) {
      await lockLanes(tx, drift.tenantId, [drift.mappingId]);
      await decide(tx, work, drift, 'ACCEPTED');
      return { driftId: drift.id };
    },
  };
}

async function correct(work: Work, drift: Drift, line: MappedLine, about: About) {
  const path = ['input', 'driftId'];
  requireActive(await ownConnection(work, drift.connectionId, path), path);
  const plan = planOf(work, drift, line);
  return {
    ...about,
    status: 'PENDING' as const,
    summary: correctionSummary(line, plan.findings),
    details: { ...about.details, kind: plan.kind, effectiveDate: plan.effectiveDate },
    async commit(tx: Queries) {
      await lockLanes(tx, drift.tenantId, [drift.mappingId]);
      // With the lane locked: what the marketplace says by now.
      const { kind, effectiveDate, target } = planOf(work, drift, await lineOf(tx, work, drift));
      await updateMappings(tx, drift.tenantId, [{ id: drift.mappingId, state: null, pending: true }]);
      await decide(tx, work, drift, 'CORRECTING');
      const { organizationId, mappingId: laneId } = drift;
      const operation = {
        organizationId,
        laneId,
        auditLogId: work.entryId,
        changeId: null,
        kind,
        effectiveDate,
        target,
      };
      await enqueueOperations(tx, drift.tenantId, { jobs: work.jobs, newId: work.newId }, [operation]);
      return { driftId: drift.id };
    },
  };
}

/** The one operation that mends it, or the refusal that says why there is none. */
function planOf(work: Work, drift: Drift, line: MappedLine) {
  const refused = (rule: string, code: string, message: string) =>
    new Refusal({ type: 'MappingRule', rule, code, message: `${message} (${rule})`, path: ['input', 'driftId'] });
  if (!isAmount(drift.field)) {
    throw refused(
      'R48',
      'NOT_CORRECTABLE',
      'The gateway does not write this. Mend it in the PSA, or map the subscription again; or accept it.',
    );
  }
  if (line.head !== null) {
    throw refused(
      'R72',
      'LANE_NOT_FREE',
      'Another operation of this subscription is not finished. Wait for it, or retry, skip or resolve it first.',
    );
  }
  const money = drift.field !== 'QUANTITY';
  if (money && line.policy.priceSource === 'PSA') {
    throw refused(
      'R51',
      'PRICES_KEPT_IN_PSA',
      'By the policy prices and costs are kept in the PSA. Change the policy first.',
    );
  }
  const amountsMatter = money || bringsAmounts(drift, line);
  if (amountsMatter && line.state === 'STALE') {
    throw refused(
      'R52',
      'MAPPING_STALE',
      'The line in the PSA is another one than the marketplace says, so its amounts are not comparable. Map the subscription again.',
    );
  }
  const { price } = line;
  if (amountsMatter && price && !isBilled(price)) throw refused('R43', price.code, price.message);
  const amounts = isBilled(price) ? price : null;
  const marketplace = drift.field === 'UNIT_PRICE' ? amounts?.unitPrice : amounts?.unitCost;
  const marketplaceValue = money ? (marketplace ?? null) : String(wantedUnits(line));
  const finding = { ...drift, marketplaceValue, day: fromDateColumn(drift.day) };
  const [plan] = correctionsOf(line, [finding], work.now().toISOString().slice(0, 10));
  if (!plan || marketplaceValue === null) {
    throw refused(
      'R43',
      'NO_MARKETPLACE_VALUE',
      'The marketplace has no value for this any more. Reconcile the connection again.',
    );
  }
  return plan;
}

/** Units that begin where nothing is billed (R43), unless prices are kept in the PSA. An Azure plan has no fixed ones (R56). */
function bringsAmounts({ field, psaValue }: Drift, line: MappedLine): boolean {
  const { subscription, policy } = line;
  const begins = field === 'QUANTITY' && psaValue === '0' && wantedUnits(line) > 0;
  return begins && subscription.offerType !== 'AZURE_PLAN' && policy.priceSource === 'MARKETPLACE';
}

async function lineOf(queries: Queries, work: Work, drift: Drift): Promise<MappedLine> {
  const [line] = await readLines(queries, work.scope, drift.connectionId, { ids: [drift.mappingId] });
  if (!line) throw notFound('standing drift', ['input', 'driftId']);
  return line;
}

function requireStanding({ closedAt, state }: Drift): void {
  if (closedAt !== null) throw decidedAlready('This drift is over. Reconcile the connection to see what stands now.');
  if (state === 'CORRECTING')
    throw decidedAlready('This drift is being corrected already. Follow the entry of its correction.');
}

async function decide(
  tx: Queries,
  work: Work,
  { tenantId, id }: Drift,
  state: 'ACCEPTED' | 'CORRECTING',
): Promise<void> {
  const { count } = await tx.drift.updateMany({
    where: { tenantId, id, closedAt: null, state: { not: 'CORRECTING' } },
    data: { state, auditLogId: work.entryId },
  });
  if (count === 0) throw decidedAlready('Somebody else decided this drift a moment ago.');
}

function decidedAlready(message: string): Refusal {
  return new Refusal({ type: 'InvalidInput', code: 'DRIFT_DECIDED', message, path: ['input', 'driftId'] });
}
