import { randomUUID } from 'node:crypto';
import type { AuditStatus, EntryPatch, NewEntry, Scope } from '../../../src/audit/entry.js';
import { auditLog } from '../../../src/audit/log.js';
import type { Database } from '../../../src/storage/database.js';
import { newId } from '../../../src/storage/ids.js';

/** A new organization of its own tenant. */
export async function createScope(db: Database): Promise<Scope> {
  const id = newId();
  await db.client.organization.create({ data: { id, tenantId: id, kind: 'CSP', name: 'Contoso CSP' } });
  return { tenantId: id, organizationId: id };
}

/** Opens an entry as an operation would; answers its id. */
export async function openEntry(db: Database, scope: Scope, entry: Partial<NewEntry> = {}): Promise<string> {
  const id = newId();
  await db.transaction((tx) =>
    auditLog.open(tx, scope, {
      id,
      operation: 'CreateConnectorConnection',
      status: 'PENDING',
      actor: { kind: 'USER', id: 'ann', name: 'Ann' },
      correlationId: randomUUID(),
      summary: 'Create connection',
      ...entry,
    }),
  );
  return id;
}

export async function moveEntry(
  db: Database,
  scope: Scope,
  id: string,
  to: AuditStatus,
  patch: EntryPatch = {},
): Promise<void> {
  const moved = await db.transaction((tx) => auditLog.move(tx, scope, id, to, `now ${to}`, patch));
  if (!moved) throw new Error(`The entry ${id} does not move to ${to}.`);
}

/** Reads so many messages; the iterable stays open. */
export async function take<T>(iterable: AsyncIterator<T, void>, count: number): Promise<T[]> {
  const taken: T[] = [];
  while (taken.length < count) {
    const { done, value } = await iterable.next();
    if (done) throw new Error(`It ended after ${taken.length} of ${count} messages.`);
    taken.push(value);
  }
  return taken;
}

/** Random numbers that a seed repeats (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
