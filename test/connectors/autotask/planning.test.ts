import { afterEach, describe, expect, it } from 'vitest';
import type { World } from '../../../simulators/autotask/index.js';
import type { Change, MappedTarget, Plan, Session } from '../../../src/connectors/contract.js';
import { failureOf } from './session.js';
import {
  BASIC,
  change,
  lineOf,
  MONTHLY,
  onlyStep,
  planned,
  resolved,
  type Simulated,
  settle,
  simulated,
  YEARLY,
} from './simulated.js';

const running: Simulated[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.simulator.close()));
});

async function start(with_?: (world: World) => void): Promise<Simulated> {
  const one = await simulated(with_);
  running.push(one);
  return one;
}

/** The line of an Azure Plan: one unit of a free service. */
const AZURE: MappedTarget = { ...MONTHLY, serviceId: '108', lineRef: null };
const withAzure = (world: World) => {
  world.lines?.push({ id: 8800, contractID: 29681001, serviceID: 108, units: 1 });
};
const december: Partial<Change> = { kind: 'costPush', until: '2027-01-01', unitCost: '173.45', unitPrice: '190' };

const bodies = ({ steps }: Plan) => steps.map(({ payload }) => payload);
const codeOf = async (work: Promise<unknown>) => (await failureOf(work)).code;

/** As the host does: plan, send the first step, read, resolve, until no step is left. */
async function drain(session: Session, wanted: Change, target: MappedTarget): Promise<string[]> {
  const labels: string[] = [];
  for (let line = await lineOf(session, target); labels.length < 9; line = await lineOf(session, target)) {
    const [step] = session.plan(wanted, line).steps;
    if (!step) return labels;
    await session.apply(step);
    labels.push(`${step.label}: ${(await resolved(session, step)).state}`);
  }
  throw new Error(`no end: ${labels.join('; ')}`);
}

/** What is billed from the start of the period on, one entry for each change of units. */
async function unitsOf(session: Session, target: MappedTarget, from: string, until: string): Promise<string[]> {
  const { facts } = await lineOf(session, target, { from, until });
  return facts
    .filter(({ units }, index) => units !== facts[index - 1]?.units)
    .map(({ date, units }) => `${date.slice(5)} ${units}`);
}

describe('plan and resolve', () => {
  it('make no call', async () => {
    const one = await start();
    const line = await lineOf(one.session, BASIC);
    const calls = one.simulator.admin.journal.list().length;
    const step = onlyStep(one.session.plan(change(12, '2026-12-10'), line));
    expect(one.session.resolve(step, line).state).toBe('notApplied');
    expect(one.session.plan(change(12, '2026-12-10'), line)).toEqual(one.session.plan(change(12, '2026-12-10'), line));
    expect(one.simulator.admin.journal.list()).toHaveLength(calls);
  });

  it('answer the same from a narrow and from a wide snapshot', async () => {
    const { session } = await start();
    const wanted = change(12, '2026-12-10', { unitPrice: '7' });
    const days = { from: '2026-12-10', until: '2026-12-10' };
    const [wide, narrow] = [await planned(session, wanted, BASIC), await planned(session, wanted, BASIC, days)];
    expect(narrow).toEqual(wide);
    const step = onlyStep(narrow);
    await session.apply(step);
    for (const each of [undefined, days, { from: '2026-11-01', until: '2027-03-01' }]) {
      expect(await resolved(session, step, each)).toMatchObject({ state: 'applied', observed: { unitPrice: '7' } });
    }
  });

  it('say so where the days of the change were not read', async () => {
    const { session } = await start();
    const early = await lineOf(session, BASIC, { from: '2026-05-01', until: '2026-05-01' });
    expect(() => session.plan(change(12, '2026-12-10'), early)).toThrow(
      expect.objectContaining({ kind: 'invalid', code: 'SNAPSHOT_TOO_NARROW' }),
    );
    expect(session.plan(change(12, '2026-07-01'), early).steps).toHaveLength(1);
    const step = onlyStep(await planned(session, change(12, '2026-12-10'), BASIC));
    expect(session.resolve(step, early).state).toBe('undetermined');
  });

  it('compare unread and doubtful lines with nothing', async () => {
    const { session, simulator } = await start();
    const step = onlyStep(await planned(session, change(12, '2026-12-10'), BASIC));
    const gone = await lineOf(session, { ...BASIC, contractId: '99' });
    expect(session.resolve(step, gone)).toMatchObject({ state: 'undetermined', observed: null });
    expect(session.resolve({ ...step, before: { ...step.before, evidence: null } }, gone).state).toBe('undetermined');
    simulator.admin.seed({ users: [], lines: [{ contractID: 29681001, serviceID: 101, units: 4 }] }, { merge: true });
    expect((await resolved(session, step)).evidence).toMatch(/more than once/);
  });
});

describe('a cost push', () => {
  it('is two dated steps: the amounts, and 0 from the first day they no longer count for (R62)', async () => {
    const { session } = await start(withAzure);
    const plan = await planned(session, change(1, '2026-12-01', december), AZURE);
    const line = { contractID: 29681001, serviceID: 108, unitChange: 0 };
    expect(bodies(plan)).toEqual([
      { ...line, effectiveDate: '2026-12-01', adjustedUnitPrice: 190, adjustedUnitCost: 173.45 },
      { ...line, effectiveDate: '2027-01-01', adjustedUnitPrice: 0, adjustedUnitCost: 0 },
    ]);
    expect(new Set(plan.steps.map(({ key }) => key)).size).toBe(2);
    expect(plan.steps.map(({ before, after }) => [before.unitPrice, after.unitPrice])).toEqual([
      ['0', '190'],
      ['190', '0'],
    ]);
    expect(plan).toMatchObject({ before: { date: '2026-12-01' }, after: { date: '2026-12-01', unitPrice: '190' } });
  });

  it('yields only the second step once the first is there, and none once both are', async () => {
    const { session } = await start(withAzure);
    const wanted = change(1, '2026-12-01', december);
    const [first] = (await planned(session, wanted, AZURE)).steps;
    await session.apply(first as NonNullable<typeof first>);
    const rest = await planned(session, wanted, AZURE);
    expect(bodies(rest)).toMatchObject([{ effectiveDate: '2027-01-01', adjustedUnitPrice: 0 }]);
    expect(await drain(session, wanted, AZURE)).toHaveLength(1);
    expect((await planned(session, wanted, AZURE)).steps).toEqual([]);
  });

  it('of one month after the other leaves each month its own and 0 after the last', async () => {
    const { session } = await start(withAzure);
    await drain(session, change(1, '2026-12-01', december), AZURE);
    const january = { kind: 'costPush', until: '2027-02-01', unitCost: '80.5', unitPrice: '90' } as const;
    const labels = await drain(session, change(1, '2027-01-01', january), AZURE);
    expect(labels.map((label) => label.split(': ').at(-1))).toEqual(['applied', 'applied']);
    const { facts } = await lineOf(session, AZURE, { from: '2026-11-01', until: '2027-03-31' });
    expect(facts.map(({ date, unitPrice, unitCost }) => [date, unitPrice, unitCost])).toEqual([
      ['2026-11-01', '0', '0'],
      ['2026-12-01', '190', '173.45'],
      ['2027-01-01', '90', '80.5'],
      ['2027-02-01', '0', '0'],
    ]);
  });

  it('corrected later changes its month only', async () => {
    const { session } = await start(withAzure);
    await drain(session, change(1, '2026-12-01', december), AZURE);
    const wanted = change(1, '2026-12-01', { ...december, unitCost: '200' });
    expect(await drain(session, wanted, AZURE)).toHaveLength(1);
    const { facts } = await lineOf(session, AZURE, { from: '2026-12-01', until: '2027-01-31' });
    expect(facts.map(({ unitCost }) => unitCost)).toEqual(['200', '0']);
  });

  it('leaves the units as they are from its end on', async () => {
    const { session } = await start(withAzure);
    await settle(session, change(3, '2027-01-01'), AZURE);
    await drain(session, change(1, '2026-12-01', december), AZURE);
    expect(await unitsOf(session, AZURE, '2026-12-01', '2027-02-01')).toEqual(['12-01 1', '01-01 3']);
  });

  it('in the last month of the contract has no end to write', async () => {
    const { session } = await start(withAzure);
    const plan = await planned(session, change(1, '2028-12-01', { ...december, until: '2029-01-01' }), AZURE);
    expect(plan.steps).toHaveLength(1);
  });

  it('must end after it begins, on a day that exists', async () => {
    const { session } = await start(withAzure);
    const code = (until: string) => codeOf(planned(session, change(1, '2026-12-01', { ...december, until }), AZURE));
    expect(await code('2026-12-01')).toBe('UNTIL_INVALID');
    expect(await code('2026-13-01')).toBe('EFFECTIVE_DATE_INVALID');
  });
});

describe('a suspension', () => {
  it('is a price of 0 from its date on (R58)', async () => {
    const { session } = await start();
    const step = onlyStep(await planned(session, change(10, '2027-01-01', { kind: 'suspend' }), BASIC));
    expect(step.payload).toMatchObject({ unitChange: 0, effectiveDate: '2027-01-01', adjustedUnitPrice: 0 });
    await session.apply(step);
    expect(await resolved(session, step)).toMatchObject({ state: 'applied', observed: { units: 10, unitPrice: '0' } });
  });
});

describe('a service that is inactive', () => {
  const inactive = (world: World) => {
    for (const each of world.services ?? []) if (each.id === 101) each.isActive = false;
  };

  it('is refused for more units, higher amounts and a new line, with the cure', async () => {
    const { session } = await start(inactive);
    const refused = [
      planned(session, change(12, '2026-12-10'), BASIC),
      planned(session, change(10, '2026-12-01', { kind: 'price', unitPrice: '7' }), BASIC),
      planned(session, change(9, '2026-12-01', { unitPrice: '7' }), BASIC),
      planned(session, change(1, '2026-12-10', { kind: 'create' }), { ...MONTHLY, serviceId: '106', lineRef: null }),
    ];
    for (const work of refused) {
      const failure = await failureOf(work);
      expect(failure).toMatchObject({ kind: 'precondition', code: 'SERVICE_INACTIVE', outcome: 'notApplied' });
      expect(failure.detail).toMatchObject({ hint: expect.stringContaining('Activate'), where: expect.anything() });
    }
  });

  it('still lets units and amounts go down and the line end', async () => {
    const { session } = await start(inactive);
    expect(await drain(session, change(8, '2026-12-10'), BASIC)).toHaveLength(1);
    expect(await drain(session, change(8, '2027-01-01', { kind: 'suspend' }), BASIC)).toHaveLength(1);
    expect(await drain(session, change(0, '2027-02-01', { kind: 'cancel' }), BASIC)).toHaveLength(1);
    expect((await planned(session, change(0, '2027-02-01'), BASIC)).steps).toEqual([]);
  });
});

describe('a plan refuses', () => {
  it('a new line whose period is not that of the contract, before Autotask does', async () => {
    const { session } = await start();
    const target = { ...MONTHLY, serviceId: '105', lineRef: null };
    expect(await codeOf(planned(session, change(1, '2026-12-10', { kind: 'create' }), target))).toBe('PERIOD_MISMATCH');
  });

  it('amounts in another currency than that of the contract', async () => {
    const { session } = await start();
    const target = { companyId: '203', contractId: '29681004', serviceId: '101', lineRef: null };
    expect(await codeOf(planned(session, change(8, '2026-12-10'), target))).toBe('WRONG_CURRENCY');
  });

  it('with a cure for each refusal', async () => {
    const { session } = await start();
    const wrong: [Change, MappedTarget][] = [
      [change(1, '2025-12-31'), BASIC],
      [change(1, '2026-02-30'), BASIC],
      [change(1.5, '2026-12-10'), BASIC],
      [change(1, '2026-12-10', { currency: 'EUR' }), BASIC],
      [change(1, '2026-12-10', { unitPrice: 'much' }), BASIC],
      [change(1, '2026-12-10', { kind: 'resume' }), BASIC],
      [change(1, '2026-12-10'), { ...BASIC, contractId: '99' }],
    ];
    for (const [wanted, target] of wrong) {
      const failure = await failureOf(planned(session, wanted, target));
      expect([failure.code, failure.detail.hint, failure.retryable]).toEqual([
        failure.code,
        expect.stringMatching(/\w/),
        false,
      ]);
    }
  });
});

describe('units that somebody planned for later', () => {
  it('in a later period are taken back first, so that the target counts from its date on', async () => {
    const { session } = await start();
    await settle(session, change(12, '2027-01-01'), BASIC);
    const plan = await planned(session, change(11, '2026-12-10'), BASIC);
    expect(bodies(plan)).toMatchObject([
      { effectiveDate: '2027-01-01', unitChange: -2 },
      { effectiveDate: '2026-12-10', unitChange: 1 },
    ]);
    expect(plan).toMatchObject({ before: { date: '2026-12-10', units: 10 }, after: { units: 11 } });
    expect(plan.steps.map(({ restores }) => restores)).toEqual([true, undefined]);
    expect(plan.warnings.join()).toMatch(/12 units of this line from 2027-01-01/);
    expect(await drain(session, change(11, '2026-12-10'), BASIC)).toHaveLength(2);
    expect(await unitsOf(session, BASIC, '2026-12-01', '2027-03-01')).toEqual(['12-01 10', '12-10 11']);
  });

  it('never keep a line from being ended', async () => {
    const { session } = await start();
    await settle(session, change(12, '2027-01-01'), BASIC);
    // Taking back the two of January first would leave less than none here.
    await settle(session, change(1, '2027-02-01'), BASIC);
    const labels = await drain(session, change(0, '2026-12-10', { kind: 'cancel' }), BASIC);
    expect(labels.map((label) => label.split(': ').at(-1))).toEqual(['applied', 'applied', 'applied']);
    expect(await unitsOf(session, BASIC, '2026-12-01', '2027-03-01')).toEqual(['12-01 10', '12-10 0']);
  });

  it('inside a later period are taken back the day after, for Autotask takes one adjustment of a date', async () => {
    const { session } = await start();
    await settle(session, change(12, '2027-01-15'), BASIC);
    expect(await drain(session, change(11, '2026-12-10'), BASIC)).toHaveLength(2);
    expect(await unitsOf(session, BASIC, '2026-12-01', '2027-03-01')).toEqual([
      '12-01 10',
      '12-10 11',
      '01-15 13',
      '01-16 11',
    ]);
  });

  it('inside the same period stay, and the target counts from behind them', async () => {
    const { session } = await start();
    await settle(session, change(14, '2026-12-12'), BASIC);
    const same = await planned(session, change(14, '2026-12-10'), BASIC);
    expect(same.steps).toEqual([]);
    expect(same.warnings.join()).toMatch(/14 units count from 2026-12-13/);
    expect(await drain(session, change(15, '2026-12-10'), BASIC)).toEqual([
      'Change units from 14 to 15 on 2026-12-13: applied',
    ]);
    expect(await unitsOf(session, BASIC, '2026-12-01', '2027-02-01')).toEqual(['12-01 10', '12-12 14', '12-13 15']);
  });

  it('are left alone by a change of amounts, also inside the period it begins with', async () => {
    const { session } = await start();
    await settle(session, change(14, '2026-12-12'), BASIC);
    await settle(session, change(16, '2027-01-01'), BASIC);
    const labels = await drain(session, change(10, '2026-12-01', { kind: 'price', unitPrice: '8' }), BASIC);
    expect(labels).toEqual(['Change unit price to 8 on 2026-12-01: applied']);
    expect(await unitsOf(session, BASIC, '2026-12-01', '2027-02-01')).toEqual(['12-01 10', '12-12 14', '01-01 16']);
    expect((await lineOf(session, BASIC, { from: '2027-01-01' })).facts[0]?.unitPrice).toBe('8');
  });

  it('of a yearly line are seen, too', async () => {
    const { session } = await start();
    await settle(session, change(30, '2027-01-01'), YEARLY);
    expect(await drain(session, change(26, '2026-12-10'), YEARLY)).toHaveLength(2);
    expect(await unitsOf(session, YEARLY, '2026-12-01', '2028-12-31')).toEqual(['01-01 25', '12-10 26']);
  });
});

describe('repeated planning', () => {
  it('comes to an end where amounts cannot be read', async () => {
    const { session } = await start((world) => Object.assign(world.users[0] as object, { canSeeCosts: false }));
    expect(await drain(session, change(12, '2026-12-01', { unitCost: '5' }), BASIC)).toHaveLength(1);
    expect(await drain(session, change(14, '2028-12-10', { unitPrice: '9' }), BASIC)).toHaveLength(1);
  });

  it('is right under both readings, and writes nothing where it cannot be told', async () => {
    for (const adjustmentReading of ['total', 'delta'] as const) {
      const { session, simulator } = await start();
      simulator.admin.switches.patch({ adjustmentReading });
      await settle(session, change(14, '2026-12-12'), BASIC);
      await settle(session, change(13, '2026-12-20'), BASIC);
      const before = ['12-01 10', '12-12 14', '12-20 13'];
      expect(await unitsOf(session, BASIC, '2026-12-01', '2027-02-01')).toEqual(before);
      await settle(session, change(16, '2027-01-01'), BASIC);
      // Now nothing tells which reading is meant: rows side by side can only be totals, rows over each other could be both.
      const wanted = change(9, '2026-12-25');
      if (adjustmentReading === 'delta') {
        expect(await codeOf(planned(session, wanted, BASIC))).toBe('UNITS_AMBIGUOUS');
        continue;
      }
      expect(await drain(session, wanted, BASIC)).toHaveLength(2);
      expect(await unitsOf(session, BASIC, '2026-12-01', '2027-02-01')).toEqual([...before, '12-25 9']);
    }
  });
});
