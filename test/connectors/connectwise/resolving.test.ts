import { afterEach, describe, expect, it } from 'vitest';
import type { FaultRule } from '../../../simulators/connectwise/index.js';
import type { Step } from '../../../src/connectors/contract.js';
import {
  additions,
  BASIC,
  changeOf,
  EMPTY,
  failureOf,
  planned,
  resolved,
  type Simulated,
  simulated,
} from './simulated.js';

let at: Simulated;
afterEach(() => at?.simulator.close());

const DAY = '2026-12-10';

/** The two steps of 10 to 15 units: the new addition, and the end of the old one once the new one is there. */
async function stepOf(which: 'start' | 'end'): Promise<Step> {
  at = await simulated();
  const [start] = (await planned(at.session, changeOf(15, DAY), BASIC)).steps;
  if (which === 'start') return start as Step;
  await at.session.apply(start as Step);
  const [end] = (await planned(at.session, changeOf(15, DAY), BASIC)).steps;
  return end as Step;
}

const strikes = (action: FaultRule['action']) =>
  at.simulator.admin.faults.add({ match: { entity: 'additions', writesOnly: true }, action });
const writes = () => at.simulator.admin.journal.list({ writes: true });

describe.each(['start', 'end'] as const)('the %s of an addition', (which) => {
  it('is told apart from nothing, and from what somebody else did', async () => {
    const step = await stepOf(which);
    expect(await resolved(at.session, step)).toMatchObject({ state: 'notApplied' });
    await at.session.apply(step);
    expect(await resolved(at.session, step)).toMatchObject({
      state: 'applied',
      lineRef: '70000',
      observed: { date: DAY, units: step.after.units, unitPrice: '6.6' },
    });
    at.simulator.admin.edit('additions', 501, { quantity: 11 });
    expect(await resolved(at.session, step)).toMatchObject({ state: 'conflict' });
  });

  it.each(['dropAfterCommit', 'truncated', 'html500AfterCommit', 'html502AfterCommit', 'json500AfterCommit'] as const)(
    'with %s: the outcome is unknown, one write was sent, and reading tells that it took effect',
    async (kind) => {
      const step = await stepOf(which);
      const before = writes().length;
      strikes(kind);
      expect(await failureOf(at.session.apply(step))).toMatchObject({ kind: 'unknownOutcome', outcome: 'unknown' });
      expect(writes()).toHaveLength(before + 1);
      expect(await resolved(at.session, step)).toMatchObject({ state: 'applied' });
    },
  );

  it.each(['dropBefore', 'html500', 'html502', 'json500'] as const)(
    'with %s: the outcome is unknown, and reading tells that it did nothing',
    async (kind) => {
      const step = await stepOf(which);
      strikes(kind);
      expect(await failureOf(at.session.apply(step))).toMatchObject({ outcome: 'unknown' });
      expect(await resolved(at.session, step)).toMatchObject({ state: 'notApplied' });
    },
  );

  it('that lands late reads as not there, then as there', async () => {
    const step = await stepOf(which);
    strikes({ kind: 'lateCommit', ms: 600_000 });
    await failureOf(at.session.apply(step));
    expect((await resolved(at.session, step)).state).toBe('notApplied');
    await at.simulator.admin.flushLateCommits();
    expect((await resolved(at.session, step)).state).toBe('applied');
  });

  it.each([
    ['status401', 'authInvalid', 'SECRET_REJECTED', false],
    ['status403', 'permissionMissing', 'PERMISSION_MISSING', false],
    ['status409', 'unavailable', 'RECORD_IN_USE', true],
    ['status429', 'rateLimited', 'RATE_LIMITED', true],
  ] as const)('with %s is a refusal: %s %s', async (action, kind, code, retryable) => {
    const step = await stepOf(which);
    strikes(action);
    const error = await failureOf(at.session.apply(step));
    expect(error).toMatchObject({ kind, code, outcome: 'notApplied', retryable });
    if (kind === 'permissionMissing') expect(error.detail.permissionId).toBe('permission.agreements.write');
  });
});

describe('resolve', () => {
  it('takes two equal additions for a conflict', async () => {
    const step = await stepOf('start');
    await at.session.apply(step);
    await at.session.apply(step);
    expect(await resolved(at.session, step)).toMatchObject({ state: 'conflict', observed: { units: 40 } });
  });

  it('warns where the amount reads otherwise than it was sent', async () => {
    const step = await stepOf('start');
    await at.session.apply(step);
    at.simulator.admin.edit('additions', 70000, { unitPrice: 6.9 });
    expect(await resolved(at.session, step)).toMatchObject({
      state: 'applied',
      warning: expect.stringContaining('6.9'),
    });
  });

  it('accepts what the vendor rounded', async () => {
    at = await simulated(undefined, { switches: { priceDecimals: 2 } });
    const change = changeOf(3, DAY, { kind: 'create', unitPrice: '9.054' });
    const [step] = (await planned(at.session, change, EMPTY)).steps;
    await at.session.apply(step as Step);
    const shown = await resolved(at.session, step as Step);
    expect([shown.state, shown.warning]).toEqual(['applied', undefined]);
    expect(additions(at.simulator, EMPTY)).toEqual(['70000 3 @9.05/5.1 2026-12-10..']);
    expect((await planned(at.session, change, { ...EMPTY, lineRef: '70000' })).steps).toEqual([]);
  });

  it('cannot tell from an agreement that cannot be read any more', async () => {
    const step = await stepOf('start');
    at.simulator.admin.edit('agreements', 1001, { startDate: null });
    expect((await resolved(at.session, step)).state).toBe('undetermined');
  });

  it('finds a deleted addition a conflict', async () => {
    const step = await stepOf('end');
    at.simulator.admin.edit('additions', 501, { agreementId: 1002 });
    expect((await resolved(at.session, step)).state).toBe('conflict');
  });
});

describe('apply', () => {
  it.each([
    ['effectiveDate', { effectiveDate: '2025-01-01T00:00:00Z' }, 'precondition', 'EFFECTIVE_DATE_OUTSIDE_AGREEMENT'],
    ['product', { product: { id: 104 } }, 'precondition', 'PRODUCT_REFUSED'],
    ['quantity', { quantity: -3 }, 'invalid', 'REFUSED'],
  ])('names what the vendor refuses: %s', async (_field, change, kind, code) => {
    const step = await stepOf('start');
    const { body, ...rest } = step.payload as unknown as { method: string; body: object };
    const payload = { ...rest, body: { ...body, ...change } } as unknown as Step['payload'];
    const error = await failureOf(at.session.apply({ ...step, payload }));
    expect(error).toMatchObject({ kind, code, outcome: 'notApplied' });
    expect(error.detail.remote?.message).toContain('addition object is invalid');
  });

  it('sends nothing for a step that it did not make', async () => {
    const step = await stepOf('start');
    const error = await failureOf(at.session.apply({ ...step, payload: { method: 'DELETE', additionId: '501' } }));
    expect(error).toMatchObject({ code: 'STEP_INVALID', outcome: 'notApplied' });
    expect(writes()).toEqual([]);
  });
});
