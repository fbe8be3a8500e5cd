import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.js';
import { attacksOn, isRefused, PORTAL, post } from './attack-list.js';
import type { Fate } from './attacks-support.js';
import { openSignedIn, subscribe } from './support.js';

let app: TestApp;
let url: string;
/** A gateway whose callers may ask thirty times a minute. */
let narrow: string;
beforeAll(async () => {
  app = await createTestApp();
  url = (await app.another({ policy: { origins: [PORTAL], introspection: 'nobody', graphiql: false } })).url;
  narrow = (await app.another({ policy: { origins: [PORTAL] }, requestsPerMinute: 30 })).url;
});
afterAll(() => app?.close());

/** Of one name each; what they attack is there when they begin. */
const names = attacksOn({ url: '', key: '' }).map(([name]) => name);
const attacks = () => attacksOn({ url, key: app.csp.key });

test('there are more than 71 attacks, each with a name of its own', () => {
  expect(names.length).toBeGreaterThanOrEqual(71);
  expect(new Set(names).size).toBe(names.length);
});

function expectRefused(fate: Fate): void {
  expect(isRefused(fate), `${fate.status} ${fate.text}`).toBe(true);
  expect(fate.text).not.toMatch(/did you mean|node_modules|\bat .*\.[jt]s:|SELECT "|prisma/i);
}

test.each(names)('%s is refused', async (name) => {
  const attack = attacks().find(([each]) => each === name)?.[1];
  expectRefused(await attack!());
});

test('everybody else is served meanwhile, and nothing of it is a fault of the gateway', async () => {
  const normal = async () => (await post({ url, key: app.csp.key }, '{"query":"{ viewer { name } }"}')).text;
  const under = Promise.all(attacks().map(([, attack]) => attack()));
  const answers: string[] = [];
  for (let at = 0; at < 50; at += 1) answers.push(await normal());
  expect(new Set(answers)).toEqual(new Set(['{"data":{"viewer":{"name":"csp"}}}']));
  for (const fate of await under) expectRefused(fate);
  const socket = await openSignedIn(url, app.csp.key);
  socket.send(subscribe('1', '{ viewer { name } }'));
  expect(await socket.next()).toMatchObject({ payload: { data: { viewer: { name: 'csp' } } } });
  socket.destroy();
});

test('who asks too often is refused with the time to wait, and others are not', async () => {
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => post({ url: narrow, key: app.csp.key }, '{"query":"{ viewer { name } }"}')),
  );
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThanOrEqual(70);
  for (const { text } of refused) expect(text).toContain('RATE_LIMITED');
  // Also for what would not be carried out.
  for (const body of ['{"query":"{ nothing }"}', '{"query":"{"}', '{']) {
    expect((await post({ url: narrow, key: app.csp.key }, body)).status).toBe(429);
  }
  const other = { url: narrow, key: app.stranger.key };
  expect((await post(other, '{"query":"{ viewer { name } }"}')).status).toBe(200);
});

test.each([PORTAL, 'https://evil.example'])(
  'a pre-flight of %s is answered by the list, without credentials',
  async (origin) => {
    const headers = { origin, 'access-control-request-method': 'POST' };
    const answer = (await fetch(url, { method: 'OPTIONS', headers })).headers;
    expect(answer.get('access-control-allow-origin') === origin).toBe(origin === PORTAL);
    expect(answer.get('access-control-allow-origin')).not.toBe('*');
    expect(answer.get('access-control-allow-credentials')).not.toBe('true');
  },
);
