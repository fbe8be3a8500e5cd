import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDatabase, type Database, widenToTenant } from '../../src/storage/database.js';
import { newId } from '../../src/storage/ids.js';
import { checkIsolation, ROLES } from '../../src/storage/roles.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

/** Tables without row level security, and why nobody's rows are in them. */
const OF_NOBODY: { readonly [table: string]: string } = {
  Instance: 'processes of the gateway',
  RequestRate: 'counts requests before anybody is told from anybody',
  VendorBudget: 'the allowance of a PSA instance, which connections of several organizations may share',
  VendorCall: 'calls that wait for that allowance',
  _prisma_migrations: 'the state of the schema',
};

let test_: TestDatabase;
let db: Database;
/** A CSP and its Reseller. */
const csp = newId();
const scopes = { csp: { tenantId: csp, organizationId: csp }, reseller: { tenantId: csp, organizationId: newId() } };
const stranger = { tenantId: newId(), organizationId: newId() };

beforeAll(async () => {
  test_ = await createTestDatabase();
  db = createDatabase(test_.url, { poolSize: 2 });
  for (const { tenantId, organizationId: id } of [
    scopes.csp,
    scopes.reseller,
    { ...stranger, organizationId: stranger.tenantId },
    stranger,
  ]) {
    const kind = id === tenantId ? 'CSP' : 'RESELLER';
    await db.client.organization.create({ data: { id, tenantId, kind, name: id } });
  }
  const row = { nameKey: 'x', companyName: 'x', observedAt: new Date() };
  const customers = [
    { ...scopes.csp, externalId: 'own' },
    { ...scopes.reseller, externalId: 'hidden' },
    { ...scopes.reseller, externalId: 'shared', cspParty: true },
    { ...stranger, externalId: 'strange' },
  ].map((customer) => ({ ...row, ...customer, id: newId() }));
  await db.client.customer.createMany({ data: customers });
});
afterAll(async () => {
  await db.close();
  await test_.drop();
});

const seenBy = async (database: Database) =>
  (await database.client.$queryRaw<{ externalId: string }[]>`SELECT "externalId" FROM "Customer" ORDER BY 1`).map(
    ({ externalId }) => externalId,
  );

describe('every table', () => {
  it('is under row level security, forced on its owner too, or named with its reason', async () => {
    const rows = await test_.sql<{ name: string; forced: boolean; policies: number }>(`
      SELECT c.relname AS "name", c.relrowsecurity AND c.relforcerowsecurity AS "forced",
        (SELECT count(*)::int FROM pg_policy p WHERE p.polrelid = c.oid) AS "policies"
      FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace`);
    const open = rows.filter(({ forced, policies }) => !forced || policies === 0).map(({ name }) => name);
    expect(open.sort()).toEqual(Object.keys(OF_NOBODY).sort());
    expect(rows.length).toBeGreaterThan(20);
  });

  it('with an organization is of exactly one kind: read by its owner, by a rule of sales, or by no request', async () => {
    const rows = await test_.sql<{ name: string; rights: string }>(`
      SELECT c.relname AS "name", (SELECT string_agg(p, '' ORDER BY n) FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) WITH ORDINALITY u(p, n)
        WHERE has_table_privilege('${ROLES.organization}', c.oid, p)) AS "rights"
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organizationId'
      WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1`);
    const by = (rights: string | null) => rows.filter((row) => row.rights === rights).map(({ name }) => name);
    expect(by('SELECTINSERT')).toEqual(['AuditLogEvent', 'AzureUsage', 'SubscriptionChange']);
    expect(by(null)).toEqual(['AuditCheckpoint', 'AuditKeptEntry', 'DataKey']);
    expect(by('SELECTINSERTUPDATE')).toHaveLength(rows.length - 6);
  });
});

describe('the roles', () => {
  it('own nothing, cannot pass row level security by, and are not each other', async () => {
    const owned = await test_.sql(
      `SELECT FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = ANY($1)`,
      [Object.values(ROLES)],
    );
    expect(owned).toEqual([]);
    expect(await checkIsolation(test_.url)).toMatchObject({ separate: false });
  });

  it.each([ROLES.system, ROLES.organization, ROLES.tenant])(
    '%s cannot change what was appended, nor the log',
    async (role) => {
      for (const table of ['AuditLogEvent', 'AuditKeptEntry', 'SubscriptionChange', 'AzureUsage']) {
        for (const right of ['UPDATE', 'DELETE', 'TRUNCATE']) {
          const [row] = await test_.sql<{ may: boolean }>(
            `SELECT has_table_privilege($1, '"${table}"', '${right}') AS "may"`,
            [role],
          );
          expect([table, right, row?.may]).toEqual([table, right, false]);
        }
      }
      const [row] = await test_.sql<{ may: boolean }>(
        `SELECT has_table_privilege($1, '"AuditLog"', 'DELETE') AS "may"`,
        [role],
      );
      expect(row?.may).toBe(false);
    },
  );

  it('of requests may not call what acts as the owner, but for putting jobs', async () => {
    const rows = await test_.sql<{ name: string }>(`SELECT proname AS "name" FROM pg_proc
      WHERE prosecdef AND pronamespace = 'public'::regnamespace AND has_function_privilege('${ROLES.organization}', oid, 'EXECUTE')`);
    expect(rows).toEqual([{ name: 'enqueue_jobs' }]);
  });
});

describe('without any condition in the statement', () => {
  it('an organization sees its rows, and a CSP the sales it takes part in', async () => {
    expect(await seenBy(db.of(scopes.csp))).toEqual(['own', 'shared']);
    expect(await seenBy(db.of(scopes.reseller))).toEqual(['hidden', 'shared']);
    expect(await seenBy(db.of(stranger))).toEqual(['strange']);
    expect(await seenBy(db)).toEqual(['hidden', 'own', 'shared', 'strange']);
  });

  it('a transaction sees the same, and after it is widened a CSP all sales of its tenant, a Reseller its own', async () => {
    const both = (scope: typeof stranger) =>
      db.of(scope).transaction(async (tx) => {
        const read = () => seenBy({ client: tx } as unknown as Database);
        const before = await read();
        await widenToTenant(tx);
        return [before, await read()];
      });
    expect(await both(scopes.csp)).toEqual([
      ['own', 'shared'],
      ['hidden', 'own', 'shared'],
    ]);
    expect(await both(scopes.reseller)).toEqual([
      ['hidden', 'shared'],
      ['hidden', 'shared'],
    ]);
  });

  it('nothing of another is changed, and nothing is written in its name', async () => {
    const own = db.of(stranger);
    expect(await own.client.$executeRaw`UPDATE "Customer" SET "companyName" = 'stolen'`).toBe(1);
    const data = {
      ...scopes.csp,
      id: newId(),
      externalId: 'planted',
      nameKey: 'x',
      companyName: 'x',
      observedAt: new Date(),
    };
    await expect(own.client.customer.create({ data })).rejects.toThrow(/row-level security/);
    await expect(own.transaction((tx) => tx.customer.create({ data }))).rejects.toThrow(/row-level security/);
  });
});

describe('the pool', () => {
  it('never mixes callers, however many wait for few connections', async () => {
    const wanted = [
      [scopes.csp, ['own', 'shared']],
      [scopes.reseller, ['hidden', 'shared']],
      [stranger, ['strange']],
    ] as const;
    const calls = Array.from({ length: 60 }, (_, at) => wanted[at % 3] ?? wanted[0]);
    const answers = await Promise.all(
      calls.map(async ([scope], at) => {
        const own = db.of(scope);
        if (at % 4 === 0) return own.transaction((tx) => seenBy({ client: tx } as unknown as Database));
        if (at % 4 === 1)
          return (await own.client.customer.findMany({ orderBy: { externalId: 'asc' } })).map((row) => row.externalId);
        return seenBy(own);
      }),
    );
    expect(answers).toEqual(calls.map(([, names]) => names));
  });

  it("does not send one caller's findUnique in the name of another", async () => {
    const hidden = await db.client.customer.findFirstOrThrow({ where: { externalId: 'hidden' } });
    const where = { tenantId_id: { tenantId: csp, id: hidden.id } };
    const found = await Promise.all(
      [scopes.reseller, scopes.csp, stranger, scopes.reseller].map((scope) =>
        db.of(scope).client.customer.findUnique({ where }),
      ),
    );
    expect(found.map((row) => row?.externalId ?? null)).toEqual(['hidden', null, null, 'hidden']);
  });

  it('leaves nothing on a connection, so that it may be shared through a transaction pooler', async () => {
    const query = vi.spyOn(pg.Client.prototype, 'query');
    try {
      await seenBy(db.of(stranger));
      await db.of(stranger).transaction((tx) => tx.customer.count());
      await db.client.customer.count();
      const clients = new Set(query.mock.contexts);
      for (const client of clients as Set<pg.Client>) {
        const { rows } = await client.query(
          `SELECT current_user = session_user AS "itself", current_setting('app.organization', true) AS "organization"`,
        );
        expect(rows).toEqual([{ itself: true, organization: expect.toBeOneOf([null, '']) }]);
      }
      // One message for each single statement, and none more for a transaction than BEGIN, the statement and COMMIT.
      const own = query.mock.calls.filter(([text]) => !/^SET |session_user/.test(String(text)));
      const sent = own.length;
      expect(sent).toBe(1 + 3 + 1);
    } finally {
      query.mockRestore();
    }
  });

  it('sends nothing that nobody answers for, and nothing for a text that is no organization', async () => {
    expect(() => db.of(stranger).of(scopes.csp)).toThrow(/no other one/);
    const bad = db.of({ tenantId: "x', true); --", organizationId: csp });
    await expect(bad.client.customer.count()).rejects.toThrow(/UUIDs/);
  });

  it('tells a faulty statement, and goes on', async () => {
    await expect(db.of(stranger).client.$queryRaw`SELECT 1 / ${0}::int`).rejects.toThrow(/division by zero/);
    await expect(db.of(stranger).client.$queryRaw`SELECT FROM nothing`).rejects.toThrow(/does not exist/);
    expect(await seenBy(db.of(stranger))).toEqual(['strange']);
  });
});

describe('the start', () => {
  it('is refused where row level security does not hold', async () => {
    const broken = await createTestDatabase();
    try {
      await broken.sql('ALTER TABLE "Drift" NO FORCE ROW LEVEL SECURITY');
      await expect(checkIsolation(broken.url)).rejects.toThrow('the table Drift has no row level security');
      const user = `cgtest_${randomBytes(6).toString('hex')}`;
      await broken.sql(`CREATE ROLE ${user} LOGIN`);
      const url = new URL(broken.url);
      url.username = user;
      await expect(checkIsolation(url.href)).rejects.toThrow(`GRANT ${ROLES.organization} TO`);
      await broken.sql(`DROP ROLE ${user}`);
    } finally {
      await broken.drop();
    }
  });
});
