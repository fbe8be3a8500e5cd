import type { SimulatorClock } from '../common/clock.js';
import type { FaultPlan } from '../common/faults.js';
import type { Journal } from '../common/journal.js';
import type { Core } from './core.js';
import type { FaultAction } from './faults.js';
import { patchSwitches, type Switches } from './switches.js';
import type { Row, TableName, World } from './world.js';

/** What a test or a demo may do beyond the API; the HTTP side under /admin calls the same functions. */
export interface Admin {
  reset(): void;
  readonly clock: Pick<SimulatorClock, 'now' | 'set' | 'advance'>;
  readonly faults: Pick<FaultPlan<FaultAction>, 'add' | 'list' | 'clear'>;
  readonly journal: Pick<Journal, 'list' | 'clear' | 'counters'>;
  readonly switches: { get(): Switches; patch(changes: Partial<Switches>): Switches };
  /** All tokens given so far stop working. */
  revokeTokens(): void;
  /** A person changes a record on the portal, past all checks. */
  edit(table: TableName, id: string, changes: Record<string, unknown>): void;
  add(table: TableName, row: Row): void;
  remove(table: TableName, id: string): void;
  /** All records; no secrets. */
  state(): Pick<World, TableName>;
}

export function createAdmin(core: Core): Admin {
  const found = (table: TableName, id: string): number => {
    const at = core.world[table].findIndex((row) => row.id === id);
    if (at < 0) throw new Error(`no ${table} ${id}`);
    return at;
  };
  return {
    reset: () => core.reset(),
    clock: core.clock,
    faults: core.faults,
    journal: core.journal,
    switches: {
      get: () => ({ ...core.switches }),
      patch(changes) {
        patchSwitches(core.switches, { ...changes });
        return { ...core.switches };
      },
    },
    revokeTokens: () => core.tokens.revoke(),
    edit(table, id, changes) {
      const at = found(table, id);
      core.world[table][at] = { ...core.world[table][at], ...structuredClone(changes), id };
    },
    add(table, row) {
      core.world[table].push(structuredClone(row));
    },
    remove(table, id) {
      core.world[table].splice(found(table, id), 1);
    },
    state() {
      const { customers, offers, subscriptions } = core.world;
      return structuredClone({ customers, offers, subscriptions });
    },
  };
}
