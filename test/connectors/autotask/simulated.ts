import {
  type AutotaskSimulator,
  sampleWorld,
  startAutotaskSimulator,
  type World,
} from '../../../simulators/autotask/index.js';
import type {
  Change,
  LineSnapshot,
  MappedTarget,
  Plan,
  Resolution,
  Session,
  SnapshotQuery,
  Step,
} from '../../../src/connectors/contract.js';
import { type Opened, open, secretText } from './session.js';

export const NOW = '2026-11-23T12:00:00Z';

export interface Simulated extends Opened {
  readonly simulator: AutotaskSimulator;
}

/** A session on a fresh simulator with frozen time. */
export async function simulated(
  change: (world: World) => void = () => undefined,
  more: { currency?: string; credentials?: Record<string, string | ReturnType<typeof secretText> | undefined> } = {},
): Promise<Simulated> {
  const world = sampleWorld();
  change(world);
  const simulator = await startAutotaskSimulator({
    world,
    clock: () => new Date(NOW),
    switches: { latencyMs: 0, threadReleaseMs: 0, lockAfterFailures: 3 },
  });
  const [user] = world.users;
  const opened = open(
    { discoveryUrl: simulator.discoveryUrl },
    {
      currency: more.currency ?? 'USD',
      now: NOW,
      credentials: {
        username: user?.username ?? '',
        password: secretText(user?.secret ?? ''),
        integrationCode: secretText(user?.integrationCode ?? ''),
        ...more.credentials,
      },
    },
  );
  return { ...opened, simulator };
}

export const MONTHLY = { companyId: '201', contractId: '29681001' };
/** 10 units of service 101 at 6.60. */
export const BASIC: MappedTarget = { ...MONTHLY, serviceId: '101', lineRef: null };
/** 5 units of service 102 at 20.00. */
export const PREMIUM: MappedTarget = { ...MONTHLY, serviceId: '102', lineRef: null };
/** 25 units of yearly service 103. */
export const YEARLY: MappedTarget = { companyId: '201', contractId: '29681002', serviceId: '103', lineRef: null };

export function change(quantity: number, effectiveDate: string, more: Partial<Change> = {}): Change {
  return { operationId: 'op_1', kind: 'quantity', quantity, effectiveDate, currency: 'USD', ...more };
}

export function onlyStep(plan: Plan): Step {
  if (plan.steps.length !== 1) throw new Error(`one step was expected, there are ${plan.steps.length}`);
  return plan.steps[0] as Step;
}

export async function lineOf(session: Session, target: MappedTarget, days: Days = {}): Promise<LineSnapshot> {
  const [line] = await session.snapshot({ targets: [target], ...days });
  if (!line) throw new Error('a snapshot was expected');
  return line;
}

/** Snapshot, then plan. */
export async function planned(session: Session, wanted: Change, target: MappedTarget, days?: Days): Promise<Plan> {
  return session.plan(wanted, await lineOf(session, target, days));
}

/** Snapshot, then resolve. */
export async function resolved(session: Session, step: Step, days?: Days): Promise<Resolution> {
  return session.resolve(step, await lineOf(session, step.target, days));
}

/** Plan, apply, read back: what the host does. */
export async function settle(session: Session, wanted: Change, target: MappedTarget): Promise<Resolution> {
  const step = onlyStep(await planned(session, wanted, target));
  await session.apply(step);
  return resolved(session, step);
}

type Days = Pick<SnapshotQuery, 'from' | 'until'>;
