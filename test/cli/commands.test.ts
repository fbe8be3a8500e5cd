import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connected } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase } from '../support/database.js';
import { runCli } from './support.js';

let app: TestApp;
let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  app = await createTestApp();
  folder = await mkdtemp(join(tmpdir(), 'gateway-cli-'));
  env = { DATABASE_URL: app.database.url, GATEWAY_DATA_DIR: folder, GATEWAY_SECRET_KEY: app.secretKey };
});
afterAll(async () => {
  await app?.close();
  await rm(folder, { recursive: true, force: true });
});
const cli = (...args: readonly string[]) => runCli(args, env);

describe('help', () => {
  it('names every group, the settings and the exit codes', async () => {
    const { code, out } = await cli('--help');
    expect(code).toBe(0);
    for (const word of ['serve', 'demo', 'config', 'connections', 'keys', 'secrets', 'audit', 'Exit codes', '--json']) {
      expect(out).toContain(word);
    }
  });

  it.each([['audit'], ['secrets']])('of %s names its commands', async (group) => {
    expect(await cli(group, '--help')).toMatchObject({ code: 0, out: expect.stringContaining('Commands:') });
  });

  it.each([
    ['an unknown command', ['nothing'], "unknown command 'nothing'"],
    ['an unknown option', ['audit', 'tail', '--loud'], "unknown option '--loud'"],
    ['an argument that is missing', ['keys', 'create'], "missing required argument 'name'"],
  ])('is offered for %s, with exit code 2', async (_what, args, reason) => {
    const { code, out, err } = await cli(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(reason);
    expect(err).toContain('add --help for what there is');
  });
});

describe('config check', () => {
  it('shows every setting and its source, and no secret', async () => {
    const { code, out } = await cli('config', 'check');
    expect(code).toBe(0);
    expect(out).toMatch(/GATEWAY_SECRET_KEY +\(secret\) +environment/);
    expect(out).toMatch(/GATEWAY_PORT +4000 +default/);
    expect(out).not.toContain(app.secretKey);
  });

  it('shows an address that takes checkpoints without what may be its secret', async () => {
    const GATEWAY_AUDIT_CHECKPOINTS = 'https://hooks.example.com/audit?token=hunter2';
    const { code, out } = await runCli(['config', 'check'], { ...env, GATEWAY_AUDIT_CHECKPOINTS });
    expect([code, out.includes('https://hooks.example.com/audit'), out.includes('hunter2')]).toEqual([0, true, false]);
  });

  it('names all faults at once, with exit code 2', async () => {
    const manifest = join(folder, 'operations.json');
    await writeFile(manifest, '{"a":"query {"}');
    const faulty = {
      ...{ GATEWAY_PORT: 'x', GATEWAY_PROT: '1', GATEWAY_SECRET_KEY: 'hunter2' },
      GATEWAY_PERSISTED_OPERATIONS: manifest,
    };
    const { code, out } = await runCli(['config', 'check', '--json'], { ...env, ...faulty });
    expect(code).toBe(2);
    expect(out).not.toContain('hunter2');
    const faults = (JSON.parse(out) as { name: string; fault: string | null }[]).filter(({ fault }) => fault !== null);
    expect(faults.map(({ name }) => name).sort()).toEqual(Object.keys(faulty).sort());
    expect(faults.find(({ name }) => name === 'GATEWAY_PERSISTED_OPERATIONS')?.fault).toContain(
      '"a" is no GraphQL document',
    );
  });

  it('asks for the file that nothing but persisted operations needs', async () => {
    const { code, out } = await runCli(['config', 'check'], { ...env, GATEWAY_ONLY_PERSISTED: 'on' });
    expect([code, out.includes('GATEWAY_PERSISTED_OPERATIONS is needed with GATEWAY_ONLY_PERSISTED=on.')]).toEqual([
      2,
      true,
    ]);
  });
});

describe('connections list', () => {
  it('is a table for people and an array for programs, without credentials', async () => {
    expect((await cli('connections', 'list')).out).toBe('There is no connection.\n');
    const { alias } = await connected(app.csp);
    const table = await cli('connections', 'list');
    expect(table.out).toMatch(new RegExp(`${alias} +autotask +USD +ACTIVE`));
    const [row] = JSON.parse((await cli('connections', 'list', '--json')).out);
    expect(row).toMatchObject({ alias, status: 'ACTIVE', organization: 'First CSP' });
    expect(Object.keys(row).join()).not.toMatch(/credential|secret/i);
  });
});

describe('a database', () => {
  it('that is not there is named with what to do', async () => {
    const { code, err } = await runCli(['keys', 'list'], { DATABASE_URL: '', GATEWAY_DATA_DIR: join(folder, 'none') });
    expect([code, err]).toEqual([1, expect.stringContaining('Start the gateway once')]);
  });

  it('of another version is left alone', async () => {
    const old = await createTestDatabase();
    await old.sql('DELETE FROM "_prisma_migrations"').catch(() => old.sql('DROP SCHEMA public CASCADE'));
    const { code, err } = await runCli(['audit', 'tail'], { ...env, DATABASE_URL: old.url });
    expect([code, err]).toEqual([1, expect.stringMatching(/lacks \d+ migration/)]);
    await old.drop();
  });
});
