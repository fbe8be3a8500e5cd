import { AsyncLocalStorage } from 'node:async_hooks';
import { ROLES } from './roles.js';

/** Whose rows: an organization within its tenant. */
export interface Owner {
  readonly tenantId: string;
  readonly organizationId: string;
}

/** As whom statements run: for one organization, or null for the gateway's own work over all of them. */
export type Actor = Owner | null;

/**
 * Carries the actor of a statement through Prisma, which has no place for it. Entered right around each Prisma call by
 * `database.ts` and read where the statement is handed to the pool; nobody else needs it.
 */
const actors = new AsyncLocalStorage<{ readonly actor: Actor }>();

export function asActor<T>(actor: Actor, work: () => T): T {
  return actors.run({ actor }, work);
}

/** Who acts now. A statement that nobody answers for is not sent. */
export function actingNow(): Actor {
  const store = actors.getStore();
  if (!store) throw new Error('A statement was sent outside of a Database.');
  return store.actor;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The statement that makes the rest of its transaction, and no more, run as the actor. */
export function settingsOf(actor: Actor, roles: Roles = ROLES): string {
  if (!actor) return `SELECT set_config('role', '${roles.system}', true)`;
  const { tenantId, organizationId } = actor;
  // Literals, because it must also fit into a simple query.
  if (!UUID.test(tenantId) || !UUID.test(organizationId)) throw new Error('An organization has UUIDs.');
  return `SELECT set_config('app.tenant', '${tenantId}', true), set_config('app.organization', '${organizationId}', true),
    set_config('role', '${roles.organization}', true)`;
}

export type Roles = { readonly [Name in keyof typeof ROLES]: string };
