import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKeys } from '../../src/access/api-keys.js';
import { newId } from '../../src/storage/ids.js';
import { act, done, entries, unique } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { type Caller, createCaller } from '../support/caller.js';

let app: TestApp;
const callers: Caller[] = [];
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(async () => {
  for (const caller of callers) await caller.close();
  await app?.close();
});

const HOUR_MS = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();
const VIEWER = '{ viewer { name role canAct organization { name } } }';

function callerOf(token: string | null | undefined, url = app.url): Caller {
  const caller = createCaller(url, token ?? '');
  callers.push(caller);
  return caller;
}

async function made(by: Caller, input: object = {}) {
  const payload = await done(by, 'createApiKey', { name: unique('key'), role: 'ADMINISTRATOR', ...input });
  return {
    id: payload.apiKey?.id ?? '',
    token: payload.token ?? '',
    key: payload.apiKey,
    caller: callerOf(payload.token),
  };
}

const status = async (caller: Caller) => (await caller.ask(VIEWER)).status;
const rowOf = async (id: string) => {
  const [row] = await app.database.sql<{ hash: Buffer; lastUsedAt: Date | null }>(
    'SELECT "hash", "lastUsedAt" FROM "ApiKey" WHERE replace("id"::text, \'-\', \'\') = $1',
    [id.replace('key_', '')],
  );
  return row;
};

describe('an API key', () => {
  it('is made with a role, works at once, and is stored as its hash only', async () => {
    const { id, token, key, caller } = await made(app.csp, { name: 'dashboards', role: 'VIEWER' });
    expect(token).toMatch(/^cgk_[\w-]{43}$/);
    expect(key).toMatchObject({ name: 'dashboards', role: 'VIEWER', state: 'ACTIVE', expiresAt: null, madeBy: 'csp' });
    expect(token.startsWith(key?.hint ?? '-')).toBe(true);
    expect(await caller.query(VIEWER)).toEqual({
      viewer: { name: 'dashboards', role: 'VIEWER', canAct: false, organization: { name: 'First CSP' } },
    });
    expect((await rowOf(id))?.hash).toEqual(createHash('sha256').update(token).digest());
    const dump = JSON.stringify([
      await app.database.sql('SELECT * FROM "AuditLog"'),
      await app.database.sql('SELECT * FROM "AuditLogEvent"'),
      app.logged,
    ]);
    expect(dump).toContain('CreateApiKey');
    expect(dump).not.toContain(token.slice(8));
  });

  it('is shown once: a repeat of the call has the key and no text', async () => {
    const input = { name: unique('key'), role: 'VIEWER', idempotencyKey: unique('idem') };
    const first = await done(app.csp, 'createApiKey', input);
    const again = await done(app.csp, 'createApiKey', input);
    expect(first.token).not.toBeNull();
    expect([again.apiKey?.id, again.token]).toEqual([first.apiKey?.id, null]);
  });

  it('ends when its time is over', async () => {
    const { id, caller } = await made(app.csp, { expiresAt: inHours(1) });
    expect(await status(caller)).toBe(200);
    await app.database.sql(
      `UPDATE "ApiKey" SET "expiresAt" = now() - interval '1 second' WHERE "name" LIKE 'key%' AND "expiresAt" IS NOT NULL`,
    );
    app.app.apiKeys.forget([uuidOf(id)]);
    expect(await status(caller)).toBe(401);
    const { userErrors } = await act(app.csp, 'rotateApiKey', { id });
    expect(userErrors).toMatchObject([{ code: 'KEY_ENDED' }]);
  });

  it.each([
    ['an end that is over', { expiresAt: '2020-01-01T00:00:00Z' }, 'EXPIRY_IN_THE_PAST'],
    ['no name', { name: ' ' }, 'INVALID_INPUT'],
  ])('is refused with %s', async (_what, input, code) => {
    const { apiKey, token, userErrors } = await act(app.csp, 'createApiKey', {
      ...{ name: 'x', role: 'VIEWER' },
      ...input,
    });
    expect([apiKey, token]).toEqual([null, null]);
    expect(userErrors).toMatchObject([{ code }]);
  });
});

describe('rotation', () => {
  it('makes a new text while the one before works on, and the key stays the same', async () => {
    const { id, token, caller } = await made(app.csp);
    const rotated = await done(app.csp, 'rotateApiKey', { id });
    expect(rotated.apiKey?.id).toBe(id);
    expect(rotated.token).not.toBe(token);
    const until = Date.parse(rotated.apiKey?.previousUntil ?? '');
    expect(Math.abs(until - Date.now() - 24 * HOUR_MS)).toBeLessThan(60_000);
    expect([await status(caller), await status(callerOf(rotated.token))]).toEqual([200, 200]);
    const third = await done(app.csp, 'rotateApiKey', { id });
    expect([await status(caller), await status(callerOf(rotated.token))]).toEqual([401, 200]);
    expect(await status(callerOf(third.token))).toBe(200);
  });

  it('without overlap ends the text before at once, and an overlap ends by itself', async () => {
    const { id, caller } = await made(app.csp);
    expect(await status(caller)).toBe(200);
    const second = callerOf((await done(app.csp, 'rotateApiKey', { id, overlapSeconds: 0 })).token);
    expect([await status(caller), await status(second)]).toEqual([401, 200]);
    const third = callerOf((await done(app.csp, 'rotateApiKey', { id, overlapSeconds: 60 })).token);
    expect([await status(second), await status(third)]).toEqual([200, 200]);
    await app.database.sql(
      `UPDATE "ApiKey" SET "previousUntil" = now() - interval '1 second' WHERE "previousUntil" < now() + interval '1 hour'`,
    );
    app.app.apiKeys.forget([uuidOf(id)]);
    expect([await status(second), await status(third)]).toEqual([401, 200]);
  });
});

describe('a key made with a key', () => {
  it('ends no later than it, and neither does one it rotates', async () => {
    const expiresAt = inHours(2);
    const short = await made(app.csp, { expiresAt });
    const child = await made(short.caller);
    expect(child.key).toMatchObject({ expiresAt, madeBy: short.key?.name });
    const refused = async (field: string, input: object) => (await act(short.caller, field, input)).userErrors[0]?.code;
    expect(await refused('createApiKey', { name: 'x', role: 'VIEWER', expiresAt: inHours(3) })).toBe(
      'KEY_OUTLIVES_MAKER',
    );
    const long = await made(app.csp, { expiresAt: inHours(5) });
    expect(await refused('rotateApiKey', { id: long.id })).toBe('KEY_OUTLIVES_MAKER');
    const cut = await done(short.caller, 'rotateApiKey', { id: long.id, expiresAt: inHours(1) });
    expect(Date.parse(cut.apiKey?.expiresAt ?? '')).toBeLessThan(Date.parse(expiresAt));
  });

  it('ends with it when it is revoked so, and the keys made with that too', async () => {
    const root = await made(app.csp);
    const child = await made(root.caller);
    const grandchild = await made(child.caller, { role: 'VIEWER' });
    await done(app.csp, 'revokeApiKey', { id: root.id });
    expect([await status(root.caller), await status(child.caller)]).toEqual([401, 200]);
    await done(app.csp, 'revokeApiKey', { id: root.id, withMade: true });
    expect([await status(child.caller), await status(grandchild.caller)]).toEqual([401, 401]);
    expect(await status(app.csp)).toBe(200);
  });
});

describe('revocation', () => {
  it('is felt at once here and within five seconds by another instance', async () => {
    const { id, caller, token } = await made(app.csp);
    const other = createApiKeys(app.app.db, newId, () => new Date(clock));
    let clock = Date.now();
    expect(await other.authenticate(token)).toMatchObject({ role: 'ADMINISTRATOR' });
    const { apiKey } = await done(app.csp, 'revokeApiKey', { id });
    expect(apiKey).toMatchObject({ state: 'REVOKED', revokedAt: expect.any(String) });
    expect(await status(caller)).toBe(401);
    clock += 5_001;
    expect(await other.authenticate(token)).toBeNull();
  });

  it('of a key that was revoked changes nothing', async () => {
    const { id } = await made(app.csp);
    const first = await done(app.csp, 'revokeApiKey', { id });
    expect((await done(app.csp, 'revokeApiKey', { id })).apiKey?.revokedAt).toBe(first.apiKey?.revokedAt);
  });
});

describe('the last use', () => {
  it('is written at most once a minute, whatever the number of requests and instances', async () => {
    const { id, token } = await made(app.csp);
    let clock = Date.now();
    const instances = [1, 2].map(() => createApiKeys(app.app.db, newId, () => new Date(clock)));
    const written = new Set<string>();
    const began = clock;
    for (; clock < began + 3 * 60_000; clock += 6_000) {
      for (const instance of instances) await instance.authenticate(token);
      written.add(String((await rowOf(id))?.lastUsedAt?.toISOString()));
    }
    expect([...written]).toEqual([0, 60_000, 120_000].map((later) => new Date(began + later).toISOString()));
  });
});

describe('the list of keys', () => {
  const LIST =
    'query ($ended: Boolean, $first: Int, $after: String) { apiKeys(ended: $ended, first: $first, after: $after) { totalCount nodes { id name isMine } pageInfo { endCursor hasNextPage } } }';
  type Page = {
    apiKeys: {
      totalCount: number;
      nodes: { id: string; name: string; isMine: boolean }[];
      pageInfo: { endCursor: string; hasNextPage: boolean };
    };
  };

  it('has the own ones, those that ended only when asked for, page by page', async () => {
    const { id } = await made(app.sibling, { name: 'own' });
    const gone = await made(app.sibling, { name: 'gone' });
    await done(app.sibling, 'revokeApiKey', { id: gone.id });
    const page = async (variables: object) => (await app.sibling.query<Page>(LIST, variables)).apiKeys;
    const first = await page({ first: 1 });
    expect(first).toMatchObject({ totalCount: 2, nodes: [{ name: 'sibling', isMine: true }] });
    const { endCursor: after } = first.pageInfo;
    expect((await page({ first: 1, after })).nodes).toEqual([{ id, name: 'own', isMine: false }]);
    expect((await page({ ended: true })).nodes.map(({ name }) => name)).toEqual(['sibling', 'own', 'gone']);
  });

  it('and their verbs are closed to everybody else, who are answered as for an unknown id', async () => {
    const { id, caller } = await made(app.csp);
    for (const stranger of [app.reseller, app.sibling, app.stranger]) {
      expect(await stranger.query('query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({ node: null });
      for (const field of ['rotateApiKey', 'revokeApiKey']) {
        const foreign = await act(stranger, field, { id });
        const unknown = await act(stranger, field, { id: `key_${'0'.repeat(31)}1` });
        expect([foreign.apiKey, foreign.token ?? null]).toEqual([null, null]);
        expect(foreign.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
        expect(foreign.userErrors).toEqual(unknown.userErrors);
      }
    }
    expect(await status(caller)).toBe(200);
    expect(await entries(app.csp, { operations: ['RevokeApiKey'] })).not.toContainEqual(
      expect.objectContaining({ status: 'FAILED' }),
    );
  });

  it('is readable for a viewer, who changes nothing', async () => {
    const { apiKeys } = await app.viewer.query<Page>(LIST);
    const [key] = apiKeys.nodes;
    for (const [field, input] of [
      ['createApiKey', { name: 'x', role: 'VIEWER' }],
      ['rotateApiKey', { id: key?.id }],
      ['revokeApiKey', { id: key?.id }],
    ] as const) {
      const name = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input!`;
      const { status: code } = await app.viewer.ask(
        `mutation ($input: ${name}) { ${field}(input: $input) { userErrors { code } } }`,
        { input },
      );
      expect([field, code]).toEqual([field, 403]);
    }
  });
});

function uuidOf(id: string): string {
  return id.replace('key_', '').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
