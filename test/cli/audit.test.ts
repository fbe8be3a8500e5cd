import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entries, pushCustomer } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { runCli, startCli } from './support.js';

let app: TestApp;
let folder: string;
beforeAll(async () => {
  app = await createTestApp();
  folder = await mkdtemp(join(tmpdir(), 'gateway-cli-'));
  await pushCustomer(app.csp);
  await pushCustomer(app.reseller);
});
afterAll(async () => {
  await app?.close();
  await rm(folder, { recursive: true, force: true });
});

const env = () => ({ DATABASE_URL: app.database.url, GATEWAY_DATA_DIR: folder });
const cli = (...args: readonly string[]) => runCli(['audit', ...args], env());
const linesOf = (text: string) => text.split('\n').filter(Boolean);

describe('audit tail', () => {
  it('shows the newest events of all organizations, or of one, as lines and as JSON', async () => {
    const all = await cli('tail');
    expect(all).toMatchObject({ code: 0, err: '' });
    expect(all.out).toMatch(/First CSP {2}SUCCEEDED.*Upsert Customers/);
    expect(all.out).toContain('First Reseller');
    const one = await cli('tail', '-n', '1', '--organization', 'First Reseller', '--json');
    const [event, ...more] = linesOf(one.out).map((line) => JSON.parse(line));
    expect(more).toEqual([]);
    expect(event).toMatchObject({ toStatus: 'SUCCEEDED', operation: 'UpsertCustomers', actor: { name: 'reseller' } });
  });

  it('follows: each new event once, until it is stopped', async () => {
    const child = startCli(['audit', 'tail', '--follow', '-n', '0', '--json', '--organization', 'First CSP'], env());
    const lines = createInterface({ input: child.stdout! });
    const read = lines[Symbol.asyncIterator]();
    // Nothing says when it has begun, so events come until one is told; then none may be missing.
    let begun = false;
    const pushing = (async () => {
      while (!begun) await pushCustomer(app.csp);
    })();
    const first = JSON.parse((await read.next()).value as string);
    begun = true;
    await pushing;
    await pushCustomer(app.csp);
    const [newest] = await app.database.sql<{ seq: string }>(
      'SELECT max("seq")::text AS seq FROM "AuditLogEvent" WHERE "organizationId" = (SELECT id FROM "Organization" WHERE name = \'First CSP\')',
    );
    const cursors = [Number(first.cursor)];
    while (cursors.at(-1)! < Number(newest?.seq))
      cursors.push(Number(JSON.parse((await read.next()).value as string).cursor));
    expect(cursors).toEqual(cursors.map((_cursor, at) => cursors[0]! + at));
    child.kill('SIGINT');
    expect((await once(child, 'exit'))[0]).toBe(0);
  });
});

describe('audit export', () => {
  it('goes on behind the cursor it keeps in a file, and is in the log itself', async () => {
    const [out, kept] = [join(folder, 'events.ndjson'), join(folder, 'cursor')];
    const args = ['export', '--organization', 'First CSP', '--out', out, '--cursor-file', kept];
    expect(await cli(...args)).toMatchObject({ code: 0, out: '', err: expect.stringContaining('What comes later') });
    await pushCustomer(app.csp);
    expect((await cli(...args)).code).toBe(0);
    const numbers = linesOf(await readFile(out, 'utf8')).map((line) => Number(JSON.parse(line).seq));
    expect(numbers).toEqual(numbers.map((_seq, at) => at + 1));
    const told = await entries(app.csp, { operations: ['ExportAuditLogs'] });
    expect(told.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(told[0]?.actor.name).toMatch(/\(command line\)$/);
  });

  it('begins in a log that is still empty, and goes on there', async () => {
    const [out, kept] = [join(folder, 'empty.csv'), join(folder, 'empty.cursor')];
    const id = randomUUID();
    await app.database.sql(
      `INSERT INTO "Organization" ("id", "tenantId", "kind", "name") VALUES ($1, $1, 'CSP', 'Quiet')`,
      [id],
    );
    const args = ['export', '--organization', 'Quiet', '--format', 'csv', '--out', out, '--cursor-file', kept];
    for (let round = 0; round < 3; round += 1) expect(await cli(...args)).toMatchObject({ code: 0 });
    const [heading, ...events] = (await readFile(out, 'utf8')).trim().split('\r\n');
    expect(heading).toMatch(/^organizationId,seq,/);
    expect(events.map((line) => line.split(',')[1])).toEqual(['1', '2', '3', '4']);
  });

  it('drops what a write that failed has left, and refuses a file that lost something', async () => {
    const [out, kept] = [join(folder, 'torn.ndjson'), join(folder, 'torn.cursor')];
    const args = ['export', '--organization', 'First CSP', '--out', out, '--cursor-file', kept];
    expect((await cli(...args)).code).toBe(0);
    const before = await readFile(out, 'utf8');
    await appendFile(out, before.slice(0, 100));
    await pushCustomer(app.csp);
    expect((await cli(...args)).code).toBe(0);
    const text = await readFile(out, 'utf8');
    expect(text.startsWith(before)).toBe(true);
    const numbers = linesOf(text).map((line) => Number(JSON.parse(line).seq));
    expect(numbers).toEqual(numbers.map((_seq, at) => at + 1));

    await writeFile(out, before.slice(0, 100));
    expect(await cli(...args)).toMatchObject({ code: 2, err: expect.stringContaining('Name another file by --out') });
    expect(await readFile(out, 'utf8')).toBe(before.slice(0, 100));
    // Moved away, as logs are: what comes later begins a new one.
    await rename(out, `${out}.1`);
    expect((await cli(...args)).code).toBe(0);
    expect(Number(JSON.parse(linesOf(await readFile(out, 'utf8'))[0] ?? '').seq)).toBe(numbers.length + 1);
  });

  it.each([
    ['two cursors', ['--after', '1', '--cursor-file', 'x'], 'not both'],
    ['a bad cursor', ['--after', 'x', '--organization', 'First CSP'], 'cursor'],
    ['an unknown format', ['--format', 'xml'], 'Allowed choices are ndjson'],
    ['an unknown status', ['--status', 'GOOD'], 'It must be one of PENDING'],
    ['a time that is none', ['--from', 'yesterday'], 'It must be a time such as'],
    ['an unknown connection', ['--connection', 'nowhere'], 'There is no connection "nowhere"'],
    ['a file in a folder that is not there', ['--out', join('nowhere', 'x')], 'cannot be opened'],
    ['a file that is there', ['--out', join(import.meta.dirname, 'audit.test.ts')], 'is there already'],
  ])('refuses %s with 2 and how to mend it', async (_what, args, reason) => {
    expect(await cli('export', ...args)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(reason) });
  });
});

describe('audit verify', () => {
  it('counts what it finds in the files of checkpoints', async () => {
    const file = join(folder, 'nonsense.ndjson');
    await writeFile(file, 'nonsense\n');
    const text = await cli('verify', '--checkpoints', file);
    expect(text).toMatchObject({ code: 3, out: expect.stringContaining('Not what it was: 1 findings') });
    expect(text.out).toContain(`Line 1 of ${file}: it cannot be read.`);
    const json = await cli('verify', '--json', '--checkpoints', file);
    expect([json.code, JSON.parse(json.out).findings]).toMatchObject([3, [{ kind: 'CHECKPOINT', organization: null }]]);
  });

  it('lets no text of a forger steer the terminal', async () => {
    const file = join(folder, 'forged.ndjson');
    const key = '\u001b[2J\nAll as it was written: 1 events';
    await writeFile(file, JSON.stringify({ statement: '{}', key, signature: '' }));
    const { code, out } = await cli('verify', '--checkpoints', file);
    expect([code, out.includes('\u001b')]).toEqual([3, false]);
    expect(linesOf(out).map((line) => line.slice(0, 10))).toEqual(['CHECKPOINT', 'Not what i']);
  });

  it('finds checkpoints that are gone from their file, unless it is said to be a part', async () => {
    const file = join(folder, 'audit-checkpoints.ndjson');
    const made = await cli('checkpoint', '--json', '--organization', 'First CSP');
    expect(JSON.parse(made.out)).toMatchObject({ made: 1, delivered: 1, place: file });
    const whole = await readFile(file, 'utf8');
    for (const lose of [() => writeFile(file, ''), () => rm(file)]) {
      await lose();
      const gone = await cli('verify');
      expect(gone).toMatchObject({ code: 3, err: expect.stringContaining('--part when some are elsewhere') });
      expect(gone.out).toContain('What was written outside lacks the delivered checkpoint 1.');
    }
    expect(await cli('verify', '--part')).toMatchObject({ code: 0, err: expect.stringContaining('There is no') });
    await writeFile(file, '');
    const part = await cli('verify', '--checkpoints', file, '--part');
    expect(part).toMatchObject({ code: 0, out: expect.stringContaining('1 delivered checkpoints are not in these') });
    await writeFile(file, whole);
    expect(await cli('verify')).toMatchObject({ code: 0, err: '' });
    for (const [place, compared] of [
      [undefined, true],
      ['https://hook.example.com', false],
    ] as const) {
      const { out } = await runCli(['audit', 'verify', '--json'], { ...env(), GATEWAY_AUDIT_CHECKPOINTS: place });
      expect(JSON.parse(out)).toMatchObject({ compared, findings: [] });
    }
  });

  it('is content with what was written, and ends with 3 where a row was changed', async () => {
    const good = await cli('verify');
    expect(good).toMatchObject({ code: 0, out: expect.stringContaining('All as it was written') });
    await app.database.sql('ALTER TABLE "AuditLogEvent" DISABLE TRIGGER USER');
    await app.database.sql(`UPDATE "AuditLogEvent" SET "message" = 'nothing happened' WHERE "seq" = 1 AND "organizationId" =
      (SELECT id FROM "Organization" WHERE name = 'First CSP')`);
    const bad = await cli('verify', '--json');
    expect(bad.code).toBe(3);
    expect(JSON.parse(bad.out).findings).toMatchObject([{ seq: expect.anything(), organization: expect.any(String) }]);
    expect((await cli('verify')).out).toContain('First CSP event 1');
  });
});
