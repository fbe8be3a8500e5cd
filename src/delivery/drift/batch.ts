import type { Reconciliation } from '../../../prisma/generated/client/client.js';
import { type Actor, type Scope, SYSTEM } from '../../audit/entry.js';
import { auditLog } from '../../audit/log.js';
import type { LineSnapshot, Session } from '../../connectors/contract.js';
import type { Jobs } from '../../jobs/engine.js';
import { fromDateColumn } from '../../storage/calendar-date.js';
import type { Database, Prisma, Queries } from '../../storage/database.js';
import type { NewId } from '../../storage/ids.js';
import { callsSoFar } from '../call-meter.js';
import { lockLanes } from '../lane-lock.js';
import { addDays } from '../period.js';
import { enqueueCorrections } from './correction.js';
import { updateMappings, writeDrifts } from './drift-store.js';
import { type Judgement, judge, type MappedTo } from './judge.js';
import { type MappedLine, readLines } from './lines.js';
import { type MappingsSeen, type StaleMapping, seeMappings } from './mappings.js';
import { type Judged, outcomeOf } from './outcome.js';
import { lookAgain, type MappingRules, unfitCompany, unfitService } from './records.js';
import { addTallies, NOTHING, sum, type Tally } from './tally.js';

/** A monthly period split by a change of units tells no unit price; the one after it does. */
const AHEAD_DAYS = 31;

/** So many lines are read from the PSA, compared and written at once. */
export const BATCH = 500;

const NONE_SEEN: MappingsSeen = { updates: [], stale: [] };

export interface BatchServices {
  readonly db: Database;
  readonly jobs: Jobs;
  readonly newId: NewId;
  readonly now: () => Date;
  readonly rules: MappingRules;
}

export interface Progress {
  /** All lines are done. */
  readonly done: boolean;
  readonly lines: number;
  readonly checked: number;
  readonly drifts: number;
  readonly calls: number;
  readonly tally: Tally;
  /** Of the customers and offers, which are looked at when all lines are done. */
  readonly stale: readonly StaleMapping[];
}

/** Another process went on with this reconciliation meanwhile; nothing of this batch was written. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/**
 * The next lines of a reconciliation: one statement reads them, one snapshot shows them, one transaction writes what was
 * found, how far it got and, by `settle`, what follows. A crash in between leaves nothing behind, and a survivor takes the
 * same lines again. Throws `ConnectorError` where the PSA cannot be read, and `Overtaken`.
 */
export async function reconcileBatch(
  services: BatchServices,
  run: Reconciliation,
  connection: { readonly currency: string },
  session: Session,
  settle: (tx: Queries, progress: Progress) => Promise<void>,
): Promise<void> {
  const scope: Scope = { tenantId: run.tenantId, organizationId: run.organizationId };
  const day = fromDateColumn(run.day);
  const on = { day, currency: connection.currency, now: services.now() };
  const lines = await readLines(services.db.client, scope, run.connectionId, { after: run.cursor, limit: BATCH });
  const seen = await snapshots(session, lines, day);
  const mappedTo = await seeRecords(session, lines, services.rules, connection.currency);
  const judgeLine = (line: MappedLine): Judged => {
    const shown = seen.get(line.mappingId);
    return { line, judgement: shown ? judge(line, shown, on, mappedTo(line)) : { verdict: 'pending' } };
  };
  const judged = lines.map(judgeLine);
  const differing = judged.filter(({ judgement }) => hasFinding(judgement));
  const { client } = services.db;
  const about = { id: run.connectionId, currency: connection.currency };
  const others = isLast(lines) ? await seeMappings(client, scope, about, session, services.rules) : NONE_SEEN;

  await services.db.transaction(async (tx) => {
    const current = await asTheyStillAre(tx, scope, run.connectionId, differing);
    const sure = judged.map((each) => (hasFinding(each.judgement) ? settled(each, current, judgeLine) : each));
    const found = outcomeOf(services.newId, sure, { day, auditLogId: run.auditLogId });
    await updateMappings(tx, scope.tenantId, [...found.mappings, ...others.updates]);
    await writeDrifts(tx, scope, run.connectionId, on.now, found);
    const progress = progressOf(run, lines, found.tally, others.stale);
    await saveProgress(tx, run, lines.at(-1)?.mappingId ?? run.cursor, progress);
    const { auditLogId } = run;
    const by = { ...services, ...(await causeOf(tx, scope, auditLogId)), connectionId: run.connectionId };
    await enqueueCorrections(tx, scope, by, found.corrections);
    const message = `${progress.checked} of ${progress.lines} lines compared, ${progress.drifts} drifts, ${progress.calls} calls.`;
    const { checked, lines: all, drifts, calls } = progress;
    await auditLog.report(tx, scope, { id: auditLogId, status: 'RUNNING' }, message, {
      checked,
      lines: all,
      drifts,
      calls,
    });
    await settle(tx, progress);
  });
}

/** Lines with a change on its way are not asked for. */
async function snapshots(
  session: Session,
  lines: readonly MappedLine[],
  day: string,
): Promise<ReadonlyMap<string, LineSnapshot>> {
  const asked = lines.filter(({ head }) => head === null || !/^(PENDING|RUNNING|VERIFYING)$/.test(head));
  if (asked.length === 0) return new Map();
  const shown = await session.snapshot({
    targets: asked.map(({ target }) => target),
    from: day,
    until: addDays(day, AHEAD_DAYS),
  });
  return new Map(shown.map((line, at) => [asked[at]?.mappingId ?? '', line]));
}

/** The companies and services of some lines, looked at again in lists. Their currency has a finding of its own. */
async function seeRecords(
  session: Session,
  lines: readonly MappedLine[],
  rules: MappingRules,
  currency: string,
): Promise<(line: MappedLine) => MappedTo> {
  const companies = await lookAgain(
    session,
    'company',
    lines.map(({ target }) => target.companyId),
  );
  const services = await lookAgain(
    session,
    'service',
    lines.map(({ target }) => target.serviceId),
  );
  return ({ target, subscription }) => {
    const company = unfitCompany(companies, target.companyId, rules, currency);
    return {
      company: company?.code === 'CURRENCY_MISMATCH' ? null : company,
      service: unfitService(services, target.serviceId, rules, subscription),
    };
  };
}

const isLast = (lines: readonly MappedLine[]): boolean => lines.length < BATCH;

function hasFinding(judgement: Judgement): boolean {
  return judgement.verdict === 'judged' && [...judgement.fields.values()].some((finding) => finding !== null);
}

/** With their lanes locked: those of which neither marketplace nor lane moved since they were read. */
async function asTheyStillAre(
  tx: Queries,
  scope: Scope,
  connectionId: string,
  differing: readonly Judged[],
): Promise<ReadonlyMap<string, MappedLine>> {
  if (differing.length === 0) return new Map();
  const ids = differing.map(({ line }) => line.mappingId);
  await lockLanes(tx, scope.tenantId, ids);
  const before = new Map(differing.map(({ line }) => [line.mappingId, line.signature]));
  const again = await readLines(tx, scope, connectionId, { ids });
  const still = again.filter((line) => line.signature === before.get(line.mappingId));
  return new Map(still.map((line) => [line.mappingId, line]));
}

function settled(
  { line }: Judged,
  current: ReadonlyMap<string, MappedLine>,
  judgeLine: (line: MappedLine) => Judged,
): Judged {
  const now = current.get(line.mappingId);
  return now ? judgeLine(now) : { line, judgement: { verdict: 'pending' } };
}

function progressOf(
  run: Reconciliation,
  lines: readonly MappedLine[],
  found: Tally,
  stale: readonly StaleMapping[],
): Progress {
  const checked = run.checked + lines.length;
  const tally = { ...found, stale: found.stale + stale.length };
  const total = addTallies({ ...NOTHING, ...(run.tally as Partial<Tally>) }, tally);
  return {
    done: isLast(lines),
    // Mapped or unmapped since it began.
    lines: isLast(lines) ? checked : Math.max(run.lines, checked),
    checked,
    drifts: sum(total.byField),
    calls: run.calls + callsSoFar(),
    tally: total,
    stale,
  };
}

async function saveProgress(
  tx: Queries,
  run: Reconciliation,
  cursor: string | null,
  progress: Progress,
): Promise<void> {
  const { lines, checked, drifts, calls, tally } = progress;
  const { count } = await tx.reconciliation.updateMany({
    where: { tenantId: run.tenantId, id: run.id, status: 'RUNNING', cursor: run.cursor, checked: run.checked },
    data: { cursor, lines, checked, drifts, calls, tally: tally as unknown as Prisma.InputJsonObject, attempts: 0 },
  });
  if (count === 0) throw new Overtaken('This part of the reconciliation was done by another process.');
}

/** Corrections are the gateway's own, by the policy; they hang below the entry of the reconciliation. */
async function causeOf(
  tx: Queries,
  scope: Scope,
  auditLogId: string,
): Promise<{ actor: Actor; correlationId: string; parentId: string }> {
  const where = { tenantId_id: { tenantId: scope.tenantId, id: auditLogId } };
  const { correlationId } = await tx.auditLog.findUniqueOrThrow({ where, select: { correlationId: true } });
  return { actor: SYSTEM, correlationId, parentId: auditLogId };
}
