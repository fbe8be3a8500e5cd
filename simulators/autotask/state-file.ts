import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import type { ClockState } from '../common/clock.js';
import type { Account, Database, UserState } from './database.js';
import type { Row } from './rows.js';
import type { Switches } from './switches.js';
import { createTable } from './table.js';

/** Everything that must survive a `kill -9` of the simulator, as one JSON document. */
export interface SavedState {
  version: 1;
  users: UserState[];
  account: Account;
  tables: Record<string, Row[]>;
  nextIds: Record<string, number>;
  userDefinedFields: Database['userDefinedFields'];
  picklists: Database['picklists'];
  requests: [number, number][];
  counters: Record<string, number>;
  clock: ClockState;
  switches: Switches;
}

export type Extras = Pick<SavedState, 'requests' | 'counters' | 'clock' | 'switches'>;

export const toSaved = (db: Database, extras: Extras): SavedState => ({
  version: 1,
  users: db.users,
  account: db.account,
  tables: Object.fromEntries([...db.tables].map(([name, rows]) => [name, [...rows.values()]])),
  nextIds: Object.fromEntries(db.nextIds),
  userDefinedFields: db.userDefinedFields,
  picklists: db.picklists,
  ...extras,
});

export const toDatabase = (saved: SavedState): Database => ({
  users: saved.users,
  account: saved.account,
  tables: new Map(Object.entries(saved.tables).map(([name, rows]) => [name, createTable(rows)])),
  nextIds: new Map(Object.entries(saved.nextIds)),
  userDefinedFields: saved.userDefinedFields,
  picklists: saved.picklists,
});

export function loadState(path: string | undefined): SavedState | undefined {
  if (!path || !existsSync(path)) return undefined;
  const saved = JSON.parse(readFileSync(path, 'utf8')) as SavedState;
  if (saved.version !== 1) throw new Error(`${path} is not a state file of this simulator`);
  return saved;
}

/** Written aside, flushed, then renamed over: a reader finds the old state or the new one, never half of one. */
export function saveState(path: string, state: SavedState): void {
  const aside = `${path}.tmp`;
  const file = openSync(aside, 'w', 0o600);
  try {
    writeSync(file, JSON.stringify(state));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(aside, path);
}
