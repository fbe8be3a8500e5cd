import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtInSources } from '../../src/connectors/index.js';
import { entries, subscriptionRow } from '../support/acts.js';
import { createOrganizations, type Gateway, type GatewayOptions, startGateway } from '../support/app.js';
import { type Caller, createCaller, firstOf } from '../support/caller.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ENTRY, type Entry } from '../support/documents.js';

let folder: string;
let database: TestDatabase;
let options: GatewayOptions;
let csp: Caller;
let stranger: Caller;
const gateways: Gateway[] = [];

/** The folder is filled before the gateways begin, so that their start pulls it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'source-'));
  database = await createTestDatabase();
  const secretKey = randomBytes(32).toString('hex');
  const plain = { databaseUrl: database.url, discoveryUrl: 'http://127.0.0.1:9', secretKey };
  const first = await startGateway(plain);
  const keys = await createOrganizations(first.app);
  const owner = await first.app.db.client.organization.findFirstOrThrow({ where: { name: 'First CSP' } });
  await first.app.close();
  const customers = Array.from({ length: 600 }, (_, at) => `c${at},Customer ${at}\n`);
  await writeFile(join(folder, 'customers.csv'), `externalId,companyName\n${customers.join('')}bad,\n`);
  const variants = [{ segment: 'COMMERCIAL', term: 'ONE_YEAR', billingFrequency: 'MONTHLY' }];
  await lines('offers.ndjson', [{ externalId: 'o1', name: 'Offer', offerType: 'LICENSE', variants }]);
  await lines('subscriptions.ndjson', [sold('s1', 5), 'no row', sold('s2', 7), sold('s3', 1, 'nobody')]);
  const values = { FILES_FOLDER: folder };
  const uses = [{ source: 'files', organization: owner.id }];
  options = { ...plain, sources: { factories: builtInSources, values, uses, cron: null } };
  gateways.push(await startGateway(options));
  [csp, stranger] = [keys.csp, keys.stranger].map((key) => createCaller(gateways[0]?.url ?? '', key)) as [
    Caller,
    Caller,
  ];
});
afterAll(async () => {
  await csp?.close();
  await stranger?.close();
  for (const { app } of gateways) await app.close();
  await database?.drop();
  await rm(folder, { recursive: true });
});

const sold = (externalId: string, quantity: number, customer = 'c1') => ({
  ...subscriptionRow(customer, 'o1', { quantity, name: `Seats ${externalId}` }),
  externalId,
});

/** Written beside and moved, as who exports should. */
async function lines(name: string, rows: readonly (object | string)[]): Promise<void> {
  const text = rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n');
  await writeFile(join(folder, `.${name}`), `${text}\n`);
  await rename(join(folder, `.${name}`), join(folder, name));
}

type Told = { auditLogEvents: { auditLog: Entry | null } };
const EVENTS = `subscription {
  auditLogEvents(after: "0", filter: { operations: ["PullSource"] }) { auditLog { ...AnEntry } }
} ${ENTRY}`;
const seen = new Set<string>();

/** The first pull that has ended, fits, and was not answered before. */
async function pulled(what: string, fits: (entry: Entry) => boolean = () => true): Promise<Entry> {
  const ended = ({ auditLogEvents: { auditLog: pull } }: Told) =>
    pull !== null && !seen.has(pull.id) && /SUCCEEDED|FAILED/.test(pull.status) && fits(pull);
  const { auditLogEvents } = await firstOf(csp.live<Told>(EVENTS), ended, what);
  const pull = auditLogEvents.auditLog as Entry;
  seen.add(pull.id);
  return pull;
}

type Counts = {
  readonly [kind: string]: { readonly read: number; readonly updated: number; readonly refused: number };
};
const countsOf = ({ details }: Entry) => (details as { counts?: Counts }).counts ?? {};

test('a start pulls all there is, page by page, each an operation of its own; bad rows cost no good one', async () => {
  const pull = await pulled('the first pull');
  expect(pull).toMatchObject({
    summary: 'Pulled the source "files": 606 rows read, 603 created, 0 updated, 0 unchanged, 3 refused.',
    actor: { kind: 'SYSTEM' },
    details: {
      counts: {
        customers: { read: 601, created: 600, refused: 1 },
        offers: { read: 1, created: 1 },
        cloudSubscriptions: { read: 4, created: 2, refused: 2 },
      },
      refused: [
        { where: 'customers.csv:602', reasons: [expect.stringMatching(/^companyName: /)] },
        { where: 'subscriptions.ndjson:2', reasons: ['The line is not JSON.'] },
        { where: 'subscriptions.ndjson:4', reasons: [expect.stringMatching(/^customerExternalId: /)] },
      ],
    },
  });
  const parts = await entries(csp, { correlationId: pull.correlationId });
  expect(parts.map(({ operation }) => operation).sort()).toEqual([
    ...['PullSource', 'UpsertCloudSubscriptions', 'UpsertCustomers', 'UpsertCustomers', 'UpsertOffers'],
  ]);
  expect(await entries(stranger, {})).toEqual([]);
});

test('a file that changes is pulled by itself, and what differs becomes a change; two gateways are one', async () => {
  gateways.push(await startGateway(options));
  // What the start of the second one asks for finds nothing new.
  expect((await pulled('a pull of nothing')).summary).toContain(': 0 rows read');
  await lines('subscriptions.ndjson', [sold('s1', 9), sold('s2', 7)]);
  const changed = await pulled('the pull of a change', (pull) => countsOf(pull).cloudSubscriptions !== undefined);
  expect(changed.details).toMatchObject({
    counts: {
      customers: { created: 0, updated: 0, unchanged: 600 },
      cloudSubscriptions: { read: 2, updated: 1, unchanged: 1, refused: 0 },
    },
  });
  const rows = await database.sql(
    `SELECT s."quantity", count(*)::int AS "changes" FROM "CloudSubscription" s JOIN "SubscriptionChange" c
     ON c."cloudSubscriptionId" = s."id" WHERE s."externalId" = 's1' GROUP BY 1`,
  );
  expect(rows).toEqual([{ quantity: 9, changes: 1 }]);
});

test('a folder that is gone fails the pull with what to do, and the cursor stays', async () => {
  const cursor = await database.sql('SELECT "cursor" FROM "SourcePull"');
  await rename(folder, `${folder}-away`);
  await ask();
  const failed = await pulled('a failed pull', ({ status }) => status === 'FAILED');
  expect(failed.error).toMatchObject({ class: 'notFound', code: 'FOLDER_MISSING', hint: expect.any(String) });
  await rename(`${folder}-away`, folder);
  expect(await database.sql('SELECT "cursor" FROM "SourcePull"')).toEqual(cursor);
});

test('a pull goes on from its cursor; one that is asked for meanwhile waits', async () => {
  const [pull] = await database.sql<{ cursor: string; auditLogId: null }>('SELECT * FROM "SourcePull"');
  const place = { ...(JSON.parse(pull?.cursor ?? '') as object), file: 'subscriptions.ndjson', byte: 0, line: 1 };
  await database.sql('UPDATE "SourcePull" SET "cursor" = $1', [JSON.stringify(place)]);
  await ask();
  await ask('another');
  const rest = await pulled('the rest', (each) => countsOf(each).cloudSubscriptions !== undefined);
  expect(countsOf(rest)).toMatchObject({ cloudSubscriptions: { read: 2, unchanged: 2 } });
  expect(Object.keys(countsOf(rest))).toEqual(['cloudSubscriptions']);
  // Of all pulls of this file no two were under way at once.
  const overlaps = await database.sql(
    `SELECT 1 FROM "AuditLog" a JOIN "AuditLog" b ON a."id" < b."id" AND a."operation" = 'PullSource' AND b."operation" = 'PullSource'
       AND tstzrange(a."createdAt", a."finishedAt") && tstzrange(b."createdAt", b."finishedAt")`,
  );
  expect(overlaps).toEqual([]);
  expect(await entries(csp, { operations: ['PullSource'], statuses: ['FAILED'] })).toHaveLength(1);
});

test('the command line has it pulled in the name of who asked', async () => {
  await lines('offers.ndjson', [{ externalId: 'o1', name: 'Offer', offerType: 'LICENSE' }, { externalId: 'o2' }]);
  const env = { ...process.env, DATABASE_URL: database.url, GATEWAY_SOURCES: 'files=x', FILES_FOLDER: folder };
  const command = ['scripts/run.mjs', 'src/cli.ts', 'sources', 'pull', 'files', '--json'];
  const { code, out } = await new Promise<{ code: unknown; out: string }>((done) => {
    execFile(process.execPath, command, { cwd: join(import.meta.dirname, '../..'), env }, (error, text) =>
      done({ code: error?.code ?? 0, out: text }),
    );
  });
  const { auditLogId, ...told } = JSON.parse(out) as { auditLogId: string };
  expect(told).toMatchObject({ status: 'SUCCEEDED' });
  const asked = (await entries(csp, { operations: ['PullSource'] })).find(({ id }) => id === auditLogId);
  expect(asked).toMatchObject({
    details: expect.objectContaining({ counts: expect.anything() }),
    actor: { kind: 'USER' },
  });
  // The watched change may have been pulled a moment before.
  const refused = await pulled('the refused offer', (pull) => (countsOf(pull).offers?.refused ?? 0) === 1);
  expect(code).toBe(refused.id === auditLogId ? 3 : 0);
});

/** As a schedule or the command line does. */
async function ask(request = 'test'): Promise<void> {
  await database.sql(
    `SELECT graphile_worker.add_job('pull-source', '{"source":"files"}', queue_name => 'source/files', job_key => $1)`,
    [request],
  );
}
