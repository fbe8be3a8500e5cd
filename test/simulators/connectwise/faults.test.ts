import { describe, expect, it } from 'vitest';
import type { FaultRule } from '../../../simulators/connectwise/index.js';
import { client, start } from './support.js';

const CHANGE = [{ op: 'replace', path: 'quantity', value: 12 }];

async function patchWith(action: FaultRule['action']) {
  const simulator = await start();
  simulator.admin.faults.add({ match: { entity: 'additions', writesOnly: true }, action });
  const answer = await client(simulator)
    .patch(501, CHANGE)
    .catch((error: Error) => error);
  const [entry] = simulator.admin.journal.list({ writes: true });
  const quantity = () => simulator.admin.additions(1001).find(({ id }) => id === 501)?.quantity;
  return { simulator, answer, entry, quantity };
}

describe('a fault that strikes after the commit', () => {
  it.each(['dropAfterCommit', 'truncated'] as const)(
    '%s: the client is told nothing, the change is stored',
    async (kind) => {
      const { answer, entry, quantity } = await patchWith(kind);
      expect(answer).toBeInstanceOf(Error);
      expect(entry).toMatchObject({ committed: true, fault: kind });
      expect(quantity()).toBe(12);
    },
  );

  it.each([
    ['html500AfterCommit', 500, /^<!DOCTYPE html/],
    ['html502AfterCommit', 502, /502 - Bad Gateway/],
    ['json500AfterCommit', 500, /timeout/i],
  ] as const)('%s answers %i, the change being stored', async (kind, status, text) => {
    const { answer, entry, quantity } = await patchWith(kind);
    expect(answer).toMatchObject({ status, text: expect.stringMatching(text) });
    expect(entry).toMatchObject({ committed: true, status });
    expect(quantity()).toBe(12);
  });
});

describe('a fault that strikes before', () => {
  it.each([
    ['html500', 500],
    ['html502', 502],
    ['json500', 500],
    ['status401', 401],
    ['status403', 403],
    ['status409', 409],
    ['status429', 429],
  ] as const)('%s answers %i and stores nothing', async (kind, status) => {
    const { answer, entry, quantity } = await patchWith(kind);
    expect(answer).toMatchObject({ status });
    expect(entry).toMatchObject({ committed: false, status });
    expect(quantity()).toBe(10);
  });

  it('dropBefore stores nothing; lateCommit does, later', async () => {
    expect((await patchWith('dropBefore')).quantity()).toBe(10);
    const { simulator, answer, quantity } = await patchWith({ kind: 'lateCommit', ms: 600_000 });
    expect([answer instanceof Error, quantity()]).toEqual([true, 10]);
    expect(await simulator.admin.flushLateCommits()).toBe(1);
    expect(quantity()).toBe(12);
  });
});

describe('the admin side', () => {
  it('is reached over HTTP', async () => {
    const simulator = await start();
    const admin = async (method: string, path: string, body?: object) => {
      const response = await fetch(`${simulator.adminUrl}/${path}`, {
        method,
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.json() };
    };
    const listed = await admin('GET', '');
    expect(listed.body).toContainEqual({ call: 'POST /admin/reset', about: 'back to the seed' });
    await admin('PATCH', 'rows/additions/501', { quantity: 77 });
    expect((await admin('GET', 'additions/1001')).body).toContainEqual(
      expect.objectContaining({ id: 501, quantity: 77 }),
    );
    await admin('PATCH', 'members/samplePublicKey1', { role: { companies: { inquire: 'None' } } });
    expect((await client(simulator).call('GET', 'company/companies')).status).toBe(403);
    await admin('POST', 'clock', { set: '2026-08-01T00:00:00Z' });
    expect((await admin('GET', 'clock')).body).toMatchObject({ now: '2026-08-01T00:00:00.000Z' });
    expect((await admin('PATCH', 'switches', { nothing: 1 })).status).toBe(400);
    await admin('POST', 'faults', { match: { path: 'system/info$' }, action: 'html502' });
    expect((await client(simulator).call('GET', 'system/info')).status).toBe(502);
    await admin('POST', 'reset');
    expect(simulator.admin.additions(1001)[0]).toMatchObject({ quantity: 10 });
    expect((await admin('GET', 'nothing')).status).toBe(404);
  });
});
