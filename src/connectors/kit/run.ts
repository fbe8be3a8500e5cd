import type { ConnectorDescriptor } from '../contract.js';
import { type Bench, createBench } from './bench.js';
import { basicCases } from './cases/basic.js';
import type { ConformanceCase, Level } from './cases/case.js';
import { compatibleCases } from './cases/compatible.js';
import { descriptorCases } from './cases/descriptor.js';
import { moneySafeCases } from './cases/money-safe.js';
import { planCases } from './cases/plan.js';
import { readCases } from './cases/read.js';
import { settled } from './cases/settled.js';
import { snapshotCases } from './cases/snapshot.js';
import { writeCases } from './cases/write.js';
import { CaseFailure, CaseSkipped, must } from './failure.js';
import { overheard } from './overheard.js';
import type { ConformanceSubject } from './subject.js';
import { createWire } from './wire.js';
import { createWorld } from './world.js';

/** Every case there is, in the order of the levels. Which of them run, the descriptor decides. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...descriptorCases,
  ...basicCases,
  ...readCases,
  ...snapshotCases,
  ...planCases,
  ...writeCases,
  ...moneySafeCases,
  ...compatibleCases,
];

export interface CaseResult {
  readonly id: string;
  readonly level: Level;
  readonly capability: string;
  readonly title: string;
  /** `todo`: it needs a part that is not written yet. */
  readonly status: 'passed' | 'failed' | 'skipped' | 'todo';
  /** The fault of the connector, why the case does not apply, or what is to be written. Empty for `passed`. */
  readonly reason: string;
}

/** A simulator that is running, for one case after the other. */
export interface Rig {
  readonly descriptor: ConnectorDescriptor;
  run(one: ConformanceCase): Promise<CaseResult>;
  close(): Promise<void>;
}

export async function openRig(subject: ConformanceSubject): Promise<Rig> {
  const { pageOverflow = 60, priceDecimals = 4 } = subject;
  const world = createWorld({ pageOverflow, priceDecimals });
  const simulation = await subject.start(world);
  const wire = createWire();
  const bench = createBench(subject, simulation, world, wire);

  return {
    descriptor: bench.descriptor,
    async run(one) {
      const { id, level, capability, title } = one;
      const result = (status: CaseResult['status'], reason = '') => ({ id, level, capability, title, status, reason });
      const skip = subject.skip?.[id] ?? one.skip?.(bench.descriptor) ?? null;
      if (skip !== null) return result('skipped', skip);
      wire.reset();
      await simulation.reset();
      const outcome = await outcomeOf(one, bench);
      wire.mend();
      // Whatever such a case says, it says it of a part that is not there: also that all is well.
      const parts = [...wire.unimplemented].join(', ');
      return parts === '' ? result(...outcome) : result('todo', `${parts}: not implemented yet`);
    },
    async close() {
      await wire.close();
      await simulation.close();
    },
  };
}

type Outcome = readonly [status: CaseResult['status'], reason?: string];

async function outcomeOf(one: ConformanceCase, bench: Bench): Promise<Outcome> {
  try {
    await overheard(bench.wire.secrets, () => one.run(bench));
    await mustUseHost(bench);
    if (one.level === 'Basic' || one.level === 'Read') {
      must(bench.writes() === 0, 'A method that only reads writes.');
    }
    return ['passed'];
  } catch (error) {
    return error instanceof CaseSkipped ? ['skipped', error.message] : ['failed', reasonOf(error)];
  }
}

/** Whatever the simulator received must have come through `context.http`. */
async function mustUseHost({ wire, simulation }: Bench): Promise<void> {
  await settled();
  const delivered = wire.calls.reduce((sum, call) => sum + call.delivered, 0);
  const { requests } = simulation.received();
  must(
    requests <= delivered,
    `The vendor received ${requests} requests, of which only ${delivered} went through context.http.`,
  );
}

function reasonOf(error: unknown): string {
  if (error instanceof CaseFailure) return error.message;
  const { name, message, kind } = error as { name?: string; message?: string; kind?: string };
  if (name === 'ConnectorError') return `It throws ${kind} where everything is in order: ${message}`;
  return `It stops with ${name ?? 'something'}: ${message ?? String(error)}`;
}

export interface RunOptions {
  /** Told after each case. */
  readonly onResult?: (result: CaseResult, done: number, total: number) => void;
  /** Only these cases; absent = all. */
  readonly only?: (one: ConformanceCase) => boolean;
}

export interface Report {
  readonly connector: { readonly id: string; readonly title: string; readonly version: string };
  readonly contract: string;
  readonly results: readonly CaseResult[];
}
