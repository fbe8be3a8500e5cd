import type { Database, UserState } from '../database.js';
import type { Row } from '../rows.js';
import type { Switches } from '../switches.js';

/** What every write needs to know. */
export interface WriteContext {
  readonly db: Database;
  readonly user: UserState;
  readonly switches: Switches;
  readonly now: Date;
}

/**
 * One entity's own rules. `prepare`, `check` and `removable` refuse by throwing and must not change anything stored;
 * the others run once the write is certain.
 */
export interface Rules {
  prepare?(context: WriteContext, row: Record<string, unknown>): void;
  insert?(context: WriteContext, row: Record<string, unknown>): Row;
  created?(context: WriteContext, row: Row): void;
  check?(context: WriteContext, before: Row, after: Row): void;
  updated?(context: WriteContext, before: Row, row: Row): void;
  removable?(context: WriteContext, row: Row): void;
  removed?(context: WriteContext, row: Row): void;
}
