import { describe, expect, test } from 'vitest';
import { type Probe, startProbe } from './support.js';

const TOKEN = 'a-token-for-scrapes';

async function withProbe<T>(token: string | null, port: number | null, work: (probe: Probe) => Promise<T>): Promise<T> {
  const probe = await startProbe(undefined, {
    metrics: { token, port, contentType: 'text/plain', scrape: async () => 'figures', request: () => undefined },
  });
  try {
    return await work(probe);
  } finally {
    await probe.server.close();
  }
}

async function ask(url: string | URL, headers: Record<string, string> = {}): Promise<[number, string]> {
  const answer = await fetch(url, { headers });
  return [answer.status, await answer.text()];
}

describe('/metrics is answered', () => {
  test('to callers of this machine that no proxy brought, without settings', () =>
    withProbe(null, null, async ({ url }) => {
      const metrics = new URL('/metrics', url);
      expect(await ask(metrics)).toEqual([200, 'figures']);
      expect(await ask(metrics, { 'x-forwarded-for': '192.0.2.1' })).toEqual([404, '']);
    }));

  test('to whoever has the token, where there is one', () =>
    withProbe(TOKEN, null, async ({ url }) => {
      const metrics = new URL('/metrics', url);
      expect(await ask(metrics)).toEqual([401, '']);
      expect(await ask(metrics, { authorization: `Bearer ${TOKEN}x` })).toEqual([401, '']);
      expect(await ask(metrics, { authorization: `Bearer ${TOKEN}` })).toEqual([200, 'figures']);
    }));

  test('on the port of its own, and there only', () =>
    withProbe(null, 0, async ({ url, metricsPort }) => {
      const own = `http://127.0.0.1:${metricsPort}`;
      expect(await ask(new URL('/metrics', url))).toEqual([404, '']);
      expect(await ask(`${own}/metrics`)).toEqual([200, 'figures']);
      expect(await ask(`${own}/ready`)).toEqual([200, '{"ready":true}']);
      expect((await ask(`${own}/health`))[0]).toBe(200);
      expect((await ask(`${own}/graphql`))[0]).toBe(404);
    }));
});
