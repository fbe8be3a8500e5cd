import { describe, expect, it } from 'vitest';
import type { FaultRule } from '../../../simulators/autotask/index.js';
import { BASIC, BASIC_LINE, client, MONTHLY, start } from './support.js';

const change = { serviceID: BASIC, unitChange: 2, effectiveDate: '2026-08-01' };
const AUGUST = (units: number, price: number) => [`2026-08-01..2026-08-31 ${units} ${price}`];

async function adjustWith(action: FaultRule['action']) {
  const simulator = await start();
  const api = client(simulator);
  simulator.admin.faults.add({ match: { entity: 'ContractServiceAdjustments', writesOnly: true }, action });
  const answer = await api.adjust(MONTHLY, change).catch((error: Error) => error);
  const [entry] = simulator.admin.journal.list({ writes: true });
  const august = () => api.units(BASIC_LINE, '2026-08-01', '2026-08-31');
  return { simulator, api, answer, entry, august };
}

describe('a fault that strikes after the commit', () => {
  it('destroys the connection, the change being stored', async () => {
    const { answer, entry, august } = await adjustWith('dropAfterCommit');
    expect(answer).toBeInstanceOf(Error);
    expect(entry).toMatchObject({ committed: true, status: null, fault: 'dropAfterCommit' });
    expect(await august()).toEqual(AUGUST(12, 79.2));
  });

  it.each([
    ['html500AfterCommit', 500, /^<!DOCTYPE html/],
    ['html502AfterCommit', 502, /502 - Bad Gateway/],
    ['json500AfterCommit', 500, /"errors"/],
  ] as const)('answers %s, the change being stored', async (kind, status, text) => {
    const { answer, entry, august } = await adjustWith(kind);
    expect(answer).toMatchObject({ status });
    expect((answer as { text: string }).text).toMatch(text);
    expect(entry).toMatchObject({ committed: true, status });
    expect(await august()).toEqual(AUGUST(12, 79.2));
  });

  it('leaves a refusal its reason', async () => {
    const simulator = await start();
    simulator.admin.faults.add({ action: 'json500AfterCommit' });
    const { status, text } = await client(simulator).adjust(MONTHLY, { ...change, effectiveDate: '2099-01-01' });
    expect([status, text]).toEqual([500, expect.stringContaining('between the start date and end date')]);
  });

  it('cuts the answer short', async () => {
    const { answer, entry, august } = await adjustWith('truncated');
    expect(answer).toBeInstanceOf(Error);
    expect(entry?.committed).toBe(true);
    expect(await august()).toEqual(AUGUST(12, 79.2));
  });

  it('never answers, and the client may give up', async () => {
    const simulator = await start();
    simulator.admin.faults.add({ action: 'hangAfterCommit' });
    const waiting = client(simulator)
      .adjust(MONTHLY, change)
      .then(
        () => 'answered',
        () => 'lost',
      );
    while (simulator.admin.journal.counters().commits !== 1) await new Promise(setImmediate);
    await simulator.close();
    expect(await waiting).toBe('lost');
  });
});

describe('a fault that strikes before', () => {
  it.each([
    ['html502', 502],
    ['html500', 500],
    ['status401', 401],
    ['status429', 429],
  ] as const)('answers %s and stores nothing', async (kind, status) => {
    const { answer, entry, august } = await adjustWith(kind);
    expect(answer).toMatchObject({ status });
    expect(entry).toMatchObject({ committed: false, status });
    expect(await august()).toEqual(AUGUST(10, 66));
  });

  it('destroys the connection and stores nothing', async () => {
    const { answer, entry, august } = await adjustWith('dropBefore');
    expect(answer).toBeInstanceOf(Error);
    expect(entry).toMatchObject({ committed: false, status: null });
    expect(await august()).toEqual(AUGUST(10, 66));
  });

  it('sends Retry-After with a 429 only when told to', async () => {
    const simulator = await start();
    simulator.admin.faults.add({ action: 'status429' });
    simulator.admin.faults.add({ action: { kind: 'status429', retryAfter: 3 } });
    const api = client(simulator);
    expect((await api.get('Companies/0')).headers.get('retry-after')).toBeNull();
    expect((await api.get('Companies/0')).headers.get('retry-after')).toBe('3');
  });
});

describe('a late commit', () => {
  it('loses the answer now and lands later', async () => {
    const { simulator, answer, august } = await adjustWith({ kind: 'lateCommit', ms: 600_000 });
    expect(answer).toBeInstanceOf(Error);
    expect(await august()).toEqual(AUGUST(10, 66));
    expect(await simulator.admin.flushLateCommits()).toBe(1);
    expect(await august()).toEqual(AUGUST(12, 79.2));
    expect(simulator.admin.journal.list({ writes: true })[0]).toMatchObject({ committed: true, status: null });
  });
});

describe('fault rules', () => {
  it('match by method, path, entity and write, strike as often as told, and let the first ones pass', async () => {
    const simulator = await start();
    const api = client(simulator);
    simulator.admin.faults.add({
      match: { method: 'post', path: 'companies/query$' },
      skip: 1,
      times: 2,
      action: 'html502',
    });
    const statuses: number[] = [];
    const filter = [{ op: 'gte', field: 'id', value: 0 }];
    for (let index = 0; index < 4; index += 1) statuses.push((await api.query('Companies', filter)).status);
    expect(statuses).toEqual([200, 502, 502, 200]);
    expect(simulator.admin.faults.list()[0]).toMatchObject({ hits: 2 });
    simulator.admin.faults.clear();
    simulator.admin.faults.add({ match: { writesOnly: true }, times: 0, action: 'html502' });
    expect((await api.query('Companies', filter)).status).toBe(200);
    expect((await api.patch('Companies', { id: 201, phone: '1' })).status).toBe(502);
    expect((await api.patch('Companies', { id: 201, phone: '1' })).status).toBe(502);
    expect(() => simulator.admin.faults.add({ action: 'bogus' as never })).toThrow(/unknown fault/);
  });

  it('delay an answer', async () => {
    const simulator = await start();
    simulator.admin.faults.add({ action: { kind: 'delay', ms: 60 } });
    const before = performance.now();
    expect((await client(simulator).get('Companies/0')).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(55);
  });
});
