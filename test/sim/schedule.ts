import type { Session } from '../../src/connectors/contract.js';
import { createDrain as realDrain } from '../../src/delivery/drain.js';
import type { WorkItem } from '../../src/delivery/lane.js';
import { DEFAULT_POLICY, type Policy } from '../../src/delivery/policy.js';
import { tellingRefusals } from '../../src/delivery/refusal-session.js';
import { createJobs, type SimulatedJobs } from './jobs.js';
import { createKernel } from './kernel.js';
import { judge, type Verdicts } from './oracle.js';
import { createProcesses, type Process, type Processes } from './processes.js';
import { drawRates, type Profile, type Rates } from './profile.js';
import { createPsa } from './psa.js';
import { createRandom, type Random } from './random.js';
import type { TableRules } from './rows.js';
import { createPsaSession, type SessionRules } from './session.js';
import { createStore } from './store.js';
import { createTables } from './tables.js';
import { createWorkload } from './workload.js';

/** What a mutant breaks; everything on is the real thing. */
export interface Rules extends TableRules, SessionRules {
  /** A send needs a lease that outlives it: false sets the send window to nothing. */
  readonly checksClock: boolean;
  readonly quarantine: boolean;
  /** Lanes that no job knows of are found by themselves. */
  readonly sweeps: boolean;
}

export const REAL_RULES: Rules = {
  fenced: true,
  netsSameDayOnly: true,
  netsUpToLaterDays: true,
  stopsAtFailure: true,
  staysInOrder: true,
  plansFromReads: true,
  serverErrorIsUnknown: true,
  checksClock: true,
  quarantine: true,
  sweeps: true,
};

export interface ScheduleOptions {
  readonly seed: number;
  readonly profile: Profile;
  /** 0: drawn by the seed, 1 to 3. */
  readonly instances: number;
  readonly rules?: Rules;
  readonly createDrain?: typeof realDrain;
  readonly trace?: (line: string) => void;
}

/** Faults end by then; what follows must end well by itself. */
const HEALED_AT = 1_200_000;
/** Far more than back-offs, leases and quarantines of a whole lane add up to. */
const LIMITS = { time: 6 * 3_600_000, events: 100_000 };

const SWEEP_MS = 60_000;
const LATE_SWEEPS = 30;

const queueOf = (lane: string) => `slot ${Number(lane.slice(1)) % 2}`;

/** Mostly the defaults; the others move dates, and order and totals must hold all the same. */
function drawPolicy(random: Random): Policy {
  if (random.chance(0.6)) return DEFAULT_POLICY;
  const proration = random.pick(['EXACT_DATE', 'PERIOD_START', 'NEXT_PERIOD'] as const);
  const decreases = random.pick(['AS_INCREASES', 'NEXT_PERIOD'] as const);
  return { ...DEFAULT_POLICY, proration, decreases };
}

/** One schedule: a world, a workload, faults until it heals, the real drain in every instance, and the verdict. */
export async function runSchedule(options: ScheduleOptions): Promise<Verdicts> {
  const { profile, rules = REAL_RULES, createDrain = realDrain } = options;
  const random = createRandom(options.seed);
  const kernel = createKernel();
  const { timing } = profile;
  const log = options.trace;
  const trace = log ? (text: string) => log(`${(kernel.now() / 1000).toFixed(3).padStart(10)}  ${text}`) : () => {};
  const storm = drawRates(random, profile.rates);
  const calm = Object.fromEntries(Object.keys(storm).map((name) => [name, 0])) as unknown as Rates;
  const rates = () => (kernel.now() < HEALED_AT ? storm : calm);
  if (log) trace(`rates ${JSON.stringify(storm)}`);

  const processes: Processes = createProcesses({
    kernel,
    random,
    rates,
    instances: options.instances || random.whole(1, 3),
    onDeath: (dead) => {
      tables.releaseLanesOf(dead.id);
      jobs.unlockOf(dead);
    },
    onReady: () => jobs.offerAll(),
    trace,
  });
  const jobs: SimulatedJobs = createJobs({
    kernel,
    random,
    processes: () => processes,
    queueOf,
    work: (process, lane) => drainOf(process)({ tenantId: 'tenant', laneId: lane }),
    trace,
  });
  const tables = createTables({
    now: kernel.now,
    leaseMs: timing.leaseMs,
    rules,
    policy: drawPolicy(random),
    lastRead: (lane) => psa.lastRead(lane),
    queueOf,
    wake: jobs.add,
    trace,
  });
  const oneAdjustmentPerDate = random.chance(profile.sameDateRefusals);
  const psa = createPsa({ now: kernel.now, oneAdjustmentPerDate, trace });
  const stats = { sends: 0, refused: new Set<string>() };
  const workload = createWorkload({ kernel, random, profile, tables, psa, rates, until: HEALED_AT, trace });

  const drains = new Map<Process, ReturnType<typeof realDrain>>();
  function drainOf(process: Process) {
    const known = drains.get(process);
    if (known) return known;
    const shared = { kernel, random, rates, processes, process, trace };
    const store = createStore({ ...shared, tables, wake: jobs.add });
    const { secretRevoked, acceptedUnits } = workload;
    const session = createPsaSession({ ...shared, timing, rules, psa, stats, secretRevoked, acceptedUnits });
    const stop = (used: WorkItem['connection']) => store.stopConnection(used).catch(() => trace('it is not stopped'));
    const drain = createDrain({
      store,
      session: (used) => tellingRefusals(session as Session, () => stop(used as WorkItem['connection'])),
      quarantineMs: () => (rules.quarantine ? timing.quarantineMs : 0),
      sendWindowMs: rules.checksClock ? timing.sendWindowMs : Number.NEGATIVE_INFINITY,
      monotonic: () => kernel.now() + process.clock,
      random: random.next,
    });
    drains.set(process, drain);
    return drain;
  }

  processes.start();
  workload.start();
  kernel.after(HEALED_AT, () => {
    trace('--- the faults end ---');
    processes.heal();
  });
  for (let at = SWEEP_MS; at < HEALED_AT && rules.sweeps; at += SWEEP_MS) {
    kernel.after(at, () => processes.living().length > 0 && tables.sweep());
  }
  let end = await kernel.run(LIMITS);
  // Sweeps go on for ever; only where nothing else happens any more can they matter.
  for (let rest = LATE_SWEEPS; end === 'quiet' && rules.sweeps && rest > 0 && tables.open(); rest -= 1) {
    kernel.after(SWEEP_MS, () => tables.sweep());
    end = await kernel.run(LIMITS);
  }
  const verdicts = judge({ tables, psa, stats, timing, end, edited: workload.edited, oneAdjustmentPerDate });
  if (log) {
    trace(end === 'quiet' ? '--- nothing is left to do ---' : '--- time is up ---');
    for (const lane of tables.lanes.values()) {
      for (const each of lane.operations) {
        const first = `${each.id} ${each.state} (entry ${each.entry}) ${each.quantity} units from ${each.date}`;
        log(
          `${first}, attempts ${each.attempts}, steps ${each.steps.map(({ state }) => state).join(' ')} ${each.error?.code ?? ''}`,
        );
      }
      log(
        `${lane.id} ${lane.badge}: ${psa.unitsOn(lane.id, Number.MAX_SAFE_INTEGER / 1e9, kernel.now())} units at last`,
      );
    }
    for (const fault of verdicts.faults) log(`FAULT ${fault.kind}: ${fault.what}`);
  }
  return verdicts;
}
