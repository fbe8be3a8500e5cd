import type { Diagnostic, LookupKind, MappingProposal, RemoteRecords, Session } from '../connectors/contract.js';
import type { Queries } from '../storage/database.js';
import { requireActive, type StoredConnection } from './connection-access.js';
import { notFound, Refusal, type UserErrorData } from './refusal.js';
import type { Work } from './run.js';

/** The PSA's record, or the refusal that it is not there (or hidden from the API user: the PSA answers both alike). */
export async function remoteRecord<K extends LookupKind>(
  session: Session,
  kind: K,
  id: string,
  path: readonly string[],
): Promise<RemoteRecords[K]> {
  const record = await session.get(kind, id);
  if (record) return record;
  throw new Refusal({
    type: 'Vendor',
    kind: 'notFound',
    code: `${kind.toUpperCase()}_NOT_FOUND`,
    message: `The PSA has no ${kind} with this id, or its API user may not see it.`,
    path,
    retryable: false,
    hint: 'Check the id, and that the API user may see items of this line of business.',
  });
}

/** Throws the reasons against a mapping, if any; answers the warnings to keep with it. */
export async function checkProposal(
  session: Session,
  proposal: MappingProposal,
  reasons: readonly UserErrorData[],
  path: readonly string[],
): Promise<string[]> {
  if (reasons.length > 0) throw new Refusal(...reasons);
  const lines = (await session.checkMapping?.(proposal)) ?? [];
  const failed = lines.filter((line) => line.status === 'fail');
  if (failed.length > 0) throw new Refusal(...failed.map((line) => failedLine(line, path)));
  return lines.filter((line) => line.status === 'warn').map((line) => `${line.title}. ${line.detail}`);
}

function failedLine(line: Diagnostic, path: readonly string[]): UserErrorData {
  return {
    type: 'Vendor',
    kind: line.kind ?? 'precondition',
    code: line.code ?? 'MAPPING_REFUSED',
    message: `${line.title}. ${line.detail}`,
    path,
    retryable: false,
    ...(line.action && { hint: line.action.text, where: line.action.where }),
  };
}

/** The mapping that stands in the way, and the rule it stands for. */
export function conflict(
  rule: string,
  code: string,
  message: string,
  path: readonly string[],
  id: string | null,
): Refusal {
  return new Refusal({
    type: 'MappingConflict',
    code,
    rule,
    message: `${message} (${rule})`,
    path,
    existingMappingId: id,
  });
}

/**
 * Keeps the connection as it is until the mapping is written: deleting or re-checking it waits, or is seen here. Answers it with
 * the instance it leads to now.
 */
export async function holdConnection(tx: Queries, work: Work, connection: StoredConnection): Promise<StoredConnection> {
  const [row] = await tx.$queryRaw<(Pick<StoredConnection, 'status' | 'instanceKey'> & { gone: boolean })[]>`
    SELECT "status"::text AS "status", "instanceKey", "deletedAt" IS NOT NULL AS "gone" FROM "Connection"
    WHERE "tenantId" = ${work.scope.tenantId}::uuid AND "id" = ${connection.id}::uuid FOR SHARE`;
  if (!row || row.gone) throw notFound('connection', ['input', 'connectionId']);
  requireActive({ ...connection, status: row.status }, ['input', 'connectionId']);
  return { ...connection, instanceKey: row.instanceKey };
}

type Live = {
  readonly customerId?: string;
  readonly offerVariantId?: string;
  readonly remoteId?: string;
};

/** A mapping that is not deleted, on one connection. */
export function liveMapping(work: Work, connectionId: string, kind: 'CUSTOMER' | 'OFFER', by: Live) {
  return work.db.client.mapping.findFirst({ where: { ...work.scope, connectionId, kind, deletedAt: null, ...by } });
}
