import {
  type AutotaskSimulator,
  sampleWorld,
  startAutotaskSimulator,
  type World,
} from '../../../simulators/autotask/index.js';
import type { Change, MappedTarget, Plan, Resolution, Session, Step } from '../../../src/connectors/contract.js';
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

/** Plan, apply, read back: what the host does. */
export async function settle(session: Session, wanted: Change, target: MappedTarget): Promise<Resolution> {
  const step = onlyStep(await session.plan(wanted, target));
  await session.apply(step);
  return session.resolve(step);
}
