import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entries } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createCaller } from '../support/caller.js';
import { root } from '../support/root.js';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app?.close());

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The command line in a process of its own, on the database of the running gateway. */
function cli(...args: readonly string[]): Promise<Ran> {
  const env = { ...process.env, DATABASE_URL: app.database.url };
  return new Promise((resolve) => {
    const options = { cwd: root, env };
    const child = execFile(process.execPath, ['scripts/run.mjs', 'src/cli.ts', ...args], options, (_e, out, err) => {
      resolve({ code: child.exitCode ?? -1, out, err });
    });
  });
}

async function roleOf(token: string): Promise<string | number> {
  const caller = createCaller(app.url, token);
  const { status, body } = await caller.ask('{ viewer { role organization { name } } }');
  await caller.close();
  const { viewer } = (body.data ?? {}) as { viewer?: { role: string; organization: { name: string } } };
  return viewer ? `${viewer.role} of ${viewer.organization.name}` : status;
}

describe('keys', () => {
  it("makes a Reseller's first key, rotates it and ends it, each in the Reseller's audit log", async () => {
    const created = await cli('keys', 'create', 'first', '--role', 'administrator', '--organization', 'First Reseller');
    expect(created).toMatchObject({ code: 0, err: expect.stringContaining('shown this once') });
    const token = created.out.trim();
    expect(token).toMatch(/^cgk_[\w-]{43}$/);
    expect(await roleOf(token)).toBe('ADMINISTRATOR of First Reseller');

    const listed = await cli('keys', 'list', '--organization', 'First Reseller', '--json');
    const rows = JSON.parse(listed.out) as { id: string; name: string; expiresAt: string | null }[];
    expect(rows.map(({ name, expiresAt }) => [name, expiresAt])).toEqual([
      ['reseller', null],
      ['first', null],
    ]);
    expect(listed.out + (await cli('keys', 'list')).out).not.toContain(token.slice(8));
    const id = rows[1]?.id ?? '';

    const rotated = await cli('keys', 'rotate', id, '--overlap', '0', '--days', '1', '--json');
    const next = (JSON.parse(rotated.out) as { token: string }).token;
    app.app.apiKeys.forget([uuidOf(id)]);
    expect([await roleOf(token), await roleOf(next)]).toEqual([401, 'ADMINISTRATOR of First Reseller']);

    expect(await cli('keys', 'revoke', id)).toMatchObject({ code: 0, out: 'Revoked 1 key(s).\n' });
    app.app.apiKeys.forget([uuidOf(id)]);
    expect(await roleOf(next)).toBe(401);
    const told = await entries(app.reseller, { operations: ['CreateApiKey', 'RotateApiKey', 'RevokeApiKey'] });
    expect(told.map(({ operation, status }) => [operation, status])).toEqual([
      ['CreateApiKey', 'SUCCEEDED'],
      ['RotateApiKey', 'SUCCEEDED'],
      ['RevokeApiKey', 'SUCCEEDED'],
    ]);
    expect(told[0]?.actor.name).toMatch(/\(command line\)$/);
  });

  it.each([
    ['an organization among several that is not named', ['create', 'x'], 2, 'name one with --organization'],
    ['an unknown organization', ['create', 'x', '--organization', 'nobody'], 2, 'There is no organization'],
    ['an unknown role', ['create', 'x', '--role', 'owner'], 2, 'Allowed choices'],
    ['an unknown key', ['revoke', 'key_nonsense'], 2, 'There is no key'],
    ['a bad name', ['create', ' ', '--organization', 'First CSP'], 1, 'must not be empty'],
  ])('refuses %s', async (_what, args, code, reason) => {
    const ran = await cli('keys', ...args);
    expect(ran).toMatchObject({ code, out: '', err: expect.stringContaining(reason) });
  });
});

function uuidOf(id: string): string {
  return id.replace('key_', '').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
