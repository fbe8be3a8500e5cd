import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../src/storage/database.js';
import { fillLog } from '../audit/support/filled-log.js';
import { createScope } from '../audit/support/log.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { runCli } from './support.js';

let test: TestDatabase;
let folder: string;
beforeAll(async () => {
  test = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'gateway-cli-'));
  const db = createDatabase(test.url);
  const scope = await createScope(db);
  await db.close();
  await fillLog(test.url, scope, 1, '2025-01-05T00:00:00Z');
  await fillLog(test.url, scope, 1);
});
afterAll(async () => {
  await test?.drop();
  await rm(folder, { recursive: true, force: true });
});

const [before, after] = [randomBytes(32), randomBytes(32)].map((bytes) => bytes.toString('base64'));
const cli = (env: { readonly [name: string]: string | undefined }, ...args: readonly string[]) =>
  runCli(['audit', ...args], { DATABASE_URL: test.url, GATEWAY_DATA_DIR: folder, ...env });

describe('the key that signs, replaced by configuration', () => {
  it('is believed on where its public half is accepted: by verify and by retention', async () => {
    expect((await cli({ GATEWAY_AUDIT_KEY: before }, 'checkpoint')).code).toBe(0);
    const { out: pem } = await cli({ GATEWAY_AUDIT_KEY: before }, 'public-key');
    const accepted = pem.split('\n')[1];

    const forgotten = await cli({ GATEWAY_AUDIT_KEY: after }, 'verify');
    expect(forgotten).toMatchObject({ code: 3, out: expect.stringContaining('GATEWAY_AUDIT_KEYS_ACCEPTED') });
    const env = { GATEWAY_AUDIT_KEY: after, GATEWAY_AUDIT_KEYS_ACCEPTED: ` ${accepted},` };
    expect(await cli(env, 'verify')).toMatchObject({ code: 0, out: expect.stringContaining('All as it was written') });
    const retained = await cli(env, 'retain', '--months', '1', '--json');
    expect([retained.code, JSON.parse(retained.out)]).toMatchObject([
      0,
      { removals: [{ events: 3, organization: expect.stringMatching(/^org_/) }], findings: [] },
    ]);
    expect(await cli(env, 'verify')).toMatchObject({ code: 0 });
    // Whoever has both files of the public keys needs no configuration.
    const { out: both } = await cli(env, 'public-key');
    expect(both.match(/BEGIN PUBLIC KEY/g)).toHaveLength(2);
    expect(both).toContain(accepted);
  });

  it.each(['nonsense', before])('is a public one: %s is refused', async (value) => {
    const refused = await cli({ GATEWAY_AUDIT_KEYS_ACCEPTED: value }, 'verify');
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('GATEWAY_AUDIT_KEYS_ACCEPTED must be') });
    expect(refused.err).not.toContain(value);
  });
});

describe('what cannot be', () => {
  it.each([
    ['months beyond every calendar', ['retain', '--months', '999999999'], 'At most 9999 whole months'],
    ['no month', ['retain', '--months', '0'], 'At least one whole month'],
    ['checkpoints that are nowhere', ['verify', '--checkpoints', 'nowhere'], 'nowhere cannot be read (ENOENT)'],
    ['checkpoints that are a folder', ['verify', '--checkpoints', '.'], '. cannot be read (EISDIR)'],
    ['a key that is nowhere', ['verify', '--public-key', 'nowhere'], 'nowhere cannot be read (ENOENT)'],
    ['a key that is none', ['verify', '--public-key', 'package.json'], 'package.json is no public key'],
    ['a cursor that is a folder', ['export', '--cursor-file', '.'], '. cannot be read (EISDIR)'],
    ['a cursor in no folder', ['export', '--cursor-file', 'nowhere/x'], 'nowhere/x cannot be written (ENOENT)'],
  ])('%s: refused with 2 and how to mend it', async (_what, args, reason) => {
    const refused = await cli({}, ...args);
    expect(refused).toMatchObject({ code: 2, out: '', err: expect.stringContaining(reason) });
    expect(refused.err).not.toMatch(/prisma|Failed:/i);
  });

  it('a place for checkpoints that is nowhere: what takes none is named, and the setting', async () => {
    const refused = await cli({ GATEWAY_AUDIT_CHECKPOINTS: 'nowhere/x' }, 'checkpoint');
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringContaining('nowhere/x did not take a checkpoint (ENOENT)'),
    });
    expect(refused.err).toContain('GATEWAY_AUDIT_CHECKPOINTS');
    expect(refused.err).not.toContain('DATABASE_URL');
  });
});
