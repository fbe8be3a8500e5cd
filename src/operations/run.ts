import type { ZodType, z } from 'zod';
import type { Principal } from '../access/principal.js';
import { mayChange } from '../access/principal.js';
import type { Actor, Details, EntryError, EntrySubject, Scope } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import { isConnectorError } from '../connectors/errors.js';
import { idempotencyKey as keyInput } from '../marketplace/fields.js';
import { type Queries, type Statements, violatedUnique } from '../storage/database.js';
import { currentDeadline, DeadlineError, withoutDeadline } from '../storage/deadline.js';
import { Secret } from '../storage/secret.js';
import { workingOn } from '../telemetry/context.js';
import { inSpan } from '../telemetry/trace.js';
import { Refusal, type UserErrorData, vendorError } from './refusal.js';
import { bindPlan, type PlanInput, type Preview, planInput, rehearse, requirePlan } from './rehearsal.js';
import type { Services } from './services.js';

/** The request an operation came with. */
export interface Caller {
  readonly principal: Principal;
  /** Who acts, where that is not the principal: the gateway itself, by a schedule. */
  readonly actor?: Actor;
  readonly correlationId: string;
  /** The caller sent that id (R80); absent: it was made for the request. */
  readonly correlationSent?: boolean;
  readonly requestId: string;
}

/** One verb: its audit code, its input and its body, together in one file. */
export interface Verb<Input, Value> {
  /** PascalCase; the mutation's name with a capital. */
  readonly code: string;
  readonly input: ZodType<Input>;
  /** What it commits is written to a PSA: its callers may also give `dryRun` and `fingerprint`. */
  readonly plans?: boolean;
  /** The first line of its entry. */
  summary(input: Input): string;
  /**
   * The entry it acts on: the parent of its own, to which it lends its correlation id where the caller sent none. So the
   * story of one change is found by one id.
   */
  actsOn?(input: Input): string;
  /** Checks, reads (remotely too), then answers what to write. Throws `Refusal` or `ConnectorError` to refuse. */
  run(work: Work, input: Input): Promise<Outcome<Value>>;
  /** Turns a lost race into the refusal of the rule behind the violated constraint. */
  readonly conflicts?: { readonly [constraint: string]: (work: Work, input: Input) => Promise<Refusal> };
}

export interface Work extends Services {
  readonly caller: Caller;
  readonly scope: Scope;
  readonly entryId: string;
}

export interface Outcome<Value> {
  /**
   * SUCCEEDED: done with `commit`. PENDING: `commit` enqueues a job that goes on with this entry. FAILED: a part was done
   * and stays, the rest was refused for the reasons in `errors`.
   */
  readonly status: 'SUCCEEDED' | 'PENDING' | 'FAILED';
  readonly errors?: readonly UserErrorData[];
  /** PENDING without a job: this process goes on with the entry, and the others fail it when this one dies. */
  readonly inThisProcess?: boolean;
  readonly subject?: EntrySubject;
  readonly summary?: string;
  readonly details?: Details;
  /** Its plan, where the verb looked at it by itself and nothing is to be done. */
  readonly rehearsed?: Preview;
  /** What only `commit` knows. */
  detailsOf?(value: Value): Details;
  /** Everything the operation writes, in the transaction that settles its entry. */
  commit(tx: Queries): Promise<Value>;
}

export interface Result<Value> {
  readonly auditLogId: string;
  /** Null when refused; what was done all the same where only a part was refused. A replayed idempotency key has no value either, but `replayedTargetId`. */
  readonly value: Value | null;
  readonly replayedTargetId: string | null;
  readonly userErrors: readonly UserErrorData[];
  /** For `dryRun`: what would be written. */
  readonly preview?: Preview;
}

export class AccessError extends Error {
  override readonly name = 'AccessError';
}

/**
 * The only way to act. Authorizes, opens the audit entry, runs, settles the entry in one transaction with what the
 * operation wrote. A deadline of the request ends what is read and looked at, never what is written: an entry that was opened
 * is settled. Whoever calls a verb (mutation, ingest, schedule) gets the same entry. `partOf`: the entry of the
 * operation that runs this one as a part of itself.
 */
export function run<Input, Value>(
  services: Services,
  verb: Verb<Input, Value>,
  caller: Caller,
  rawInput: unknown,
  partOf?: string,
): Promise<Result<Value>> {
  return inSpan(
    verb.code,
    {},
    () => carryOut(services, verb, caller, rawInput, partOf),
    ({ auditLogId, userErrors }) => ({ 'gateway.audit_log': auditLogId, 'gateway.refused': userErrors.length > 0 }),
  );
}

async function carryOut<Input, Value>(
  unscoped: Services,
  verb: Verb<Input, Value>,
  caller: Caller,
  rawInput: unknown,
  partOf?: string,
): Promise<Result<Value>> {
  if (!mayChange(caller.principal)) throw new AccessError('This needs the role ADMINISTRATOR.');
  const { tenantId, organizationId } = caller.principal;
  const scope: Scope = { tenantId, organizationId };
  const services = { ...unscoped, db: unscoped.db.of(scope) };
  const { own, plan } = verb.plans ? withoutPlan(rawInput) : { own: rawInput, plan: null };
  const parsed = verb.input.safeParse(own);
  const actedOn = parsed.success ? await entryActedOn(services, scope, verb.actsOn?.(parsed.data)) : null;
  const correlationId = caller.correlationSent
    ? caller.correlationId
    : (actedOn?.correlationId ?? caller.correlationId);
  const parentId = partOf ?? actedOn?.id;
  const idempotencyKey = keyOf(rawInput);
  const inputHash = idempotencyKey === undefined ? undefined : await fingerprint(services, scope, verb.code, rawInput);

  const entryId = services.newId();
  try {
    await writtenAlone(services, (tx) =>
      auditLog.open(tx, scope, {
        id: entryId,
        operation: verb.code,
        status: 'PENDING',
        actor: caller.actor ?? caller.principal.actor,
        correlationId,
        requestId: caller.requestId,
        ...(parentId !== undefined && { parentId }),
        summary: parsed.success ? verb.summary(parsed.data) : 'The input is not valid.',
        instanceId: services.instanceId,
        dryRun: isDryRun(rawInput),
        ...(idempotencyKey !== undefined && { idempotencyKey, inputHash: inputHash ?? '' }),
      }),
    );
  } catch (error) {
    if (idempotencyKey === undefined || violatedUnique(error) === null) throw error;
    return replay(services, scope, caller, verb.code, idempotencyKey, inputHash ?? '');
  }

  const work: Work = { ...services, caller: { ...caller, correlationId }, scope, entryId };
  try {
    if (!parsed.success) throw invalidInput(parsed.error);
    if (plan && !plan.success) throw invalidInput(plan.error);
    return await workingOn({ auditLogId: entryId }, () => settle(work, verb, parsed.data, plan?.data ?? {}));
  } catch (error) {
    return { auditLogId: entryId, value: null, replayedTargetId: null, userErrors: await refuse(work, error) };
  }
}

async function settle<Input, Value>(
  work: Work,
  verb: Verb<Input, Value>,
  input: Input,
  { dryRun, fingerprint }: PlanInput,
): Promise<Result<Value>> {
  const outcome = await verb.run(work, input);
  const { status, subject = {}, summary, errors = [] } = outcome;
  try {
    if (outcome.rehearsed) return await settleDryRun(work, outcome, summary ?? verb.summary(input), outcome.rehearsed);
    const preview = dryRun || fingerprint ? await rehearse(work, outcome.commit) : null;
    if (preview && fingerprint) requirePlan(preview, fingerprint);
    if (preview && dryRun) return await settleDryRun(work, outcome, summary ?? verb.summary(input), preview);
    const value = await written(work, async (tx) => {
      const done = await outcome.commit(tx);
      if (fingerprint) await bindPlan(tx, work.scope, fingerprint);
      const details = { ...outcome.details, ...outcome.detailsOf?.(done) };
      const patch = { ...subject, ...(summary !== undefined && { summary }), details };
      if (status === 'SUCCEEDED') {
        await auditLog.move(tx, work.scope, work.entryId, status, summary ?? verb.summary(input), patch);
      } else if (status === 'FAILED') {
        const { error, reasons } = failureOf(errors);
        const failed = { ...patch, error, details: { ...details, reasons } };
        await auditLog.move(tx, work.scope, work.entryId, status, error.message, failed);
      } else {
        const instanceId = outcome.inThisProcess ? work.instanceId : null;
        await auditLog.handOver(tx, work.scope, work.entryId, patch, instanceId);
      }
      return done;
    });
    return { auditLogId: work.entryId, value, replayedTargetId: null, userErrors: errors };
  } catch (error) {
    const constraint = violatedUnique(error);
    const conflict = constraint === null ? undefined : verb.conflicts?.[constraint];
    throw conflict ? await conflict(work, input) : error;
  }
}

/** Nothing was done; the entry says what would be. */
async function settleDryRun<Value>(
  work: Work,
  { subject: { target: _target, ...subject } = {} }: Outcome<Value>,
  summary: string,
  preview: Preview,
): Promise<Result<Value>> {
  const { decision, steps, fingerprint, refusal, vendorCalls } = preview;
  const told = {
    decision,
    steps: steps.map(({ label, payload }) => ({ label, write: payload })),
    fingerprint,
    refusal,
  };
  const patch = { ...subject, summary: `Dry run: ${summary}`, details: { preview: told, calls: vendorCalls } };
  await writtenAlone(work, (tx) =>
    auditLog.move(tx, work.scope, work.entryId, 'SUCCEEDED', `Dry run, nothing was written: ${decision}.`, patch),
  );
  return { auditLogId: work.entryId, value: null, replayedTargetId: null, userErrors: [], preview };
}

function withoutPlan(input: unknown) {
  if (typeof input !== 'object' || input === null) return { own: input, plan: null };
  const { dryRun, fingerprint, ...own } = input as { readonly dryRun?: unknown; readonly fingerprint?: unknown };
  return { own, plan: planInput.safeParse({ dryRun, fingerprint }) };
}

/** A transaction that no deadline of a request cuts. */
function written<T>({ db }: Pick<Services, 'db'>, work: (tx: Queries) => Promise<T>): Promise<T> {
  return withoutDeadline(() => db.transaction(work));
}

/** The same for a single statement. */
function writtenAlone<T>({ db }: Pick<Services, 'db'>, work: (tx: Statements) => Promise<T>): Promise<T> {
  return withoutDeadline(() => db.single(work));
}

/** Closes the entry of an operation that did not happen. What nobody meant to throw is masked and thrown on. */
async function refuse(work: Work, error: unknown): Promise<readonly UserErrorData[]> {
  const errors = userErrorsOf(error);
  const { error: entryError, reasons } = errors ? failureOf(errors) : faultOf();
  await writtenAlone(work, (tx) =>
    auditLog.move(tx, work.scope, work.entryId, 'FAILED', entryError.message, {
      error: entryError,
      ...(errors && { details: { reasons } }),
    }),
  );
  if (!errors) throw error;
  return errors;
}

interface Failure {
  readonly error: EntryError;
  readonly reasons: readonly object[];
}

/** What an entry tells of refusals. */
function failureOf(errors: readonly UserErrorData[]): Failure {
  const [first] = errors;
  if (!first) return faultOf();
  const error = { class: first.type, code: first.code, message: errors.map((one) => one.message).join(' ') };
  return { error, reasons: errors.map(({ type, code, message, path }) => ({ type, code, message, path })) };
}

/** The gateway itself failed, or nobody waits any more. */
function faultOf(): Failure {
  const late = currentDeadline()?.aborted ? new DeadlineError() : null;
  const what = late?.message ?? 'The gateway failed to carry this out.';
  const message = `${what} Nothing was written under this entry.`;
  return {
    error: { class: late ? 'Deadline' : 'Internal', code: late?.code ?? 'INTERNAL', message },
    reasons: [],
  };
}

/** The caller's own entry of this id; a foreign one is answered like an unknown one. */
async function entryActedOn(services: Services, scope: Scope, id: string | undefined) {
  if (id === undefined) return null;
  const where = { tenantId: scope.tenantId, organizationId: scope.organizationId, id };
  return services.db.client.auditLog.findFirst({ where, select: { id: true, correlationId: true } });
}

function userErrorsOf(error: unknown): readonly UserErrorData[] | null {
  if (error instanceof Refusal) return error.errors;
  if (isConnectorError(error)) return [vendorError(error)];
  return null;
}

/** Messages say path and rule, never the value: some of the values are secrets. */
function invalidInput(error: z.ZodError): Refusal {
  return new Refusal(
    ...error.issues.slice(0, 50).map((issue) => ({
      type: 'InvalidInput' as const,
      code: 'INVALID_INPUT',
      message: issue.message,
      path: ['input', ...issue.path.map(String)],
    })),
  );
}

/** An operation that only looks says so in its entry. */
function isDryRun(input: unknown): boolean {
  return (input as { dryRun?: unknown } | null)?.dryRun === true;
}

function keyOf(input: unknown): string | undefined {
  const key = (input as { idempotencyKey?: unknown } | null)?.idempotencyKey;
  return keyInput.safeParse(key).data;
}

/** Keyed, because the input may hold a secret of low entropy that a plain hash would let somebody guess. */
function fingerprint(services: Services, scope: Scope, code: string, input: unknown): Promise<string> {
  // A secret prints itself as redacted before a replacer sees it, so the replacer looks at what held it.
  const text = JSON.stringify([code, input], function (this: Record<string, unknown>, key, value) {
    const held = this[key];
    return held instanceof Secret ? held.reveal() : value;
  });
  return services.vault.fingerprint(text, {
    table: 'AuditLog',
    column: 'inputHash',
    ...scope,
    rowId: scope.organizationId,
  });
}

/** The same key with the same input is the same operation; with another input it is a mistake of the caller. */
async function replay<Value>(
  services: Services,
  scope: Scope,
  caller: Caller,
  code: string,
  idempotencyKey: string,
  inputHash: string,
): Promise<Result<Value>> {
  const first = await services.db.client.auditLog.findFirstOrThrow({ where: { ...scope, idempotencyKey } });
  if (first.operation === code && first.inputHash === inputHash) {
    const userErrors: UserErrorData[] =
      first.status === 'FAILED'
        ? [{ type: 'InvalidInput', code: first.errorCode ?? 'FAILED', message: first.errorMessage ?? first.summary }]
        : [];
    return { auditLogId: first.id, value: null, replayedTargetId: first.targetId, userErrors };
  }
  const error: UserErrorData = {
    type: 'IdempotencyConflict',
    code: 'IDEMPOTENCY_CONFLICT',
    message: 'This idempotency key was used for another input. Use a new key for a new operation.',
    path: ['input', 'idempotencyKey'],
    existingAuditLogId: first.id,
  };
  const entryId = services.newId();
  await writtenAlone(services, (tx) =>
    auditLog.open(tx, scope, {
      id: entryId,
      operation: code,
      status: 'FAILED',
      actor: caller.actor ?? caller.principal.actor,
      correlationId: caller.correlationId,
      requestId: caller.requestId,
      summary: error.message,
      error: { class: error.type, code: error.code, message: error.message },
    }),
  );
  return { auditLogId: entryId, value: null, replayedTargetId: null, userErrors: [error] };
}
