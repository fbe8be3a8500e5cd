import type { ZodType, z } from 'zod';
import type { Principal } from '../access/principal.js';
import { mayChange } from '../access/principal.js';
import type { Details, EntryError, EntrySubject, Scope } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import { isConnectorError } from '../connectors/errors.js';
import { idempotencyKey as keyInput } from '../marketplace/fields.js';
import { type Queries, violatedUnique } from '../storage/database.js';
import { Secret } from '../storage/secret.js';
import { Refusal, type UserErrorData, vendorError } from './refusal.js';
import type { Services } from './services.js';

/** The request an operation came with. */
export interface Caller {
  readonly principal: Principal;
  readonly correlationId: string;
  readonly requestId: string;
}

/** One verb: its audit code, its input and its body, together in one file. */
export interface Verb<Input, Value> {
  /** PascalCase; the mutation's name with a capital. */
  readonly code: string;
  readonly input: ZodType<Input>;
  /** The first line of its entry. */
  summary(input: Input): string;
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
  /** SUCCEEDED: done with `commit`. PENDING: `commit` enqueues a job that goes on with this entry. */
  readonly status: 'SUCCEEDED' | 'PENDING';
  /** PENDING without a job: this process goes on with the entry, and the others fail it when this one dies. */
  readonly inThisProcess?: boolean;
  readonly subject?: EntrySubject;
  readonly summary?: string;
  readonly details?: Details;
  /** Everything the operation writes, in the transaction that settles its entry. */
  commit(tx: Queries): Promise<Value>;
}

export interface Result<Value> {
  readonly auditLogId: string;
  /** Null when refused. A replayed idempotency key has no value either, but `replayedTargetId`. */
  readonly value: Value | null;
  readonly replayedTargetId: string | null;
  readonly userErrors: readonly UserErrorData[];
}

export class AccessError extends Error {
  override readonly name = 'AccessError';
}

/**
 * The only way to act. Authorizes, opens the audit entry, runs, settles the entry in one transaction with what the
 * operation wrote. Whoever calls a verb (mutation, ingest, schedule) gets the same entry.
 */
export async function run<Input, Value>(
  services: Services,
  verb: Verb<Input, Value>,
  caller: Caller,
  rawInput: unknown,
): Promise<Result<Value>> {
  if (!mayChange(caller.principal)) throw new AccessError('This needs the role ADMINISTRATOR.');
  const { tenantId, organizationId } = caller.principal;
  const scope: Scope = { tenantId, organizationId };
  const parsed = verb.input.safeParse(rawInput);
  const idempotencyKey = keyOf(rawInput);
  const inputHash = idempotencyKey === undefined ? undefined : fingerprint(services, scope, verb.code, rawInput);

  const entryId = services.newId();
  try {
    await services.db.transaction((tx) =>
      auditLog.open(tx, scope, {
        id: entryId,
        operation: verb.code,
        status: 'PENDING',
        actor: caller.principal.actor,
        correlationId: caller.correlationId,
        requestId: caller.requestId,
        summary: parsed.success ? verb.summary(parsed.data) : 'The input is not valid.',
        instanceId: services.instanceId,
        ...(idempotencyKey !== undefined && { idempotencyKey, inputHash: inputHash ?? '' }),
      }),
    );
  } catch (error) {
    if (idempotencyKey === undefined || violatedUnique(error) === null) throw error;
    return replay(services, scope, caller, verb.code, idempotencyKey, inputHash ?? '');
  }

  const work: Work = { ...services, caller, scope, entryId };
  try {
    if (!parsed.success) throw invalidInput(parsed.error);
    return await settle(work, verb, parsed.data);
  } catch (error) {
    return { auditLogId: entryId, value: null, replayedTargetId: null, userErrors: await refuse(work, error) };
  }
}

async function settle<Input, Value>(work: Work, verb: Verb<Input, Value>, input: Input): Promise<Result<Value>> {
  const outcome = await verb.run(work, input);
  const { subject = {}, summary, details } = outcome;
  const patch = { ...subject, ...(summary !== undefined && { summary }), ...(details && { details }) };
  try {
    const value = await work.db.transaction(async (tx) => {
      const written = await outcome.commit(tx);
      if (outcome.status === 'SUCCEEDED') {
        await auditLog.move(tx, work.scope, work.entryId, 'SUCCEEDED', summary ?? verb.summary(input), patch);
      } else {
        await auditLog.handOver(tx, work.scope, work.entryId, patch);
        if (outcome.inThisProcess) {
          const where = { tenantId_id: { tenantId: work.scope.tenantId, id: work.entryId } };
          await tx.auditLog.update({ where, data: { instanceId: work.instanceId } });
        }
      }
      return written;
    });
    return { auditLogId: work.entryId, value, replayedTargetId: null, userErrors: [] };
  } catch (error) {
    const constraint = violatedUnique(error);
    const conflict = constraint === null ? undefined : verb.conflicts?.[constraint];
    throw conflict ? await conflict(work, input) : error;
  }
}

/** Closes the entry of an operation that did not happen. What nobody meant to throw is masked and thrown on. */
async function refuse(work: Work, error: unknown): Promise<readonly UserErrorData[]> {
  const errors = userErrorsOf(error);
  const entryError: EntryError = errors?.[0]
    ? { class: errors[0].type, code: errors[0].code, message: errors.map((one) => one.message).join(' ') }
    : { class: 'Internal', code: 'INTERNAL', message: 'The gateway failed to carry this out; nothing was written.' };
  await work.db.transaction((tx) =>
    auditLog.move(tx, work.scope, work.entryId, 'FAILED', entryError.message, {
      error: entryError,
      ...(errors && {
        details: { reasons: errors.map(({ type, code, message, path }) => ({ type, code, message, path })) },
      }),
    }),
  );
  if (!errors) throw error;
  return errors;
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

function keyOf(input: unknown): string | undefined {
  const key = (input as { idempotencyKey?: unknown } | null)?.idempotencyKey;
  return keyInput.safeParse(key).data;
}

/** Keyed, because the input may hold a secret of low entropy that a plain hash would let somebody guess. */
function fingerprint(services: Services, scope: Scope, code: string, input: unknown): string {
  // A secret prints itself as redacted before a replacer sees it, so the replacer looks at what held it.
  const text = JSON.stringify([code, input], function (this: Record<string, unknown>, key, value) {
    const held = this[key];
    return held instanceof Secret ? held.reveal() : value;
  });
  return services.sealer.fingerprint(text, {
    table: 'AuditLog',
    column: 'inputHash',
    tenantId: scope.tenantId,
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
  await services.db.transaction((tx) =>
    auditLog.open(tx, scope, {
      id: entryId,
      operation: code,
      status: 'FAILED',
      actor: caller.principal.actor,
      correlationId: caller.correlationId,
      requestId: caller.requestId,
      summary: error.message,
      error: { class: error.type, code: error.code, message: error.message },
    }),
  );
  return { auditLogId: entryId, value: null, replayedTargetId: null, userErrors: [error] };
}
