import { afterEach, describe, expect, it } from 'vitest';
import type { World } from '../../../simulators/autotask/index.js';
import type { Change, MappedTarget } from '../../../src/connectors/contract.js';
import { failureOf, open } from './session.js';
import {
  BASIC,
  change,
  MONTHLY,
  onlyStep,
  PREMIUM,
  planned,
  resolved,
  type Simulated,
  settle,
  simulated,
  YEARLY,
} from './simulated.js';
import { healthy, startStub } from './stub.js';

const running: Simulated[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.simulator.close()));
});

async function start(with_?: (world: World) => void, more?: Parameters<typeof simulated>[1]): Promise<Simulated> {
  const one = await simulated(with_, more);
  running.push(one);
  return one;
}

const writes = ({ simulator }: Simulated) => simulator.admin.journal.list({ writes: true });

describe('a plan', () => {
  it('changes 10 to 12 units inside a period with one adjustment whose body is exact', async () => {
    const one = await start();
    const plan = await planned(
      one.session,
      change(12, '2026-12-10', { unitPrice: '10.5375', unitCost: '8.43' }),
      BASIC,
    );
    expect(plan.before).toMatchObject({ date: '2026-12-10', units: 10, unitPrice: '6.6' });
    expect(plan.after).toMatchObject({ date: '2026-12-10', units: 12, unitPrice: '10.5375' });
    expect(JSON.stringify(onlyStep(plan).payload)).toBe(
      '{"contractID":29681001,"serviceID":101,"unitChange":2,"effectiveDate":"2026-12-10","adjustedUnitPrice":10.5375,"adjustedUnitCost":8.43}',
    );
    expect(writes(one)).toHaveLength(0);
  });

  it('has no steps when the line is equal already', async () => {
    const { session } = await start();
    expect((await planned(session, change(10, '2026-12-10'), BASIC)).steps).toEqual([]);
    expect((await planned(session, change(10, '2026-12-10', { unitPrice: '6.60' }), BASIC)).steps).toEqual([]);
    expect(
      (await planned(session, change(0, '2026-12-10', { unitPrice: '9' }), { ...BASIC, serviceId: '104' })).steps,
    ).toEqual([]);
  });

  it('changes only the price with a unit change of 0', async () => {
    const one = await start();
    const wanted = change(10, '2026-12-01', { kind: 'price', unitPrice: '7.25' });
    const step = onlyStep(await planned(one.session, wanted, BASIC));
    expect(step.payload).toMatchObject({ unitChange: 0, adjustedUnitPrice: 7.25 });
    await one.session.apply(step);
    expect(await resolved(one.session, step)).toMatchObject({
      state: 'applied',
      observed: { units: 10, unitPrice: '7.25' },
    });
  });

  it('is stable over the operation and differs when either side differs', async () => {
    const one = await start();
    const first = await planned(one.session, change(12, '2026-12-10'), BASIC);
    const again = await planned(one.session, { ...change(12, '2026-12-10'), operationId: 'op_2' }, BASIC);
    const other = await planned(one.session, change(13, '2026-12-10'), BASIC);
    await settle(one.session, change(11, '2026-12-05'), BASIC);
    const later = await planned(one.session, change(12, '2026-12-10'), BASIC);
    expect(again.fingerprint).toBe(first.fingerprint);
    expect(again.steps[0]?.key).toBe(first.steps[0]?.key);
    expect(new Set([first.fingerprint, other.fingerprint, later.fingerprint]).size).toBe(3);
  });

  it('is serialisable and holds no secret', async () => {
    const one = await start();
    const step = onlyStep(await planned(one.session, change(12, '2026-12-10'), BASIC));
    const restored = JSON.parse(JSON.stringify(step));
    expect(restored).toEqual(step);
    expect(JSON.stringify(step)).not.toContain('sample-secret');
    await one.session.apply(restored);
    expect((await resolved(one.session, restored)).state).toBe('applied');
  });

  it('starts a line that is not on the contract yet, and learns its id', async () => {
    const { session } = await start();
    const target = { ...MONTHLY, serviceId: '104', lineRef: null };
    const found = await settle(session, change(3, '2026-12-10', { kind: 'create', unitPrice: '4.4' }), target);
    expect(found).toMatchObject({ state: 'applied', observed: { units: 3 } });
    expect(found.lineRef).toMatch(/^\d+$/);
  });

  it('warns of a posted period, an inactive contract and an adjustment of the same date', async () => {
    const one = await start();
    one.simulator.admin.postPeriod({ contractID: 29681001, throughDate: '2026-12-01' });
    const posted = await planned(one.session, change(12, '2026-12-10'), BASIC);
    expect(posted.warnings.join()).toMatch(/posted/);
    const inactive = { companyId: '205', contractId: '29681006', serviceId: '101', lineRef: null };
    expect((await planned(one.session, change(1, '2026-12-10'), inactive)).warnings.join()).toMatch(/not active/);
    await settle(one.session, change(12, '2027-03-10'), BASIC);
    expect((await planned(one.session, change(13, '2027-03-10'), BASIC)).warnings.join()).toMatch(
      /begins on this date/,
    );
  });

  it('refuses what cannot be right, with a code for each', async () => {
    const { session } = await start();
    const code = async (wanted: Change, target: MappedTarget) =>
      (await failureOf(planned(session, wanted, target))).code;
    const date = '2026-12-10';
    expect(await code(change(1, '2025-12-31'), BASIC)).toBe('EFFECTIVE_DATE_OUTSIDE_CONTRACT');
    expect(await code(change(1, '2029-01-01'), BASIC)).toBe('EFFECTIVE_DATE_OUTSIDE_CONTRACT');
    expect(await code(change(1, date), { ...BASIC, companyId: '202', contractId: '29681008' })).toBe('CONTRACT_ENDED');
    expect(await code(change(1, date), { ...BASIC, contractId: '99' })).toBe('CONTRACT_NOT_FOUND');
    expect(await code(change(1, date), { ...BASIC, companyId: '205' })).toBe('CONTRACT_OF_OTHER_COMPANY');
    expect(await code(change(1, date), { ...BASIC, companyId: '205', contractId: '29681007' })).toBe(
      'CONTRACT_NOT_RECURRING',
    );
    expect(await code(change(1, date), { ...BASIC, lineRef: '77' })).toBe('LINE_GONE');
    for (const quantity of [-1, 1.5, 2_147_483_648, Number.NaN]) {
      expect(await code(change(quantity, date), BASIC)).toBe('QUANTITY_OUT_OF_RANGE');
    }
    expect(await code(change(1, '2026-12-32'), BASIC)).toBe('EFFECTIVE_DATE_INVALID');
    expect(await code(change(1, date, { currency: 'EUR' }), BASIC)).toBe('WRONG_CURRENCY');
    expect(await code(change(1, date, { unitPrice: '9007199254740993.01' }), BASIC)).toBe('AMOUNT_NOT_EXACT');
    expect(await code(change(1, date, { kind: 'resume' }), BASIC)).toBe('CHANGE_UNSUPPORTED');
  });

  it('refuses a service that stands twice on the contract until the line is known', async () => {
    const one = await start((world) => {
      world.lines?.push({ id: 8900, contractID: 29681001, serviceID: 101, units: 4 });
    });
    const failure = await failureOf(planned(one.session, change(5, '2026-12-10'), BASIC));
    expect(failure).toMatchObject({ kind: 'precondition', code: 'SERVICE_TWICE_ON_CONTRACT' });
    const first = await planned(one.session, change(12, '2026-12-10'), { ...BASIC, lineRef: '8000' });
    expect(first).toMatchObject({ before: { units: 10, unitPrice: '6.6' }, warnings: [] });
    const known = { ...BASIC, lineRef: '8900' };
    const step = onlyStep(await planned(one.session, change(5, '2026-12-10'), known));
    expect(step.payload).toMatchObject({ contractServiceID: 8900, unitChange: 1 });
    await one.session.apply(step);
    expect(await resolved(one.session, step)).toMatchObject({
      state: 'applied',
      lineRef: '8900',
      observed: { units: 5 },
    });
  });
});

describe('a write', () => {
  it('is exactly one POST, and the units read back are the target', async () => {
    const one = await start();
    expect(await settle(one.session, change(7, '2026-12-10'), PREMIUM)).toMatchObject({
      state: 'applied',
      observed: { units: 7 },
    });
    expect(writes(one)).toHaveLength(1);
    expect(writes(one)[0]).toMatchObject({ method: 'POST', committed: true, entity: 'ContractServiceAdjustments' });
    expect(await settle(one.session, change(0, '2026-12-20', { kind: 'cancel' }), PREMIUM)).toMatchObject({
      state: 'applied',
      observed: { units: 0 },
    });
    expect(writes(one)).toHaveLength(2);
  });

  it('is right under both readings of a row inside a period', async () => {
    for (const adjustmentReading of ['total', 'delta'] as const) {
      const one = await start();
      one.simulator.admin.switches.patch({ adjustmentReading });
      expect((await settle(one.session, change(12, '2026-12-10'), BASIC)).observed?.units).toBe(12);
      expect((await settle(one.session, change(9, '2026-12-20'), BASIC)).observed?.units).toBe(9);
      expect((await settle(one.session, change(20, '2027-02-01'), BASIC)).observed?.units).toBe(20);
      expect((await planned(one.session, change(20, '2027-02-01'), BASIC)).steps).toEqual([]);
    }
  });

  it('is right in a posted period, where the posted row stays', async () => {
    const one = await start();
    one.simulator.admin.postPeriod({ contractID: 29681001, throughDate: '2026-12-01' });
    expect(await settle(one.session, change(14, '2026-12-10'), BASIC)).toMatchObject({
      state: 'applied',
      observed: { units: 14 },
    });
    expect((await planned(one.session, change(14, '2026-12-01'), BASIC)).steps).toEqual([]);
  });

  it('is right in the last period of the contract', async () => {
    const one = await start();
    expect(await settle(one.session, change(14, '2028-12-10'), BASIC)).toMatchObject({
      state: 'applied',
      observed: { units: 14 },
    });
    expect(await settle(one.session, change(11, '2028-12-20'), BASIC)).toMatchObject({
      state: 'applied',
      observed: { units: 11 },
    });
  });

  it('is right for a yearly line inside and across its periods', async () => {
    const one = await start();
    expect(await settle(one.session, change(30, '2026-12-10'), YEARLY)).toMatchObject({
      state: 'applied',
      observed: { units: 30 },
    });
    expect(await settle(one.session, change(28, '2028-06-15'), YEARLY)).toMatchObject({
      state: 'applied',
      observed: { units: 28 },
    });
  });

  it('in a posted last period counts when a row from that date has the wanted total', async () => {
    const one = await start();
    one.simulator.admin.postPeriod({ contractID: 29681002, throughDate: '2028-01-01' });
    const step = onlyStep(await planned(one.session, change(30, '2028-06-15'), YEARLY));
    expect((await resolved(one.session, step)).state).toBe('notApplied');
    await one.session.apply(step);
    expect(await resolved(one.session, step)).toMatchObject({ state: 'applied', observed: { units: 30 } });
    const next = await planned(one.session, change(31, '2028-07-01'), YEARLY);
    expect(next.warnings.join()).toMatch(/More than one row/);
    expect((await resolved(one.session, onlyStep(next))).state).toBe('notApplied');
  });

  it('in a posted last period is for a person when the row holds a difference', async () => {
    const one = await start();
    one.simulator.admin.switches.patch({ adjustmentReading: 'delta' });
    one.simulator.admin.postPeriod({ contractID: 29681002, throughDate: '2028-01-01' });
    expect((await settle(one.session, change(30, '2028-06-15'), YEARLY)).state).toBe('undetermined');
  });

  it('of a second change on one date is refused by name', async () => {
    const one = await start();
    await settle(one.session, change(12, '2026-12-10'), BASIC);
    const step = onlyStep(await planned(one.session, change(13, '2026-12-10'), BASIC));
    const failure = await failureOf(one.session.apply(step));
    expect(failure).toMatchObject({ kind: 'precondition', code: 'SAME_DAY_ADJUSTMENT', outcome: 'notApplied' });
    expect(failure.detail.hint).toMatch(/day later/);
    expect((await resolved(one.session, step)).state).toBe('notApplied');
  });

  it('that Autotask refuses is definite and keeps its words', async () => {
    const one = await start();
    const step = onlyStep(await planned(one.session, change(12, '2026-12-10'), BASIC));
    const late = { ...step, payload: { ...(step.payload as object), effectiveDate: '2030-01-01' } };
    const failure = await failureOf(one.session.apply(late));
    expect(failure).toMatchObject({
      kind: 'precondition',
      code: 'EFFECTIVE_DATE_OUTSIDE_CONTRACT',
      outcome: 'notApplied',
    });
    expect(failure.detail.remote?.message).toMatch(/effectiveDate must be between/);
    expect((await resolved(one.session, step)).state).toBe('notApplied');
  });

  it('that a change of the PSA came before is refused by name and with a cure', async () => {
    const target = { ...MONTHLY, serviceId: '104', lineRef: null };
    const refusal = async (between: (one: Simulated) => void, more: Partial<Change> = {}) => {
      const one = await start();
      const step = onlyStep(await planned(one.session, change(3, '2026-12-10', { kind: 'create', ...more }), target));
      between(one);
      const failure = await failureOf(one.session.apply(step));
      expect(failure).toMatchObject({ outcome: 'notApplied', retryable: false });
      expect(failure.detail).toMatchObject({ hint: expect.stringMatching(/\w/), where: expect.anything() });
      expect((await resolved(one.session, step)).state).toBe('notApplied');
      return failure.code;
    };
    const merge = (rows: Partial<World>) => (one: Simulated) =>
      one.simulator.admin.seed({ users: [], ...rows }, { merge: true });
    const contract = { id: 29681001, companyID: 201, startDate: '2026-01-01', endDate: '2028-12-31' };
    expect(await refusal(merge({ services: [{ id: 104, isActive: false }] }))).toBe('SERVICE_INACTIVE');
    expect(await refusal(merge({ services: [{ id: 104, periodType: 5 }] }))).toBe('PERIOD_MISMATCH');
    expect(await refusal(merge({ contracts: [{ ...contract, contractType: 1 }] }))).toBe('CONTRACT_NOT_RECURRING');
    expect(await refusal(merge({ contracts: [{ ...contract, endDate: '2026-12-01' }] }))).toBe(
      'EFFECTIVE_DATE_OUTSIDE_CONTRACT',
    );
    const inactive = merge({ contracts: [{ ...contract, status: 0 }] });
    expect(
      await refusal((one) => {
        one.simulator.admin.switches.patch({ inactiveContractAcceptsAdjustments: false });
        inactive(one);
      }),
    ).toBe('CONTRACT_INACTIVE');
  });

  it('into a closed period, or one too many of a date, is refused by name and with a cure', async () => {
    const { session } = await start();
    const step = onlyStep(await planned(session, change(12, '2026-12-10'), BASIC));
    const texts = {
      PERIOD_POSTED:
        'Unable to make changes as it would result in the modification of an already approved and posted contract period',
      DUPLICATE_PERIOD: 'Attempt to insert duplicate data into contract_service_period',
      UNITS_BELOW_ZERO: 'The change would bring the number of units below zero.',
    };
    for (const [code, text] of Object.entries(texts)) {
      const stub = await startStub((request, origin) =>
        request.path.includes('Adjustments') ? { status: 500, json: { errors: [text] } } : healthy(request, origin),
      );
      const failure = await failureOf(open({ discoveryUrl: stub.origin }).session.apply(step));
      await stub.close();
      expect(failure).toMatchObject({ kind: 'precondition', code, outcome: 'notApplied' });
      expect(failure.detail).toMatchObject({ hint: expect.stringMatching(/\w/), where: expect.anything() });
    }
  });

  it('without the permission says which one', async () => {
    const one = await start();
    const step = onlyStep(await planned(one.session, change(12, '2026-12-10'), BASIC));
    one.simulator.admin.users.patch('apiuser@example.test', {
      permissions: { ContractServiceAdjustments: { create: 'None' } },
    });
    for (const permissionStatus of [403, 500] as const) {
      one.simulator.admin.switches.patch({ permissionStatus });
      expect((await failureOf(one.session.apply(step))).detail.permissionId).toBe(
        'permission.contractServiceAdjustments',
      );
    }
  });

  it('whose answer is lost is unknown, and resolve tells that it was applied', async () => {
    const one = await start();
    const actions = ['dropAfterCommit', 'html502AfterCommit', 'html500AfterCommit', 'truncated'] as const;
    let units = 10;
    for (const [index, action] of actions.entries()) {
      units += 1;
      const step = onlyStep(await planned(one.session, change(units, `2026-12-1${index}`), BASIC));
      one.simulator.admin.faults.add({ match: { writesOnly: true }, action });
      const failure = await failureOf(one.session.apply(step));
      expect([action, failure.kind, failure.outcome]).toEqual([action, 'unknownOutcome', 'unknown']);
      expect([action, (await resolved(one.session, step)).state]).toEqual([action, 'applied']);
    }
    expect(writes(one)).toHaveLength(actions.length);
  });

  it('that never arrived is unknown, and resolve tells that it was not applied', async () => {
    const one = await start();
    const step = onlyStep(await planned(one.session, change(12, '2026-12-10'), BASIC));
    for (const action of ['dropBefore', 'html502', 'html500'] as const) {
      one.simulator.admin.faults.add({ match: { writesOnly: true }, action });
      expect((await failureOf(one.session.apply(step))).outcome).toBe('unknown');
      expect((await resolved(one.session, step)).state).toBe('notApplied');
    }
  });

  it('refused because of volume may be sent again', async () => {
    const one = await start();
    const step = onlyStep(await planned(one.session, change(12, '2026-12-10'), BASIC));
    one.simulator.admin.faults.add({ match: { writesOnly: true }, action: { kind: 'status429', retryAfter: 3 } });
    const failure = await failureOf(one.session.apply(step));
    expect(failure).toMatchObject({ kind: 'rateLimited', retryable: true, outcome: 'notApplied' });
    expect(failure.detail.retryAfterSeconds).toBe(3);
  });

  it('is not repeated in a new zone; the next try goes there', async () => {
    const one = await start();
    const step = onlyStep(await planned(one.session, change(12, '2026-12-10'), BASIC));
    one.simulator.admin.moveZone('zone2');
    const failure = await failureOf(one.session.apply(step));
    expect(failure).toMatchObject({ code: 'ZONE_MOVED', retryable: true });
    expect(writes(one).filter((each) => each.committed)).toHaveLength(0);
    await one.session.apply(step);
    expect((await resolved(one.session, step)).state).toBe('applied');
  });

  it('that somebody else crossed is a conflict', async () => {
    const one = await start();
    const step = onlyStep(await planned(one.session, change(12, '2026-12-10'), BASIC));
    await settle(one.session, change(40, '2026-12-05'), BASIC);
    expect((await resolved(one.session, step)).state).toBe('conflict');
  });

  it('whose units came from somebody else at another price is applied with a warning, for the host to judge', async () => {
    const one = await start();
    const step = onlyStep(await planned(one.session, change(12, '2026-12-10', { unitPrice: '7' }), BASIC));
    await settle(one.session, change(12, '2026-12-05'), BASIC);
    expect(await resolved(one.session, step)).toMatchObject({
      state: 'applied',
      warning: expect.stringContaining('unit price'),
    });
  });

  it('behind a proxy that answers 502 with JSON or 408 is unknown', async () => {
    const { session } = await start();
    const step = onlyStep(await planned(session, change(12, '2026-12-10'), BASIC));
    for (const odd of [
      { status: 502, json: { errors: ['upstream failed'] } },
      { status: 408, text: '' },
    ]) {
      const stub = await startStub((request, origin) =>
        request.path.includes('Adjustments') ? odd : healthy(request, origin),
      );
      const failure = await failureOf(open({ discoveryUrl: stub.origin }).session.apply(step));
      await stub.close();
      expect([odd.status, failure.outcome]).toEqual([odd.status, 'unknown']);
    }
  });

  it('of a price smaller than half a cent is told by the nearer one', async () => {
    const one = await start();
    await settle(one.session, change(1000, '2026-12-01', { unitPrice: '6.60' }), BASIC);
    const step = onlyStep(await planned(one.session, change(1000, '2027-01-01', { unitPrice: '6.606' }), BASIC));
    expect((await resolved(one.session, step)).state).toBe('notApplied');
    await one.session.apply(step);
    expect((await resolved(one.session, step)).state).toBe('applied');
  });
});

describe('a cost', () => {
  it('is pushed and read back', async () => {
    const one = await start();
    const wanted = change(10, '2026-12-01', { kind: 'costPush', unitCost: '173.45' });
    expect((await settle(one.session, wanted, BASIC)).state).toBe('applied');
    expect((await planned(one.session, wanted, BASIC)).steps).toEqual([]);
  });

  it('that the level hides is no conflict and no fact', async () => {
    const one = await start((world) => Object.assign(world.users[0] as object, { canSeeCosts: false }));
    const both = change(12, '2026-12-01', { unitCost: '5' });
    expect((await settle(one.session, both, BASIC)).state).toBe('applied');
    const only = change(12, '2027-01-01', { kind: 'costPush', unitCost: '6' });
    expect((await settle(one.session, only, BASIC)).state).toBe('undetermined');
  });
});
