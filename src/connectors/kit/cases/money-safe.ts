import type { LineSnapshot, Resolution, Step } from '../../contract.js';
import { BASIC, type Bench, changeOf, errorOf, MID_MONTH } from '../bench.js';
import type { Breakage } from '../breakage.js';
import { must, shown } from '../failure.js';
import { type ConformanceCase, needsChange, needsQuantity } from './case.js';
import { mustBill, settle } from './settle.js';
import { settled } from './settled.js';

const about = { level: 'Money-safe', skip: needsQuantity } as const;

/** What happens to the write on its way, and what the connector must make of it. */
interface Accident {
  readonly id: string;
  readonly what: string;
  readonly how: Breakage;
  /** Did the vendor carry it out? */
  readonly landed: boolean;
  readonly outcome: 'notApplied' | 'unknown';
  readonly kinds?: readonly string[];
}

const answer = (reached: boolean, status: number, text?: string, headers = {}): Breakage => ({
  ...{ kind: 'answer', reached, status, headers },
  ...(text !== undefined && { text }),
});
const HTML = '<html><body>Something went wrong</body></html>';

const ACCIDENTS: readonly Accident[] = [
  {
    ...{ id: 'unreachable', what: 'that never left', how: { kind: 'unreachable' } },
    ...{ landed: false, outcome: 'notApplied', kinds: ['unavailable'] },
  },
  {
    ...{ id: 'lostBefore', what: 'that got lost on its way', how: { kind: 'lost', reached: false } },
    ...{ landed: false, outcome: 'unknown' },
  },
  {
    ...{
      id: 'lostAfter',
      what: 'whose answer got lost after it was carried out',
      how: { kind: 'lost', reached: true },
    },
    ...{ landed: true, outcome: 'unknown' },
  },
  ...[500, 502, 503, 504, 408].flatMap((status): Accident[] => [
    {
      ...{ id: `http${status}After`, what: `answered by HTTP ${status} after it was carried out` },
      ...{ how: answer(true, status, HTML), landed: true, outcome: 'unknown' },
    },
    {
      ...{ id: `http${status}Before`, what: `answered by HTTP ${status} before it was carried out` },
      ...{ how: answer(false, status, HTML), landed: false, outcome: 'unknown' },
    },
  ]),
  {
    ...{ id: 'halfAnswer', what: 'whose answer broke off after it was carried out', how: answer(true, 200) },
    ...{ landed: true, outcome: 'unknown' },
  },
  {
    ...{ id: 'webPage', what: 'answered by a web page and HTTP 200', how: answer(false, 200, HTML) },
    ...{ landed: false, outcome: 'unknown' },
  },
  {
    ...{ id: 'volume', what: 'refused by HTTP 429', how: answer(false, 429, '{}', { 'retry-after': '7' }) },
    ...{ landed: false, outcome: 'notApplied', kinds: ['rateLimited'] },
  },
  {
    ...{ id: 'refused', what: 'refused by HTTP 400', how: answer(false, 400, '{}') },
    ...{ landed: false, outcome: 'notApplied', kinds: ['invalid', 'precondition'] },
  },
  {
    ...{ id: 'forbidden', what: 'refused by HTTP 403', how: answer(false, 403, '{}') },
    ...{ landed: false, outcome: 'notApplied', kinds: ['permissionMissing'] },
  },
  {
    ...{ id: 'unauthorized', what: 'refused by HTTP 401', how: answer(false, 401, '{}') },
    ...{ landed: false, outcome: 'notApplied', kinds: ['authInvalid'] },
  },
];

/** Whatever happens to a write: sent once, told truthfully, settled by reading. */
export const moneySafeCases: readonly ConformanceCase[] = [
  ...ACCIDENTS.map(
    (accident): ConformanceCase => ({
      ...about,
      id: `write.${accident.id}`,
      capability: 'apply',
      title: `A write ${accident.what} is ${told(accident)}, not sent again, and settled by reading`,
      run: (bench) => survive(bench, accident),
    }),
  ),
  {
    ...about,
    id: 'write.held',
    capability: 'apply',
    title: 'A write whose caller gives up while it is under way is an unknown outcome',
    async run(bench) {
      const { step } = await bench.ready();
      const session = await warm(bench);
      bench.wire.break('write', { kind: 'held' });
      const caller = new AbortController();
      const work = errorOf('A write whose caller gave up', () => session.apply(step, caller.signal));
      await Promise.race([bench.wire.held(), work.catch(() => undefined)]);
      caller.abort();
      const error = await work;
      must(
        error.outcome === 'unknown',
        `A write whose caller gave up while it was under way counts as ${error.outcome}.`,
      );
    },
  },
  {
    ...about,
    id: 'write.twice',
    capability: 'resolve',
    title: 'A write that the network delivers twice is never settled as something the vendor does not bill',
    async run(bench) {
      const { step } = await bench.ready();
      const session = await warm(bench);
      bench.wire.break('write', { kind: 'twice' }, 1);
      await session.apply(step).catch((error: unknown) => {
        must((error as Error).name === 'ConnectorError', `apply throws no ConnectorError but ${String(error)}.`);
      });
      bench.wire.mend();
      await mustBeTrue(bench, step, 'After a write was delivered twice');
    },
  },
  {
    ...about,
    id: 'write.midway',
    capability: 'resolve',
    title: 'An edit by a person between plan and write is never settled as something the vendor does not bill',
    async run(bench) {
      const { step } = await bench.ready();
      await bench.simulation.edit(BASIC, 25, MID_MONTH);
      await (await warm(bench)).apply(step).catch((error: unknown) => {
        must((error as Error).name === 'ConnectorError', `apply throws no ConnectorError but ${String(error)}.`);
      });
      await mustBeTrue(bench, step, 'After somebody edited the line between plan and write');
    },
  },
  {
    ...about,
    id: 'resolve.untouched',
    capability: 'resolve',
    title: 'A step that was never sent is not applied',
    async run(bench) {
      const { step } = await bench.ready();
      const { state, evidence } = await resolved(bench, step);
      must(state === 'notApplied', `A step that was never sent resolves as ${state}: ${evidence}`);
    },
  },
  {
    ...about,
    id: 'resolve.conflict',
    capability: 'resolve',
    title: 'Units that are neither those before nor those after are a conflict',
    async run(bench) {
      const { step } = await bench.ready();
      await bench.simulation.edit(BASIC, 25, MID_MONTH);
      const { state, observed } = await resolved(bench, step);
      const safe = state === 'conflict' || state === 'undetermined';
      must(
        safe,
        `25 units, where ${step.before.units} were before and ${step.after.units} wanted, resolve as ${state}.`,
      );
      must(observed === null || observed.units === 25, `25 units are observed as ${observed?.units}.`);
    },
  },
  {
    ...about,
    id: 'resolve.price',
    capability: 'resolve',
    title: 'A change of price is told by the price: before it is sent not applied, after it applied',
    skip: needsChange('price'),
    async run(bench) {
      const session = bench.open();
      const wanted = changeOf('price', { unitPrice: '7.25', effectiveDate: '2027-01-01' });
      const { steps } = session.plan(wanted, await bench.line(session, bench.target(), wanted.effectiveDate));
      const [step] = steps;
      must(step !== undefined, 'A plan of a new price has no steps.');
      const before = await resolved(bench, step);
      must(before.state === 'notApplied', `A price that was never sent resolves as ${before.state}.`);
      await session.apply(step);
      const after = await resolved(bench, step);
      must(after.state === 'applied', `A price that was set resolves as ${after.state}: ${after.evidence}`);
    },
  },
  {
    ...about,
    id: 'write.midwayProcess',
    capability: 'plan',
    title: 'A change of several writes that stops after the first goes on in another process, without repeating it',
    skip: needsChange('costPush'),
    async run(bench) {
      const line = { contract: 'monthly', service: 'free' };
      const wanted = changeOf('costPush', {
        ...{ quantity: 1, unitPrice: '20', unitCost: '15.5', effectiveDate: '2027-01-01', until: '2027-02-01' },
      });
      const session = bench.open();
      const { steps } = session.plan(wanted, await bench.line(session, bench.target(line), wanted.effectiveDate));
      const [first, ...rest] = steps;
      must(first !== undefined, 'A plan of a month of cost has no steps.');
      const written = await session.apply(first);
      const reader = bench.open();
      const seen = reader.resolve(first, await bench.line(reader, bench.target(line), wanted.effectiveDate));
      must(seen.state === 'applied', `The first of several writes resolves as ${seen.state}: ${seen.evidence}`);
      const target = { ...bench.target(line), lineRef: seen.lineRef ?? written.lineRef ?? null };
      const { steps: others } = await settle(bench, wanted, line, target);
      const repeated = others.find(({ key }) => key === first.key);
      must(!repeated, `After it was applied, a step is planned again: ${repeated?.label}.`);
      must(
        others.length === rest.length,
        `After the first of ${steps.length} writes ${others.length} more are planned.`,
      );
      mustBill(await bench.billed(line, '2027-01-01'), { unitCost: '15.5' }, 'After a change of several writes');
    },
  },
];

function told({ outcome, kinds }: Accident): string {
  return outcome === 'unknown' ? 'an unknown outcome' : `certainly not applied (${kinds?.join(' or ')})`;
}

/** A session that has read before, as in the host: what it looks up once is no part of the write. */
async function warm(bench: Bench) {
  const session = bench.open();
  await bench.line(session, bench.target(), MID_MONTH);
  return session;
}

async function survive(bench: Bench, { what, how, landed, outcome, kinds }: Accident): Promise<void> {
  const { plan, step } = await bench.ready();
  const session = await warm(bench);
  const before = bench.wire.calls.length;
  bench.wire.break('write', how);
  const error = await errorOf(`A write ${what}`, () => session.apply(step));
  await settled();
  bench.wire.mend();
  const sends = bench.wire.calls.slice(before).filter(({ write }) => write).length;
  must(sends > 0, 'apply sends its write without `write: true`, so a lost answer would pass for a refusal.');
  must(sends === 1, `A write ${what} is sent ${sends} times; apply must never repeat it.`);
  must(
    error.outcome === outcome,
    outcome === 'unknown'
      ? `A write ${what} counts as certainly not applied (${error.kind}); it may have taken effect.`
      : `A write ${what} counts as an unknown outcome (${error.kind}); the vendor certainly did nothing.`,
  );
  must(!kinds || kinds.includes(error.kind), `A write ${what} throws ${error.kind}, not ${kinds?.join(' or ')}.`);
  if (kinds?.includes('rateLimited')) {
    const { retryAfterSeconds } = error.detail;
    must(retryAfterSeconds === 7, `"Retry-After: 7" to a write becomes ${shown(retryAfterSeconds)}.`);
  }
  // One write of several may lead to units that nobody asked for, until the next one.
  const { units } = landed ? step.after : step.before;
  mustBill(await bench.billed(BASIC, step.after.date), { units }, `After a write ${what}`);
  const { state, evidence, lineRef = null } = await resolved(bench, step);
  const right = landed ? 'applied' : 'notApplied';
  must(state === right, `A write ${what} resolves as ${state} by reading, not ${right}: ${evidence}`);
  if (outcome === 'notApplied' && error.kind === 'authInvalid') return;
  const target = { ...bench.target(), lineRef };
  const again = await settle(bench, changeOf('quantity', { quantity: 12 }), BASIC, target);
  const rest = plan.steps.length - (landed ? 1 : 0);
  must(again.steps.length === rest, `After a write ${what}, ${again.steps.length} more are planned, not ${rest}.`);
  mustBill(await bench.billed(BASIC, MID_MONTH), { units: 12 }, `In the end, after a write ${what},`);
}

async function resolved(bench: Bench, step: Step): Promise<Resolution> {
  const reader = bench.open();
  return reader.resolve(step, await bench.line(reader, bench.target(), MID_MONTH));
}

/** `applied` where and only where the vendor bills the state after. */
async function mustBeTrue(bench: Bench, step: Step, when: string): Promise<void> {
  const truth = await bench.billed(BASIC, step.after.date);
  const { state } = await resolved(bench, step);
  must(state !== 'applied' || truth.units === step.after.units, `${when} ${truth.units} units resolve as applied.`);
  must(
    state !== 'notApplied' || truth.units === step.before.units,
    `${when} ${truth.units} units resolve as not applied.`,
  );
  const seen: LineSnapshot = await bench.line(bench.open(), bench.target(), MID_MONTH);
  must(
    seen.facts.some(({ units }) => units === truth.units),
    `${when} the ${truth.units} units are not read.`,
  );
}
