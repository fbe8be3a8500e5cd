import type { Scope } from '../audit/entry.js';
import type { Session } from '../connectors/contract.js';
import { notFound, Refusal } from './refusal.js';
import type { Services } from './services.js';

type Readers = Pick<Services, 'db'> & { readonly scope: Scope };

export type StoredConnection = NonNullable<Awaited<ReturnType<Services['db']['client']['connection']['findFirst']>>>;

/** The caller's own connection, or the refusal that answers unknown and foreign ids alike (R5). */
export async function ownConnection(work: Readers, id: string, path: readonly string[]): Promise<StoredConnection> {
  const row = await work.db.client.connection.findFirst({ where: { ...work.scope, id, deletedAt: null } });
  if (!row) throw notFound('connection', path);
  return row;
}

/** Mapping and sync need ACTIVE. */
export function requireActive(connection: Pick<StoredConnection, 'alias' | 'status'>, path: readonly string[]): void {
  if (connection.status === 'ACTIVE') return;
  throw new Refusal({
    type: 'ConnectionNotReady',
    code: 'CONNECTION_NOT_READY',
    message: `The connection "${connection.alias}" is ${connection.status}. ${waysToActive(connection.status)}`,
    path,
    status: connection.status,
  });
}

/** Looking at the PSA is tried through an outage too; never with a secret that was refused, which could lock the API user. */
export function requireReadable(connection: Pick<StoredConnection, 'alias' | 'status'>, path: readonly string[]): void {
  if (connection.status !== 'DEGRADED') requireActive(connection, path);
}

/** How a connection becomes ACTIVE, for the person who wants it to be. */
export function waysToActive(status: StoredConnection['status']): string {
  if (status === 'VALIDATING') return 'Wait until its check has ended.';
  if (status === 'DISABLED') return 'Enable it (enableConnectorConnection), then try again.';
  if (status === 'DEGRADED') return 'Its PSA fails just now; it is asked from time to time and goes on by itself.';
  return 'Mend it (its diagnostics say how), then test it again.';
}

/** An ACTIVE connection of the caller with its session. */
export async function activeSession(
  work: Readers & Pick<Services, 'sessions'>,
  id: string,
  path: readonly string[],
): Promise<{ connection: StoredConnection; session: Session }> {
  const connection = await ownConnection(work, id, path);
  requireActive(connection, path);
  return { connection, session: work.sessions.of(connection) };
}
