import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { act, connect, connected, connectionOf, entries, GOOD, reached, settled, unique } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { firstOf } from '../support/caller.js';
import type { Diagnostic } from '../support/documents.js';
import { API_USER } from '../support/world.js';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app?.close());

interface Live {
  readonly auditLogEvents: {
    readonly type: string;
    readonly toStatus: string | null;
    readonly data: { readonly diagnostic?: Diagnostic } | null;
    readonly auditLog: { readonly id: string } | null;
  };
}
const LIVE = 'subscription { auditLogEvents { type toStatus data auditLog { id } } }';

describe('connecting', () => {
  it('answers at once with a connection that is being checked, and an entry that is pending', async () => {
    app.simulator.admin.faults.add({ match: { path: 'zoneinformation' }, action: { kind: 'delay', ms: 1_000 } });
    const { connection, auditLog, userErrors } = await connect(app.csp, { alias: 'Contoso PSA' });
    expect(userErrors).toEqual([]);
    expect(connection).toMatchObject({ alias: 'Contoso PSA', currency: 'USD', status: 'VALIDATING' });
    expect(['PENDING', 'RUNNING']).toContain(auditLog.status);
    expect(auditLog).toMatchObject({
      operation: 'CreateConnectorConnection',
      operationLabel: 'Create Connector Connection',
      outcome: 'PROCESSING',
      connectionId: connection?.id,
      actor: { kind: 'API_KEY', name: 'csp' },
    });
    expect((await settled(app.csp, auditLog.id)).history[0]).toMatchObject({ type: 'STATUS', toStatus: 'PENDING' });
  });

  it('streams each line of the doctor as it is known, then ends ACTIVE and SUCCEEDED', async () => {
    const live = app.csp.live<Live>(LIVE);
    expect((await live.next()).value).toMatchObject({ auditLogEvents: { type: 'CHECKPOINT' } });
    const { connection, auditLog } = await connect(app.csp);
    const seen: Live['auditLogEvents'][] = [];
    await firstOf(live, ({ auditLogEvents: event }) => {
      if (event.auditLog?.id === auditLog.id) seen.push(event);
      return event.toStatus === 'SUCCEEDED' && event.auditLog?.id === auditLog.id;
    });
    const lines = seen.flatMap(({ data }) => data?.diagnostic?.check ?? []);
    expect(lines.slice(0, 3)).toEqual(['integrationCode', 'zone', 'credentials']);
    const entry = await settled(app.csp, auditLog.id);
    expect(entry).toMatchObject({ status: 'SUCCEEDED', outcome: 'SUCCEEDED', error: null });
    expect(lines).toEqual(entry.diagnostics.map(({ check }) => check));
    const stored = await connectionOf(app.csp, connection?.id ?? '');
    expect(stored).toMatchObject({ status: 'ACTIVE', statusCode: null });
    expect(stored.diagnostics).toEqual(entry.diagnostics);
  });

  it('takes raw credentials as it takes typed ones', async () => {
    const raw = { connectorId: 'autotask', credentials: GOOD };
    const one = await settled(app.csp, (await connect(app.csp, { credentials: { raw } })).auditLog.id);
    const other = await settled(app.csp, (await connect(app.csp)).auditLog.id);
    expect(one.status).toBe('SUCCEEDED');
    const shown = (lines: readonly Diagnostic[]) => lines.map(({ check, status, code }) => ({ check, status, code }));
    expect(shown(one.diagnostics)).toEqual(shown(other.diagnostics));
    const bad = { connectorId: 'autotask', credentials: { username: 'x', password: 'y', extra: 'z' } };
    const refused = await connect(app.csp, { credentials: { raw: bad } });
    expect(refused.userErrors).toEqual([
      expect.objectContaining({ __typename: 'InvalidInputError', code: 'INVALID_UNKNOWN' }),
    ]);
  });

  it('keeps connections of several currencies to one instance, each with its own', async () => {
    const [usd, eur] = await Promise.all([connected(app.csp), connected(app.csp, { currency: 'EUR' })]);
    expect([usd, eur].map(({ currency, status }) => [currency, status])).toEqual([
      ['USD', 'ACTIVE'],
      ['EUR', 'ACTIVE'],
    ]);
  });
});

describe('an alias', () => {
  it('is refused when a connection has it already, in either case, and names that connection', async () => {
    const { id } = await connected(app.csp, { alias: 'Only One' });
    const { connection, userErrors, auditLog } = await connect(app.csp, { alias: 'only one' });
    expect(connection).toBeNull();
    expect(userErrors).toEqual([
      expect.objectContaining({
        __typename: 'DuplicateAliasError',
        code: 'DUPLICATE_ALIAS',
        path: ['input', 'alias'],
        existingConnection: { id },
      }),
    ]);
    expect(auditLog).toMatchObject({ status: 'FAILED', error: { code: 'DUPLICATE_ALIAS' } });
  });

  it('goes to exactly one of many that ask for it at once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => connect(app.csp, { alias: 'Contested' })));
    const winners = answers.filter(({ connection }) => connection);
    expect(winners).toHaveLength(1);
    const losers = answers.filter(({ connection }) => !connection);
    expect(new Set(losers.map(({ userErrors }) => userErrors[0]?.code))).toEqual(new Set(['DUPLICATE_ALIAS']));
    expect(losers.every(({ auditLog }) => auditLog.status === 'FAILED')).toBe(true);
  });

  it('may be the same in two organizations', async () => {
    const alias = unique('Shared');
    const answers = await Promise.all([connect(app.csp, { alias }), connect(app.reseller, { alias })]);
    expect(answers.map(({ userErrors }) => userErrors)).toEqual([[], []]);
  });
});

describe('updating a connection', () => {
  it('renames it without checking it again', async () => {
    const { id } = await connected(app.csp);
    const alias = unique('Renamed');
    const { connection, auditLog } = await act(app.csp, 'updateConnectorConnection', { id, alias });
    expect(connection).toMatchObject({ id, alias, status: 'ACTIVE', credentialsVersion: 1 });
    expect(auditLog).toMatchObject({ status: 'SUCCEEDED', details: { changed: ['alias'] } });
  });

  it('refuses an alias that another connection has', async () => {
    const taken = await connected(app.csp);
    const { id } = await connected(app.csp);
    const { userErrors } = await act(app.csp, 'updateConnectorConnection', { id, alias: taken.alias });
    expect(userErrors).toEqual([expect.objectContaining({ existingConnection: { id: taken.id } })]);
  });

  it('mends an INVALID one with new credentials, and checks them before it is ACTIVE', async () => {
    const bad = { autotask: { ...GOOD, password: 'Wrong-Secret#1' } };
    const { connection, auditLog } = await connect(app.csp, { credentials: bad });
    const id = connection?.id ?? '';
    await reached(app.csp, auditLog.id, 'FAILED');
    expect(await connectionOf(app.csp, id)).toMatchObject({ status: 'INVALID', statusCode: 'SECRET_REJECTED' });
    const mended = await act(app.csp, 'updateConnectorConnection', { id, credentials: { autotask: GOOD } });
    expect(mended.connection).toMatchObject({ id, credentialsVersion: 1 });
    expect(await settled(app.csp, mended.auditLog.id)).toMatchObject({
      operation: 'UpdateConnectorConnection',
      status: 'SUCCEEDED',
      error: null,
    });
    expect(await connectionOf(app.csp, id)).toMatchObject({
      status: 'ACTIVE',
      statusCode: null,
      credentialsVersion: 2,
    });
  });
});

describe('testing', () => {
  it('runs the doctor on credentials that are not stored, and stores nothing', async () => {
    const count = async () => (await app.database.sql('SELECT FROM "Connection"')).length;
    const before = await count();
    const input = { alias: 'ignored', currency: 'USD', credentials: { autotask: GOOD } };
    const { connection, auditLog } = await act(app.csp, 'testConnectorConnection', input);
    expect(connection).toBeNull();
    const entry = await settled(app.csp, auditLog.id);
    expect(entry).toMatchObject({ operation: 'TestConnectorConnection', status: 'SUCCEEDED', connectionId: null });
    expect(entry.diagnostics.length).toBeGreaterThan(10);
    expect(await count()).toBe(before);
  });

  it('finds on a stored connection what has changed in the PSA since, and again that it was mended', async () => {
    const { id } = await connected(app.csp);
    app.simulator.admin.users.patch(API_USER.username, {
      permissions: { ContractServiceAdjustments: { create: 'None' } },
    });
    const failed = await act(app.csp, 'testConnectorConnection', { id });
    expect(await settled(app.csp, failed.auditLog.id)).toMatchObject({ error: { code: 'PERMISSION_MISSING' } });
    expect(await connectionOf(app.csp, id)).toMatchObject({ status: 'INVALID' });
    app.simulator.admin.users.patch(API_USER.username, { permissions: {} });
    const mended = await act(app.csp, 'testConnectorConnection', { id });
    expect(await settled(app.csp, mended.auditLog.id)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await connectionOf(app.csp, id)).toMatchObject({ status: 'ACTIVE' });
  });

  it('asks for an id, or for credentials with a currency', async () => {
    const inputs = [{}, { currency: 'USD' }, { credentials: { autotask: GOOD } }];
    for (const input of inputs) {
      const { userErrors } = await act(app.csp, 'testConnectorConnection', input);
      expect(userErrors).toEqual([expect.objectContaining({ __typename: 'InvalidInputError', code: 'INVALID_INPUT' })]);
    }
  });
});

describe('an idempotency key', () => {
  it('makes a repeat the same operation, and another input with it a conflict', async () => {
    const input = {
      alias: unique('Once'),
      currency: 'USD',
      credentials: { autotask: GOOD },
      idempotencyKey: unique('key'),
    };
    const first = await act(app.csp, 'createConnectorConnection', input);
    const second = await act(app.csp, 'createConnectorConnection', input);
    expect(second.auditLog.id).toBe(first.auditLog.id);
    expect(second.connection?.id).toBe(first.connection?.id);
    const third = await act(app.csp, 'createConnectorConnection', { ...input, alias: unique('Other') });
    expect(third.userErrors).toEqual([
      expect.objectContaining({
        __typename: 'IdempotencyConflictError',
        existingEntry: { id: first.auditLog.id },
      }),
    ]);
    expect(third.connection).toBeNull();
  });

  it('makes one connection of many repeats at once', async () => {
    const alias = unique('Burst');
    const input = { alias, currency: 'USD', credentials: { autotask: GOOD }, idempotencyKey: unique('key') };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => act(app.csp, 'createConnectorConnection', input)),
    );
    expect(new Set(answers.map(({ auditLog }) => auditLog.id)).size).toBe(1);
    expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    const rows = await app.database.sql('SELECT FROM "Connection" WHERE "alias" = $1', [alias]);
    expect(rows).toHaveLength(1);
  });

  it('takes the same idempotency key with another secret for another input', async () => {
    const alias = unique('Key');
    const idempotencyKey = unique('key');
    const create = (password: string) =>
      act(app.csp, 'createConnectorConnection', {
        alias,
        currency: 'USD',
        credentials: { autotask: { ...GOOD, password } },
        idempotencyKey,
      });
    expect((await create(GOOD.password)).userErrors).toEqual([]);
    expect((await create('another')).userErrors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT' }]);
    expect((await create(GOOD.password)).userErrors).toEqual([]);
  });
});

describe('the header Idempotency-Key', () => {
  const inputOf = (alias: string) => ({ alias, currency: 'USD', credentials: { autotask: GOOD } });

  it('is that of the one mutation of its request, where the input has none', async () => {
    const [alias, idempotencyKey] = [unique('Header'), unique('key')];
    const first = await act(app.csp, 'createConnectorConnection', inputOf(alias), { idempotencyKey });
    const second = await act(app.csp, 'createConnectorConnection', inputOf(alias), { idempotencyKey });
    expect([second.userErrors, second.auditLog.id]).toEqual([[], first.auditLog.id]);
    const other = await act(app.csp, 'createConnectorConnection', inputOf(unique('Other')), { idempotencyKey });
    expect(other.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT' }]);
    const named = { ...inputOf(unique('Named')), idempotencyKey: unique('own') };
    expect((await act(app.csp, 'createConnectorConnection', named, { idempotencyKey })).userErrors).toEqual([]);
  });

  it.each(['', 'k'.repeat(201)])('that is no key is refused, and nothing is done', async (idempotencyKey) => {
    const alias = unique('Bad');
    const { userErrors } = await act(app.csp, 'createConnectorConnection', inputOf(alias), { idempotencyKey });
    expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['input', 'idempotencyKey'] }]);
    expect(await app.database.sql('SELECT FROM "Connection" WHERE "alias" = $1', [alias])).toHaveLength(0);
  });

  it.each([
    [
      'two mutations',
      'mutation ($i: RevokeApiKeyInput!) { a: revokeApiKey(input: $i) { auditLog { id } } b: revokeApiKey(input: $i) { auditLog { id } } }',
    ],
    ['one in a fragment', 'mutation ($i: RevokeApiKeyInput!) { ... { revokeApiKey(input: $i) { auditLog { id } } } }'],
  ])('of a request with %s is refused before anything is done', async (_name, document) => {
    const before = (await entries(app.csp, {})).length;
    const { status, body } = await app.csp.ask(document, { i: { id: 'key_x' } }, { idempotencyKey: unique('key') });
    expect([status, body.errors?.[0]?.extensions?.code]).toEqual([400, 'BAD_REQUEST']);
    expect((await entries(app.csp, {})).length).toBe(before);
  });

  it('says nothing to a query', async () => {
    expect(await app.csp.query('{ viewer { name } }', {}, { idempotencyKey: 'q' })).toEqual({
      viewer: { name: 'csp' },
    });
  });
});

describe('a correlation id', () => {
  it('of the caller stands in the entries of that request', async () => {
    const correlationId = '0b0e7a52-3f64-4c1e-9a5e-2f6d0c5b7a11';
    const input = { alias: unique('Correlated'), currency: 'USD', credentials: { autotask: GOOD } };
    const { auditLog } = await act(app.csp, 'createConnectorConnection', input, { correlationId });
    expect(auditLog.correlationId).toBe(correlationId);
    expect((await entries(app.csp, { correlationId })).map(({ id }) => id)).toEqual([auditLog.id]);
  });
});
