import type { Scope } from '../audit/entry.js';
import type { Database } from '../storage/database.js';
import { CommandError, EXIT } from './errors.js';

export interface NamedScope extends Scope {
  readonly name: string;
}

/** The organizations a command works on: all, or the one of `--organization`, by name or id. Throws CommandError. */
export async function organizationsOf(db: Database, wanted?: string): Promise<NamedScope[]> {
  const rows = await db.client.organization.findMany({ orderBy: { id: 'asc' } });
  const all = rows.map(({ id, tenantId, name }) => ({ tenantId, organizationId: id, name }));
  if (wanted === undefined) return all;
  const hex = wanted.replace(/^org_/, '').replaceAll('-', '').toLowerCase();
  const found = all.filter(({ organizationId, name }) => organizationId.replaceAll('-', '') === hex || name === wanted);
  if (found.length === 1) return found;
  const why = found.length === 0 ? 'There is no organization' : 'There are several organizations';
  throw new CommandError(`${why} "${wanted}".`, EXIT.wrongUse);
}
