import { afterEach, describe, expect, it } from 'vitest';
import type { World } from '../../../simulators/autotask/index.js';
import type { MappedTarget } from '../../../src/connectors/contract.js';
import { failureOf, open } from './session.js';
import { BASIC, change, lineOf, MONTHLY, PREMIUM, type Simulated, settle, simulated, YEARLY } from './simulated.js';
import { healthy, page, startStub } from './stub.js';

const running: Simulated[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.simulator.close()));
});

async function start(with_?: (world: World) => void): Promise<Simulated> {
  const one = await simulated(with_);
  running.push(one);
  return one;
}

/** Entities that were asked since a call count, in order. */
function asked({ simulator }: Simulated, since = 0): (string | null)[] {
  const calls = simulator.admin.journal.list({ since });
  return calls.filter(({ path }) => !/zoneInformation|entityInformation/i.test(path)).map(({ entity }) => entity);
}
const callsSoFar = ({ simulator }: Simulated) => simulator.admin.journal.list().at(-1)?.seq ?? 0;

const DAY = { from: '2026-12-10', until: '2026-12-10' };

describe('a snapshot', () => {
  it('shows contract, service, line, periods and what is billed', async () => {
    const { session } = await start();
    const line = await lineOf(session, BASIC, { from: '2026-12-10', until: '2027-01-05' });
    expect(line).toMatchObject({
      target: BASIC,
      problem: null,
      contract: {
        name: 'Cloud monthly',
        companyId: '201',
        active: true,
        startDate: '2026-01-01',
        endDate: '2028-12-31',
        billingFrequency: 'MONTHLY',
        currency: 'USD',
      },
      service: { name: 'Microsoft 365 Business Basic', active: true },
      lineRef: '8000',
      periods: ['12-01/12-31', '01-01/01-31', '02-01/02-28', '03-01/03-31'].map((days, index) => {
        const [start, end] = days.split('/').map((day) => `${index === 0 ? 2026 : 2027}-${day}`);
        return { start, end, closed: false };
      }),
      facts: [{ date: '2026-12-01', units: 10, unitPrice: '6.6', unitCost: '5.1' }],
    });
    expect(JSON.parse(JSON.stringify(line))).toEqual(line);
  });

  it('takes four calls for any lines of up to 500 rows, and one with what is known', async () => {
    const one = await start();
    const targets = [BASIC, PREMIUM, YEARLY, { ...MONTHLY, serviceId: '104', lineRef: null }];
    const known = await one.session.snapshot({ targets: targets.slice(0, 3), ...DAY });
    expect(asked(one).sort()).toEqual([
      'Companies',
      'ContractServiceUnits',
      'ContractServiceUnits',
      'Contracts',
      'Currencies',
      'Services',
    ]);
    const since = callsSoFar(one);
    const again = await one.session.snapshot({ targets: targets.slice(0, 2), ...DAY, known });
    expect(asked(one, since)).toEqual(['ContractServiceUnits']);
    expect(again).toEqual(known.slice(0, 2));
    const before = callsSoFar(one);
    await one.session.snapshot({ targets: targets.slice(0, 2), ...DAY });
    expect(asked(one, before).sort()).toEqual(['ContractServiceUnits', 'Contracts', 'Services']);
  });

  it('asks again for what the known ones did not find', async () => {
    const one = await start();
    const gone = { ...BASIC, contractId: '99' };
    const known = await one.session.snapshot({ targets: [gone] });
    const since = callsSoFar(one);
    await one.session.snapshot({ targets: [gone], known });
    expect(asked(one, since)).toEqual(['Contracts', 'Services']);
  });

  it('of 1,000 lines on 1,000 contracts over one day takes 13 calls', async () => {
    const one = await start(many(1_000));
    const targets = Array.from({ length: 1_000 }, (_, index) => manyTarget(index));
    const lines = await one.session.snapshot({ targets, ...DAY });
    expect(lines.map(({ target }) => target)).toEqual(targets);
    expect(lines.every(({ problem, facts }, index) => problem === null && facts[0]?.units === index + 1)).toBe(true);
    const calls = asked(one);
    const count = (of: string) => calls.filter((entity) => entity === of).length;
    // 500 records a call; three queries of at most 500 ids name 3 rows of each line, 500 a page.
    expect([count('Contracts'), count('Companies'), count('Services'), count('Currencies')]).toEqual([2, 2, 1, 1]);
    expect(count('ContractServiceUnits')).toBe(7);
  });

  it('never names more than 500 values in a call', async () => {
    const one = await start(many(600));
    await one.session.snapshot({ targets: Array.from({ length: 600 }, (_, index) => manyTarget(index)), ...DAY });
    const bodies = one.simulator.admin.journal
      .list()
      .map(({ body }) => body as { filter?: { value?: unknown }[] } | null);
    const values = bodies.map((body) =>
      (body?.filter ?? []).reduce((sum, { value }) => sum + (Array.isArray(value) ? value.length : 0), 0),
    );
    expect(Math.max(...values)).toBeLessThanOrEqual(500);
    expect(Math.max(...values)).toBeGreaterThan(400);
  });

  it('keeps what is wrong with one line to that line', async () => {
    const { session } = await start((world) => {
      world.lines?.push({ id: 8900, contractID: 29681001, serviceID: 102, units: 4 });
    });
    const of = (contractId: string, serviceId: string, companyId = '201', lineRef: string | null = null) => ({
      companyId,
      contractId,
      serviceId,
      lineRef,
    });
    const cases: [MappedTarget, string | null][] = [
      [BASIC, null],
      [of('0', '101'), 'TARGET_INVALID'],
      [of('99', '101'), 'CONTRACT_NOT_FOUND'],
      [of('29681001', '101', '205'), 'CONTRACT_OF_OTHER_COMPANY'],
      [of('29681007', '101', '205'), 'CONTRACT_NOT_RECURRING'],
      [of('29681001', '999'), 'SERVICE_NOT_FOUND'],
      [PREMIUM, 'SERVICE_TWICE_ON_CONTRACT'],
      [{ ...PREMIUM, lineRef: '8900' }, null],
      [{ ...PREMIUM, lineRef: '77' }, 'LINE_GONE'],
      [YEARLY, null],
    ];
    const lines = await session.snapshot({ targets: cases.map(([target]) => target), ...DAY });
    expect(lines.map(({ target, problem }) => [target, problem?.code ?? null])).toEqual(cases);
    for (const { problem } of lines) if (problem) expect(problem.hint).toMatch(/\w/);
    expect(lines.at(-3)).toMatchObject({ lineRef: '8900', facts: [{ units: 4 }] });
    expect(lines.at(-2)).toMatchObject({ lineRef: null, facts: [] });
    expect(lines[2]).toMatchObject({ contract: null, periods: [] });
  });

  it('makes no call for ids that cannot be', async () => {
    const one = await start();
    const [line] = await one.session.snapshot({ targets: [{ ...BASIC, contractId: '1 or 1=1' }] });
    expect(line?.problem?.code).toBe('TARGET_INVALID');
    expect(await one.session.snapshot({ targets: [] })).toEqual([]);
    expect(one.simulator.admin.journal.list()).toEqual([]);
  });

  it('keeps a row that cannot be read to the lines it may be of', async () => {
    const unit = (id: number, contractID: number, more: object = {}) => ({
      id,
      contractID,
      contractServiceID: contractID + 5000,
      serviceID: 7,
      startDate: '2026-01-01',
      endDate: '2026-01-31',
      units: 3,
      price: 30,
      cost: 20,
      ...more,
    });
    const contract = (id: number) => ({
      id,
      companyID: 5,
      contractName: `C${id}`,
      contractType: 7,
      contractPeriodType: 2,
      status: 1,
      startDate: '2026-01-01T00:00:00Z',
      endDate: '2026-12-31T00:00:00Z',
    });
    let broken: object = {};
    const stub = await startStub((request, origin) => {
      if (/Contracts\/query/.test(request.path))
        return page([contract(1), contract(2), { ...contract(3), startDate: null }]);
      if (/Services\/query/.test(request.path)) return page([{ id: 7, name: 'S', isActive: true, periodType: 2 }]);
      if (/ServiceUnits\/query/.test(request.path)) return page([unit(1, 1), unit(2, 2, broken)]);
      return healthy(request, origin);
    });
    const { session } = open({ discoveryUrl: stub.origin });
    const targets = ['1', '2', '3'].map((contractId) => ({
      companyId: '5',
      contractId,
      serviceId: '7',
      lineRef: null,
    }));
    const codes = async () => (await session.snapshot({ targets })).map(({ problem }) => problem?.code ?? null);
    expect(await codes()).toEqual([null, null, 'FIELD_MISSING']);
    broken = { units: null };
    expect(await codes()).toEqual([null, 'UNITS_INCOMPLETE', 'FIELD_MISSING']);
    broken = { contractID: null };
    expect(await codes()).toEqual(['UNITS_INCOMPLETE', 'UNITS_INCOMPLETE', 'FIELD_MISSING']);
    await stub.close();
  });

  it('throws what keeps everything from being read', async () => {
    const one = await start();
    one.simulator.admin.faults.add({ match: { entity: 'ContractServiceUnits' }, action: 'html502' });
    expect(await failureOf(one.session.snapshot({ targets: [BASIC, PREMIUM] }))).toMatchObject({ kind: 'unavailable' });
  });

  it('has no currency where companies cannot be read, and still the rest', async () => {
    const one = await start((world) =>
      Object.assign(world.users[0] as object, { permissions: { Companies: { query: 'None' } } }),
    );
    expect(await lineOf(one.session, BASIC, DAY)).toMatchObject({ problem: null, contract: { currency: null } });
  });
});

describe('the days of a snapshot', () => {
  it('narrow what is read, not what is known of the asked days', async () => {
    const one = await start();
    await settle(one.session, change(12, '2026-12-10'), BASIC);
    const rows = (line: Awaited<ReturnType<typeof lineOf>>) => (line.evidence as { rows: unknown[] }).rows.length;
    const [all, narrow] = [await lineOf(one.session, BASIC), await lineOf(one.session, BASIC, DAY)];
    expect([rows(all), rows(narrow)]).toEqual([37, 4]);
    const split = [
      { date: '2026-12-01', units: 10, unitPrice: null, unitCost: null },
      { date: '2026-12-10', units: 12, unitPrice: null, unitCost: null },
    ];
    expect(narrow.facts).toEqual(split);
    const wide = await lineOf(one.session, BASIC, { from: '2026-12-05', until: '2027-01-02' });
    expect(wide.facts).toEqual([...split, { date: '2027-01-01', units: 12, unitPrice: '6.6', unitCost: '5.1' }]);
  });

  it('are read on to the end where two split periods follow each other', async () => {
    const one = await start();
    for (const [units, date] of [
      [11, '2026-12-10'],
      [12, '2027-01-10'],
      [13, '2027-02-10'],
    ] as const)
      await settle(one.session, change(units, date), BASIC);
    const since = callsSoFar(one);
    const line = await lineOf(one.session, BASIC, DAY);
    expect(asked(one, since).filter((entity) => entity === 'ContractServiceUnits')).toHaveLength(2);
    expect(one.session.plan(change(11, '2026-12-10', { kind: 'price' }), line).steps).toEqual([]);
  });

  it('show 0 units before a line begins, and no facts where there is no line', async () => {
    const { session } = await start();
    const target = { ...MONTHLY, serviceId: '104', lineRef: null };
    expect(await lineOf(session, target, DAY)).toMatchObject({ problem: null, lineRef: null, facts: [] });
    await settle(session, change(3, '2026-12-15', { kind: 'create' }), target);
    expect((await lineOf(session, target, { from: '2026-12-01', until: '2026-12-31' })).facts).toEqual([
      { date: '2026-12-01', units: 0, unitPrice: null, unitCost: null },
      { date: '2026-12-15', units: 3, unitPrice: null, unitCost: null },
    ]);
  });

  it('have periods that are closed where a row of the line is posted', async () => {
    const one = await start();
    one.simulator.admin.postPeriod({ contractID: 29681001, throughDate: '2026-12-01' });
    const days = { from: '2026-11-15', until: '2026-12-20' };
    const closed = async (target: MappedTarget) =>
      (await lineOf(one.session, target, days)).periods.filter((each) => each.closed).map(({ start }) => start);
    expect(await closed(BASIC)).toEqual(['2026-11-01', '2026-12-01']);
  });

  it('have the closed periods of its neighbours where there is no line yet', async () => {
    const one = await start();
    one.simulator.admin.postPeriod({ contractID: 29681001, throughDate: '2026-12-01' });
    const target = { ...MONTHLY, serviceId: '104', lineRef: null };
    const [, line] = await one.session.snapshot({ targets: [BASIC, target], ...DAY });
    expect(line?.periods.map(({ start, closed }) => [start, closed])).toEqual([
      ['2026-12-01', true],
      ['2027-01-01', false],
      ['2027-02-01', false],
    ]);
  });

  it('follow a contract from the 2nd, and end with it', async () => {
    const { session } = await start();
    const target = { companyId: '202', contractId: '29681003', serviceId: '101', lineRef: null };
    const { periods } = await lineOf(session, target, { from: '2028-12-01', until: '2028-12-31' });
    expect(periods.map(({ start, end }) => `${start}/${end}`)).toEqual([
      '2028-11-02/2028-12-01',
      '2028-12-02/2029-01-01',
    ]);
    const before = await lineOf(session, target, { from: '2025-10-01', until: '2025-10-31' });
    expect(before.periods.map(({ start }) => start)).toEqual(['2026-01-02', '2026-02-02']);
    expect((await lineOf(session, target)).periods).toHaveLength(36);
  });

  it('do not take a cost of 0 for a fact unless the level shows costs', async () => {
    const facts = async (canSeeCosts: boolean) => {
      const { session } = await start((world) => {
        Object.assign(world.users[0] as object, { canSeeCosts });
        world.lines?.push({ contractID: 29681001, serviceID: 104, units: 2, unitCost: 0 });
      });
      return (await lineOf(session, { ...MONTHLY, serviceId: '104', lineRef: null }, DAY)).facts[0]?.unitCost;
    };
    expect([await facts(true), await facts(false)]).toEqual(['0', null]);
  });
});

/** Contracts with one line each, the n-th with n units. */
function many(count: number): (world: World) => void {
  return (world) => {
    for (let index = 0; index < count; index += 1) {
      const { companyId, contractId, serviceId, lineRef } = manyTarget(index);
      world.companies?.push({ id: Number(companyId) });
      world.contracts?.push({
        id: Number(contractId),
        companyID: Number(companyId),
        startDate: '2026-07-01',
        endDate: '2027-06-30',
      });
      world.lines?.push({
        id: Number(lineRef),
        contractID: Number(contractId),
        serviceID: Number(serviceId),
        units: index + 1,
      });
    }
  };
}

function manyTarget(index: number): MappedTarget {
  return {
    companyId: String(10_000 + index),
    contractId: String(20_000 + index),
    serviceId: ['101', '102', '104'][index % 3] as string,
    lineRef: String(40_000 + index),
  };
}
