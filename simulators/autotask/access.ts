import { type Database, rowOf, type UserState } from './database.js';
import type { EntityDef } from './entities/define.js';
import { empty, errors, Refusal } from './replies.js';
import type { Row } from './rows.js';
import type { Switches } from './switches.js';
import type { Access } from './world.js';

export type Action = 'create' | 'query' | 'update' | 'delete';

/** The user's right, None where the entity itself cannot do it. */
export const accessFor = (user: UserState, def: EntityDef, action: Action): Access =>
  def.can[action] ? (user.permissions?.[def.name]?.[action] ?? 'All') : 'None';

/** autotask: without permission a call gives 403, or 500 with this text; both were seen. Restricted goes through. */
export function requireAccess(user: UserState, def: EntityDef, action: Action, switches: Switches): void {
  if (accessFor(user, def, action) !== 'None') return;
  if (switches.permissionStatus === 403) throw new Refusal(empty(403));
  throw new Refusal(errors(['The logged in Resource does not have the adequate permissions.']));
}

/** autotask: rows outside the user's lines of business are just missing, without an error. */
export function isVisible(db: Database, user: UserState, def: EntityDef, row: Row): boolean {
  if (user.linesOfBusiness === undefined && user.canSeeNoLineOfBusiness !== false) return true;
  const association = lineOfBusiness(db, def, row);
  if (association === undefined) return true;
  if (association === null) return user.canSeeNoLineOfBusiness !== false;
  return user.linesOfBusiness === undefined || user.linesOfBusiness.includes(association);
}

/** undefined = this entity has none; null = the row has none. */
function lineOfBusiness(db: Database, def: EntityDef, row: Row): number | null | undefined {
  const contract = def.name === 'Contracts' ? row : rowOf(db, 'Contracts', row.contractID);
  if (contract === undefined) return undefined;
  const value = contract.organizationalLevelAssociationID;
  return typeof value === 'number' ? value : null;
}
