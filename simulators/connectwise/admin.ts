import type { ClockState } from '../common/clock.js';
import type { JournalEntry, JournalFilter } from '../common/journal.js';
import type { LateCommits } from '../common/late-commits.js';
import type { Core } from './core.js';
import { put, type Row, rowOf, rows, type TableName } from './database.js';
import type { ActiveFault, FaultRule } from './faults.js';
import { runInvoicing } from './invoicing.js';
import { patchSwitches, type Switches } from './switches.js';
import type { ApiMember, World } from './world.js';

/** What a test or a demo may do beyond the API; the HTTP side under /admin calls the same functions. */
export interface Admin {
  reset(): void;
  /** A new seed, also for later resets. */
  seed(world: World): void;
  clock: { now(): string; set(instant: string | null): void; advance(ms: number): void; state(): ClockState };
  faults: { add(rule: FaultRule): ActiveFault; list(): ActiveFault[]; clear(): void };
  journal: { list(filter?: JournalFilter): JournalEntry[]; clear(): void; counters(): Record<string, number> };
  switches: { get(): Switches; patch(changes: Partial<Switches>): Switches };
  /** Changes an API member, found by its public key: `{ inactive, privateKey, role }`. */
  patchMember(publicKey: string, changes: Partial<Omit<ApiMember, 'publicKey'>>): void;
  /** A person changes a record in the product's own pages, past all checks. */
  edit(table: TableName, id: number, changes: Record<string, unknown>): void;
  runInvoicing(agreementId: number): { billed: number[]; nextInvoiceDate: string };
  /** Carries out late commits that are still waiting. */
  flushLateCommits(): Promise<number>;
  additions(agreementId: number): Row[];
  /** All stored rows by entity; no keys. */
  state(): Record<string, readonly Row[]>;
}

export function createAdmin(core: Core, lateCommits: LateCommits): Admin {
  return {
    reset() {
      lateCommits.cancel();
      core.reset();
    },
    seed: (world) => core.seed(world),
    clock: {
      now: () => core.clock.now().toISOString(),
      set: (instant) => core.clock.set(instant),
      advance: (ms) => core.clock.advance(ms),
      state: () => core.clock.state(),
    },
    faults: core.faults,
    journal: core.journal,
    switches: {
      get: () => ({ ...core.switches }),
      patch(changes) {
        patchSwitches(core.switches, { ...changes });
        return { ...core.switches };
      },
    },
    patchMember(publicKey, changes) {
      const member = core.db.world.members.find((each) => each.publicKey === publicKey);
      if (!member) throw new Error('no member with this public key');
      Object.assign(member, structuredClone(changes));
    },
    edit(table, id, changes) {
      const row = rowOf(core.db, table, id);
      if (!row) throw new Error(`no ${table} ${id}`);
      put(core.db, table, { ...row, ...structuredClone(changes), id });
    },
    runInvoicing: (agreementId) => runInvoicing(core.db, agreementId, core.clock.now()),
    flushLateCommits: () => lateCommits.flush(),
    additions: (agreementId) =>
      structuredClone(rows(core.db, 'additions').filter((row) => row.agreementId === agreementId)),
    state: () =>
      structuredClone(Object.fromEntries([...core.db.tables.keys()].map((name) => [name, rows(core.db, name)]))),
  };
}
