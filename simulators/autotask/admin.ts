import type { ClockState } from '../common/clock.js';
import type { JournalEntry, JournalFilter } from '../common/journal.js';
import type { LateCommits } from '../common/late-commits.js';
import type { Core } from './core.js';
import { findUser, rowOf, rowsById, table, type UserState } from './database.js';
import type { ActiveFault, FaultRule } from './faults.js';
import { LINE_KINDS } from './recurring/kinds.js';
import { postPeriod } from './recurring/posting.js';
import type { Row } from './rows.js';
import { patchSwitches, type Switches } from './switches.js';
import type { World, WorldUser } from './world.js';

/** What a test or a demo may do beyond the API; the HTTP side under /admin calls the same functions. */
export interface Admin {
  /** Back to the seed: data, clock, switches, faults, journal. */
  reset(): void;
  /** A new seed (also for later resets), or with `merge` more rows for the present data. */
  seed(world: World, options?: { merge?: boolean }): void;
  clock: {
    now(): string;
    /** Freezes time; null lets it run again. */
    set(instant: string | null): void;
    advance(ms: number): void;
    state(): ClockState;
  };
  faults: { add(rule: FaultRule): ActiveFault; list(): ActiveFault[]; held(id: number): Promise<void>; clear(): void };
  journal: { list(filter?: JournalFilter): JournalEntry[]; clear(): void; counters(): Record<string, number> };
  /** Approve and post every unit row of the contract that begins on or before the date. */
  postPeriod(request: { contractID: number; throughDate: string }): { units: number[]; billingItems: number[] };
  /** A person deletes a contract or a service in the PSA's own pages, with all that stands on it. */
  remove(entity: 'Contracts' | 'Services', id: number): void;
  switches: { get(): Switches; patch(changes: Partial<Switches>): Switches };
  users: { list(): PublicUser[]; get(name: string): PublicUser; patch(name: string, changes: UserPatch): PublicUser };
  /** The tenant moves: `zone2` answers under /zone2/ATServicesRest, the old zone with 401. '' moves it back. */
  moveZone(name: string): { zonePath: string };
  /** Pretends that many requests were made just now. */
  fillThreshold(count: number): Record<string, number>;
  inFlight(): Record<string, number>;
  /** Carries out late commits that are still waiting. */
  flushLateCommits(): Promise<number>;
  /** All stored rows by entity, internal fields included; secrets left out. */
  state(): { tables: Record<string, readonly Row[]>; users: PublicUser[]; account: unknown; clock: string };
  units(contractID: number): Row[];
}

export type PublicUser = Omit<UserState, 'secret'>;
export type UserPatch = Partial<Omit<WorldUser, 'username'>> & { badSecrets?: number };

const publicUser = ({ secret: _secret, ...user }: UserState): PublicUser => structuredClone(user);

export function createAdmin(core: Core, lateCommits: LateCommits): Admin {
  const user = (name: string): UserState => {
    const found = findUser(core.db, name);
    if (!found) throw new Error(`no user '${name}'`);
    return found;
  };
  /** Whatever the admin side changes is kept as well as what the API changes. */
  const kept = <T>(value: T): T => {
    core.persist();
    return value;
  };
  const units = (contractID: number): Row[] =>
    LINE_KINDS.flatMap((kind) => rowsById(core.db, kind.units).filter((row) => row.contractID === contractID));

  return {
    reset() {
      lateCommits.cancel();
      core.reset();
    },
    seed: (world, options) => core.seed(world, options?.merge ?? false),
    clock: {
      now: () => core.clock.now().toISOString(),
      set: (instant) => kept(core.clock.set(instant)),
      advance: (ms) => kept(core.clock.advance(ms)),
      state: () => core.clock.state(),
    },
    faults: core.faults,
    journal: core.journal,
    postPeriod({ contractID, throughDate }) {
      const contract = rowOf(core.db, 'Contracts', contractID);
      if (!contract) throw new Error(`no contract ${contractID}`);
      if (contract.status !== 1 && !core.switches.inactiveContractBills) return { units: [], billingItems: [] };
      return kept(postPeriod(core.db, { contractID, throughDate, now: core.clock.now() }));
    },
    remove(entity, id) {
      const field = entity === 'Contracts' ? 'contractID' : 'serviceID';
      const lines = rowsById(core.db, 'ContractServices').filter((line) => line[field] === id);
      for (const line of lines) {
        for (const name of ['ContractServiceUnits', 'ContractServiceAdjustments']) {
          const rows = rowsById(core.db, name).filter((row) => [row.contractServiceID, row.lineID].includes(line.id));
          for (const row of rows) table(core.db, name).delete(row.id);
        }
        table(core.db, 'ContractServices').delete(line.id);
      }
      table(core.db, entity).delete(id);
      core.persist();
    },
    switches: {
      get: () => ({ ...core.switches }),
      patch(changes) {
        patchSwitches(core.switches, { ...changes });
        return kept({ ...core.switches });
      },
    },
    users: {
      list: () => core.db.users.map(publicUser),
      get: (name) => publicUser(user(name)),
      patch(name, changes) {
        const found = user(name);
        Object.assign(found, structuredClone(changes), { username: found.username });
        // autotask: an administrator unlocks on the user's page; the count begins anew.
        if (changes.locked === false) found.badSecrets = 0;
        return kept(publicUser(found));
      },
    },
    moveZone(name) {
      const zonePath = name.replaceAll('/', '') === '' ? '' : `/${name.replaceAll('/', '').toLowerCase()}`;
      core.db.account.zonePath = zonePath;
      core.db.account.knownZones = [...new Set([...core.db.account.knownZones, zonePath])];
      return kept({ zonePath });
    },
    fillThreshold(count) {
      core.threshold.fill(count, core.clock.now());
      return core.threshold.status(core.clock.now());
    },
    inFlight: () => core.threads.inFlight(),
    flushLateCommits: () => lateCommits.flush(),
    // A copy: what a test compares later must not change under it.
    state: () =>
      structuredClone({
        tables: Object.fromEntries([...core.db.tables.keys()].map((name) => [name, rowsById(core.db, name)])),
        users: core.db.users.map(publicUser),
        account: core.db.account,
        clock: core.clock.now().toISOString(),
      }),
    units: (contractID) => structuredClone(units(contractID)),
  };
}
