import { afterEach, expect, it } from 'vitest';
import { addMonths } from '../../../src/connectors/calendar.js';
import type { MappedTarget, Session } from '../../../src/connectors/contract.js';
import { change, lineOf, MONTHLY, onlyStep, planned, type Simulated, simulated } from './simulated.js';

const running: Simulated[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.simulator.close()));
});

const AZURE: MappedTarget = { ...MONTHLY, serviceId: '108', lineRef: null };

/** One month as the host writes it: plan, one step, read, until nothing is left; answers how many writes it took. */
async function push(session: Session, month: string, unitCost: string): Promise<number> {
  const wanted = change(1, month, { kind: 'costPush', unitCost, until: addMonths(month, 1) });
  for (let writes = 0; ; writes += 1) {
    const { steps } = await planned(session, wanted, AZURE);
    const [step] = steps;
    if (!step) return writes;
    await session.apply(step);
    expect(session.resolve(step, await lineOf(session, AZURE))).toMatchObject({ state: 'applied' });
  }
}

it('months follow each other, and one that is corrected late does not spoil the later ones that are written again', async () => {
  const one = await simulated();
  running.push(one);
  const { session, simulator } = one;
  await session.apply(onlyStep(await planned(session, change(1, '2026-09-01', { kind: 'create' }), AZURE)));
  const costs = () =>
    simulator.admin
      .units(Number(AZURE.contractId))
      .filter(({ serviceID, startDate }) => serviceID === 108 && String(startDate) < '2027-02')
      .map(({ startDate, units, cost }) => `${String(startDate).slice(0, 7)} ${units} ${cost}`);

  for (const [month, cost] of [
    ['2026-10-01', '100.10'],
    ['2026-11-01', '200.20'],
    ['2026-12-01', '300.30'],
  ] as const) {
    // Its own first day, which is the end of the month before, and the day after its end.
    expect(await push(session, month, cost)).toBe(2);
  }
  const sent = ['2026-09 1 0', '2026-10 1 100.1', '2026-11 1 200.2', '2026-12 1 300.3', '2027-01 1 0'];
  expect(costs()).toEqual(sent);

  await push(session, '2026-10-01', '111.11');
  expect(costs()[2]).not.toBe(sent[2]);
  await push(session, '2026-11-01', '200.20');
  await push(session, '2026-12-01', '300.30');
  expect(costs()).toEqual(sent.map((each, at) => (at === 1 ? '2026-10 1 111.11' : each)));
  expect(await push(session, '2026-12-01', '300.30')).toBe(0);
});
