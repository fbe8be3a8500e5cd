import type { Scope } from '../audit/entry.js';
import type { SearchPage, SearchQuery } from '../connectors/contract.js';
import { ownConnection, requireReadable } from './connection-access.js';
import type { Services } from './services.js';

/** A live look-up on one of the caller's connections. Reading only, so it is no audit entry. */
export async function searchRemote(
  services: Services,
  scope: Scope,
  connectionId: string,
  query: SearchQuery,
): Promise<SearchPage> {
  const connection = await ownConnection({ db: services.db, scope }, connectionId, ['connectionId']);
  requireReadable(connection, ['connectionId']);
  return services.sessions.of(connection).search(query);
}
