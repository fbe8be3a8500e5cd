import { describe, expect, it } from 'vitest';
import type { AutotaskSimulator } from '../../../simulators/autotask/index.js';
import { type Answer, call, client, credentials, firstUser, MONTHLY, start, worldWith } from './support.js';

/** Holds requests open until the test lets them go: each one is delayed for longer than the test runs. */
async function hold(simulator: AutotaskSimulator, paths: string[], bucket: string): Promise<() => void> {
  simulator.admin.faults.add({ times: paths.length, action: { kind: 'delay', ms: 60_000 } });
  const gone = new AbortController();
  const key = `${firstUser().integrationCode}/${bucket}`;
  for (const path of paths) {
    const before = simulator.admin.inFlight()[key] ?? 0;
    fetch(`${simulator.discoveryUrl}/V1.0/${path}`, { headers: credentials(), signal: gone.signal }).catch(
      () => undefined,
    );
    while ((simulator.admin.inFlight()[key] ?? 0) === before) await new Promise(setImmediate);
  }
  return () => gone.abort();
}

const threadText = /Itgenatr005.*thread threshold of 3 threads has been exceeded/;

describe('the thread limit', () => {
  it('lets three requests of one endpoint through at once and refuses the fourth, other endpoints not', async () => {
    const simulator = await start({ switches: { threadReleaseMs: 0 } });
    const release = await hold(simulator, ['Companies/0', 'Companies/201', `Companies/entityInformation`], 'Companies');
    const api = client(simulator);
    const refused = await api.get('Companies/202');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, null]);
    expect(refused.body.errors[0]).toMatch(threadText);
    expect((await api.get('Services/101')).status).toBe(200);
    expect((await call('GET', `${simulator.discoveryUrl}/V1.0/zoneInformation?user=x`)).status).toBe(500);
    simulator.admin.switches.patch({ threadStatus: 500, retryAfter: 7 });
    const other = await api.get('Companies/202');
    expect([other.status, other.headers.get('retry-after')]).toEqual([500, '7']);
    release();
  });

  it('counts by integration code, not by user', async () => {
    const second = { ...firstUser(), username: 'second@example.test' };
    const third = { ...second, username: 'third@example.test', integrationCode: 'ANOTHER' };
    const simulator = await start({
      world: worldWith({ users: [firstUser(), second, third] }),
      switches: { threadReleaseMs: 0 },
    });
    const release = await hold(simulator, ['Companies/0', 'Companies/0', 'Companies/0'], 'Companies');
    expect((await client(simulator, credentials(second)).get('Companies/0')).status).toBe(429);
    expect((await client(simulator, credentials(third)).get('Companies/0')).status).toBe(200);
    release();
  });

  it('counts a child path for its first segment, and by switch a child write for the child too', async () => {
    const simulator = await start({ switches: { threadReleaseMs: 0 } });
    const api = client(simulator);
    const line = `Contracts/${MONTHLY}/Services/8000`;
    let release = await hold(simulator, [line, line, line], 'Contracts');
    expect((await api.get(`Contracts/${MONTHLY}`)).status).toBe(429);
    expect((await api.get('ContractServices/8000')).status).toBe(200);
    release();
    const second = await start({ switches: { threadReleaseMs: 0 } });
    const flat = 'ContractServices/8000';
    release = await hold(second, [flat, flat, flat], 'ContractServices');
    const patch = () => client(second).patch(`Contracts/${MONTHLY}/Services`, { id: 8000, invoiceDescription: 'x' });
    expect((await patch()).status).toBe(200);
    second.admin.switches.patch({ childWritesCountOnChild: true });
    expect((await patch()).status).toBe(429);
    release();
  });

  it('frees a slot only some time after its reply', async () => {
    const simulator = await start({ switches: { threadReleaseMs: 60_000 } });
    const api = client(simulator);
    expect((await api.get('Companies/0')).status).toBe(200);
    const release = await hold(simulator, ['Companies/0', 'Companies/0'], 'Companies');
    expect((await api.get('Companies/0')).status).toBe(429);
    release();
  });

  it('never refuses one request after another, whatever their number', async () => {
    const api = client(await start());
    const answers: Answer[] = [];
    for (let index = 0; index < 30; index += 1) answers.push(await api.get('Companies/0'));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
  });

  it('refuses some of a burst of ten with the default service time', async () => {
    const simulator = await start({ switches: { latencyMs: 100 } });
    const burst = await Promise.all(Array.from({ length: 10 }, () => client(simulator).get('Companies/0')));
    const refused = burst.filter((answer) => answer.status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(10);
  });
});

describe('the hourly threshold', () => {
  it('counts every request over a rolling hour, the question itself included', async () => {
    const simulator = await start();
    const { admin } = simulator;
    const api = client(simulator);
    admin.clock.set('2026-07-20T10:00:00Z');
    await api.get('Companies/0');
    expect((await api.get('ThresholdInformation')).body).toEqual({
      externalRequestThreshold: 10_000,
      requestThresholdTimeframe: 60,
      currentTimeframeRequestCount: 2,
    });
    admin.clock.advance(61 * 60_000);
    expect((await api.get('ThresholdInformation')).body.currentTimeframeRequestCount).toBe(1);
  });

  it('refuses everything at 100 % with 429, zone lookups excepted, until requests grow old', async () => {
    const simulator = await start({ switches: { latencyScale: 0, threshold: 20, retryAfter: 30 } });
    const api = client(simulator);
    simulator.admin.fillThreshold(19);
    expect((await api.get('Companies/0')).status).toBe(200);
    const refused = await api.get('ThresholdInformation');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
    expect(refused.body.errors).toHaveLength(1);
    expect((await call('GET', `${simulator.discoveryUrl}/versionInformation`)).status).toBe(200);
    simulator.admin.clock.advance(61 * 60_000);
    expect((await api.get('Companies/0')).status).toBe(200);
  });

  it('adds half a second from 50 % of the allowance on and a second from 75 %', async () => {
    const simulator = await start({ switches: { latencyScale: 0.2 } });
    const api = client(simulator);
    const time = async () => {
      const before = performance.now();
      await api.get('Companies/0');
      return performance.now() - before;
    };
    await time();
    simulator.admin.fillThreshold(5000);
    expect(await time()).toBeGreaterThan(95);
    simulator.admin.fillThreshold(2500);
    expect(await time()).toBeGreaterThan(195);
  });
});
