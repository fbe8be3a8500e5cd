import type { FieldIssue } from '../connectors/define.js';
import type { ConnectorError } from '../connectors/errors.js';
import type { Preview } from '../delivery/preview.js';

/** What a refused operation tells its caller. `type` names the GraphQL type; every member says what to do next. */
export type UserErrorData = { readonly message: string; readonly code: string; readonly path?: readonly string[] } & (
  | { readonly type: 'InvalidInput' }
  | { readonly type: 'NotFound' }
  | { readonly type: 'DuplicateAlias'; readonly existingConnectionId: string | null }
  | { readonly type: 'ConnectionNotReady'; readonly status: string }
  | { readonly type: 'MappingConflict'; readonly rule: string; readonly existingMappingId: string | null }
  | { readonly type: 'MappingRule'; readonly rule: string; readonly expected?: string; readonly actual?: string }
  | {
      readonly type: 'PlanChanged';
      readonly expected: string;
      readonly actual: string | null;
      readonly preview: Preview;
    }
  | { readonly type: 'CurrencyMismatch'; readonly expected: string; readonly actual: string | null }
  | { readonly type: 'InUse'; readonly mappingIds: readonly string[]; readonly count: number }
  | { readonly type: 'OperationState'; readonly state: string | null; readonly entryId: string | null }
  | { readonly type: 'AlreadyRunning'; readonly existingAuditLogId: string | null }
  | { readonly type: 'IdempotencyConflict'; readonly existingAuditLogId: string | null }
  | {
      readonly type: 'Vendor';
      readonly kind: string;
      readonly retryable: boolean;
      readonly hint?: string;
      readonly where?: readonly string[];
      readonly vendorMessage?: string;
      readonly permissionId?: string;
    }
  | { readonly type: 'Unsupported'; readonly what: string }
);

/** Thrown by an operation that will not act: typed reasons, a FAILED entry, nothing written. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly errors: readonly UserErrorData[];

  constructor(...errors: UserErrorData[]) {
    super(errors.map((error) => error.message).join(' '));
    this.errors = errors;
  }
}

/** An object that is not there and one that belongs to somebody else are answered alike. */
export function notFound(what: string, path: readonly string[]): Refusal {
  return new Refusal({
    type: 'NotFound',
    code: 'NOT_FOUND',
    message: `No such ${what}. Check the id; it must belong to your organization.`,
    path,
  });
}

export function invalidFields(issues: readonly FieldIssue[]): Refusal {
  return new Refusal(
    ...issues.map((issue) => ({
      type: 'InvalidInput' as const,
      code: `INVALID_${issue.code}`,
      message: issue.message,
      path: issue.path,
    })),
  );
}

export function vendorError(error: ConnectorError): UserErrorData {
  const { hint, where, remote, permissionId } = error.detail;
  return {
    type: 'Vendor',
    kind: error.kind,
    code: error.code,
    message: error.message,
    retryable: error.retryable,
    ...(hint !== undefined && { hint }),
    ...(where && { where }),
    ...(remote?.message !== undefined && { vendorMessage: remote.message }),
    ...(permissionId !== undefined && { permissionId }),
  };
}
