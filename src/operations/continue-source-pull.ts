import type { SourcePull } from '../../prisma/generated/client/client.js';
import type { EntryError, Scope } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import { isConnectorError } from '../connectors/errors.js';
import type { SourceKind, SourcePage } from '../connectors/source.js';
import type { Job } from '../jobs/engine.js';
import type { BatchInput } from '../marketplace/batch.js';
import type { Prisma, Queries } from '../storage/database.js';
import type { PushedRows } from './pushed-rows.js';
import { type Caller, run, type Verb } from './run.js';
import type { Services } from './services.js';
import { addTo, type PullTally, sentenceOf, tallyOf } from './source-tally.js';
import { systemCaller } from './system-caller.js';
import { upsertCloudSubscriptions } from './upsert-cloud-subscriptions.js';
import { upsertCustomers } from './upsert-customers.js';
import { upsertOffers } from './upsert-offers.js';

export const SOURCE_PAGE_TASK = 'continue-source-pull';

/** Failed tries in a row before a pull is given up; the next one goes on from its cursor. */
const MAX_ATTEMPTS = 6;

const PUSHES: { readonly [K in SourceKind]: Verb<BatchInput, PushedRows> } = {
  customers: upsertCustomers,
  offers: upsertOffers,
  cloudSubscriptions: upsertCloudSubscriptions,
};

type Place = Pick<SourcePull, 'tenantId' | 'organizationId' | 'source'>;
type Running = SourcePull & { readonly auditLogId: string };

/** One page; each page puts the next one behind what else waits. */
export function sourceJob({ tenantId, organizationId, source }: Place, runAt?: Date): Job {
  return {
    task: SOURCE_PAGE_TASK,
    payload: { tenantId, organizationId, source },
    queueName: `source/${source}`,
    key: `source:${organizationId}:${source}`,
    ...(runAt && { runAt }),
  };
}

/** Makes an entry's pull the one under way; false where another one is. */
export async function holdSource(tx: Queries, place: Place, auditLogId: string): Promise<boolean> {
  const { tenantId, organizationId, source } = place;
  const held = await tx.$executeRaw`
    INSERT INTO "SourcePull" AS p ("tenantId", "organizationId", "source", "auditLogId")
    VALUES (${tenantId}::uuid, ${organizationId}::uuid, ${source}, ${auditLogId}::uuid)
    ON CONFLICT ("tenantId", "organizationId", "source")
      DO UPDATE SET "auditLogId" = excluded."auditLogId", "attempts" = 0, "tally" = '{}' WHERE p."auditLogId" IS NULL`;
  return held === 1;
}

/**
 * The background half of `pullSource`, page by page with the same entry. Where it stands is stored after each page's push, so
 * that a crash repeats one page at most, which then differs in nothing. Passing faults are tried again, others end it.
 */
export async function continueSourcePull(services: Services, payload: Record<string, string>, signal?: AbortSignal) {
  const { tenantId = '', organizationId = '', source: id = '' } = payload;
  const where = { tenantId_organizationId_source: { tenantId, organizationId, source: id } };
  const pull = await services.db.client.sourcePull.findUnique({ where });
  if (!isRunning(pull)) return;
  const scope = { tenantId, organizationId };
  const source = services.sources.find(id);
  if (!source) {
    const message = `The source "${id}" is not configured any more.`;
    return fail(services, pull, { class: 'Canceled', code: 'SOURCE_GONE', message });
  }
  await services.db.transaction((tx) => auditLog.move(tx, scope, pull.auditLogId, 'RUNNING', 'Pulling.'));
  try {
    const page = await source.session.pull(pull.cursor, signal);
    const tally = await push(services, pull, page);
    await services.db.transaction((tx) => stepOn(services, tx, pull, page, tally));
  } catch (error) {
    // The process stops and gave the page up: another one, or the next start, begins it again.
    if (signal?.aborted) return services.db.transaction((tx) => services.jobs.enqueue(tx, sourceJob(pull)));
    await afterFault(services, pull, error);
  }
}

const isRunning = (pull: SourcePull | null): pull is Running => typeof pull?.auditLogId === 'string';

/** The page as the organization's own push; what it makes of each row, added to what the pull did before. */
async function push(services: Services, pull: Running, { kind, rows, refused }: SourcePage): Promise<PullTally> {
  const before = tallyOf(pull.tally);
  const unread = refused.map(({ where, reason }) => ({ where, reasons: [reason] }));
  if (rows.length === 0) return addTo(before, kind, [], unread);
  const input = { rows: rows.map(({ row }) => row) };
  const { value, userErrors } = await run(
    services,
    PUSHES[kind],
    await callerOf(services, pull),
    input,
    pull.auditLogId,
  );
  if (!value) throw new Error(`A page could not be pushed: ${userErrors.map(({ code }) => code).join(', ')}`);
  const rejected = value.results
    .filter(({ outcome }) => outcome === 'REJECTED')
    .map(({ index, errors }) => ({
      where: rows[index]?.where ?? '',
      reasons: errors.map(({ path, message }) => `${path.slice(3).join('.')}: ${message}`.replace(/^: /, '')),
    }));
  return addTo(before, kind, value.results, [...unread, ...rejected]);
}

/** The parts are done by whoever asked for the whole. */
async function callerOf(services: Services, { auditLogId, ...pull }: Running): Promise<Caller> {
  const where = { tenantId_id: { tenantId: pull.tenantId, id: auditLogId } };
  const entry = await services.db.client.auditLog.findUniqueOrThrow({ where });
  const caller = systemCaller(scopeOf(pull), services.newId);
  return {
    ...caller,
    actor: { kind: entry.actorKind, id: entry.actorId, name: entry.actorName },
    correlationId: entry.correlationId,
    correlationSent: true,
    requestId: entry.requestId ?? caller.requestId,
  };
}

async function stepOn(services: Services, tx: Queries, pull: Running, page: SourcePage, tally: PullTally) {
  const entry = { id: pull.auditLogId, status: 'RUNNING' as const };
  const done = { cursor: page.cursor, attempts: 0, tally: json(tally) };
  if (page.more) {
    await tx.sourcePull.updateMany({ where: held(pull), data: done });
    await services.jobs.enqueue(tx, sourceJob(pull));
    await auditLog.report(tx, scopeOf(pull), entry, sentenceOf(tally), { counts: { ...tally.counts } });
    return;
  }
  await tx.sourcePull.updateMany({ where: held(pull), data: { ...done, auditLogId: null } });
  const summary = `Pulled the source "${pull.source}": ${sentenceOf(tally)}`;
  await auditLog.move(tx, scopeOf(pull), pull.auditLogId, 'SUCCEEDED', summary, { summary, details: { ...tally } });
}

/** What the page had pushed before the fault is pushed again with it, and differs in nothing then. */
async function afterFault(services: Services, pull: Running, fault: unknown): Promise<void> {
  if (!isConnectorError(fault)) services.log('error', `Pulling "${pull.source}" failed: ${(fault as Error).name}`);
  const error = entryError(fault);
  const attempts = pull.attempts + 1;
  if (!error.retryable || attempts >= MAX_ATTEMPTS) return fail(services, pull, error);
  const told = isConnectorError(fault) ? fault.detail.retryAfterSeconds : undefined;
  const runAt = new Date(services.now().getTime() + 1000 * (told ?? Math.min(300, 2 ** attempts)));
  await services.db.transaction(async (tx) => {
    await tx.sourcePull.updateMany({ where: held(pull), data: { attempts } });
    await services.jobs.enqueue(tx, sourceJob(pull, runAt));
    await auditLog.move(tx, scopeOf(pull), pull.auditLogId, 'RETRYING', error.message, { error });
  });
}

async function fail(services: Services, pull: Running, error: EntryError): Promise<void> {
  await services.db.transaction(async (tx) => {
    await tx.sourcePull.updateMany({ where: held(pull), data: { auditLogId: null } });
    const details = { ...tallyOf(pull.tally) };
    await auditLog.move(tx, scopeOf(pull), pull.auditLogId, 'FAILED', error.message, { error, details });
  });
}

const json = (tally: PullTally) => JSON.parse(JSON.stringify(tally)) as Prisma.InputJsonObject;
const scopeOf = ({ tenantId, organizationId }: Place): Scope => ({ tenantId, organizationId });
const held = ({ source, auditLogId, ...pull }: Running) => ({ ...scopeOf({ source, ...pull }), source, auditLogId });

function entryError(fault: unknown): EntryError {
  if (!isConnectorError(fault)) {
    return { class: 'Internal', code: 'INTERNAL', message: 'The gateway failed to pull.', retryable: true };
  }
  const { hint } = fault.detail;
  const { kind, code, message, retryable } = fault;
  return { class: kind, code, message, retryable, ...(hint !== undefined && { hint }) };
}
