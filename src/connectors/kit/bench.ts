import type {
  CalendarDate,
  Change,
  ChangeKind,
  ConnectorDescriptor,
  LineSnapshot,
  MappedTarget,
  Plan,
  Session,
  Step,
} from '../contract.js';
import { type ConnectorError, isConnectorError } from '../errors.js';
import { CaseFailure, must } from './failure.js';
import { stored } from './plain.js';
import type { Billed, ConformanceSubject, LineKey, Simulation } from './subject.js';
import { type Opening, openWatched } from './watched.js';
import type { Wire } from './wire.js';
import type { World } from './world.js';

/** What a case works with: a simulator back at the seeded world, and the host's part of the work. */
export interface Bench {
  readonly subject: ConformanceSubject;
  readonly simulation: Simulation;
  readonly descriptor: ConnectorDescriptor;
  readonly world: World;
  readonly wire: Wire;
  /** A new session, as another process would open it. */
  open(how?: Opening): Session;
  target(line?: LineKey): MappedTarget;
  /** One line, read as the host does: from the day of the change on. */
  line(session: Session, target: MappedTarget, from?: CalendarDate): Promise<LineSnapshot>;
  billed(line: LineKey, date: CalendarDate): Promise<Billed>;
  writes(): number;
  /** A step that is ready to be sent, with the session that planned it. */
  ready(more?: Partial<Change>): Promise<{ session: Session; plan: Plan; step: Step }>;
}

/** 10 units from the contract's first day on. */
export const BASIC: LineKey = { contract: 'monthly', service: 'basic' };
/** No line yet. */
export const FRESH: LineKey = { contract: 'monthly', service: 'fresh' };
/** Inside a period. */
export const MID_MONTH = '2026-12-10';
export const FIRST = '2027-01-01';

export function createBench(subject: ConformanceSubject, simulation: Simulation, world: World, wire: Wire): Bench {
  const { descriptor } = simulation.connector;
  const bench: Bench = {
    ...{ subject, simulation, descriptor, world, wire },
    open: (how = {}) => openWatched(wire, simulation, world.currency, world.now, how),
    target: ({ contract, service } = BASIC) => ({
      companyId: simulation.id('company', companyOf(world, contract)),
      contractId: simulation.id('contract', contract),
      serviceId: simulation.id('service', service),
      lineRef: null,
    }),
    async line(session, target, from) {
      const lines = await session.snapshot({ targets: [target], ...(from !== undefined && { from }) });
      const [line] = lines;
      must(line !== undefined && lines.length === 1, 'snapshot does not answer one line for one target.');
      return stored(line);
    },
    billed: async (line, date) => simulation.billed(line, date),
    writes: () => simulation.received().writes,
    async ready(more) {
      const session = bench.open();
      const wanted = changeOf(someKind(descriptor), { quantity: 12, ...more });
      const plan = session.plan(wanted, await bench.line(session, bench.target(), wanted.effectiveDate));
      const [step] = plan.steps;
      must(step !== undefined, `plan has no steps for ${wanted.quantity} units where 10 are billed.`);
      return { session, plan, step: stored(step) };
    },
  };
  return bench;
}

export function changeOf(kind: ChangeKind, more: Partial<Change> = {}): Change {
  return { operationId: 'op_1', kind, quantity: 10, effectiveDate: MID_MONTH, currency: 'USD', ...more };
}

/** A kind of change that can carry a new number of units. */
export function someKind({ capabilities: { changes } }: ConnectorDescriptor): ChangeKind {
  return changes.quantity ? 'quantity' : changes.create ? 'create' : 'cancel';
}

function companyOf(world: World, contract: string): string {
  const found = world.contracts.find(({ key }) => key === contract);
  if (!found) throw new Error(`no contract ${contract}`);
  return found.company;
}

/** The `ConnectorError` that some work throws. `what` begins the sentence of the failure: "search with wrong credentials". */
export async function errorOf(what: string, work: () => unknown): Promise<ConnectorError> {
  try {
    await work();
  } catch (error) {
    if (isConnectorError(error)) return error;
    throw error;
  }
  throw new CaseFailure(`${what} throws nothing.`);
}
