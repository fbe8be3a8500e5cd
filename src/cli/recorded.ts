import type { Details, Scope } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import type { Database } from '../storage/database.js';
import { newId } from '../storage/ids.js';
import { operator } from './context.js';
import { present } from './presence.js';

/** How recorded work ended: `failure` says why it did not reach its end. */
export interface Ending {
  readonly message: string;
  readonly details: Details;
  readonly failure?: { readonly code: string; readonly retryable: boolean };
}

/**
 * Work that concerns several organizations and is none's own operation: an entry in the log of each, open while it is done.
 * What is thrown fails them too.
 */
export function recorded<T>(
  db: Database,
  scopes: readonly Scope[],
  { operation, summary }: { readonly operation: string; readonly summary: string },
  work: () => Promise<T>,
  endingOf: (result: T) => Ending,
): Promise<T> {
  return present(db, (instanceId) => record(db, scopes, { operation, summary, instanceId }, work, endingOf));
}

async function record<T>(
  db: Database,
  scopes: readonly Scope[],
  opening: { readonly operation: string; readonly summary: string; readonly instanceId: string },
  work: () => Promise<T>,
  endingOf: (result: T) => Ending,
): Promise<T> {
  const correlationId = newId();
  const entries = scopes.map(({ tenantId, organizationId }) => ({ scope: { tenantId, organizationId }, id: newId() }));
  const opened = { ...opening, status: 'RUNNING' as const, actor: operator(), correlationId };
  for (const { scope, id } of entries) await db.transaction((tx) => auditLog.open(tx, scope, { ...opened, id }));

  async function end({ message, details, failure }: Ending): Promise<void> {
    const error = failure && { error: { class: 'Interrupted', message, ...failure } };
    for (const { scope, id } of entries) {
      const patch = { details, ...error };
      await db.transaction((tx) => auditLog.move(tx, scope, id, failure ? 'FAILED' : 'SUCCEEDED', message, patch));
    }
  }

  try {
    const result = await work();
    await end(endingOf(result));
    return result;
  } catch (error) {
    const failure = { code: 'INTERRUPTED', retryable: true };
    await end({ message: 'Failed before its end; run it again to go on.', details: {}, failure }).catch(
      () => undefined,
    );
    throw error;
  }
}
