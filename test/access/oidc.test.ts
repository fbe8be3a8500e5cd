import { createHmac, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createOidc } from '../../src/access/oidc.js';
import { findOrganization } from '../../src/access/organizations.js';
import { createDatabase, type Database } from '../../src/storage/database.js';
import { newId } from '../../src/storage/ids.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ISSUER, type Issuer, startIssuer } from '../support/issuer.js';

const CSP = newId();
const RESELLER = newId();
let database: TestDatabase;
let db: Database;
let issuer: Issuer;
let clock = Date.now();

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDatabase(database.url);
  await db.client.organization.createMany({
    data: [
      { id: CSP, tenantId: CSP, kind: 'CSP', name: 'CSP', externalId: 'the-csp' },
      { id: RESELLER, tenantId: CSP, kind: 'RESELLER', name: 'Reseller', externalId: 'r-1' },
    ],
  });
});
beforeEach(async () => {
  await issuer?.close();
  issuer = await startIssuer();
  clock = Date.now();
});
afterAll(async () => {
  await issuer?.close();
  await db?.close();
  await database?.drop();
});

const signIn = (settings = {}, cooldownMs = 30_000) =>
  createOidc({
    settings: { ...issuer.settings, ...settings },
    findOrganization: (named) => findOrganization(db, named),
    now: () => new Date(clock),
    cooldownMs,
  });

const seconds = (later: number) => Math.floor(clock / 1000) + later;
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a good token', () => {
  test.each([
    ['an id of the API', `org_${RESELLER.replaceAll('-', '')}`],
    ['a plain id', RESELLER],
    ['an externalId', 'r-1'],
  ])('is its organization by %s, with role, name and end', async (_what, organization) => {
    const token = await issuer.sign({ organization, role: 'VIEWER', name: 'Ada', exp: seconds(60) });
    expect(await signIn()(token)).toEqual({
      ...{ tenantId: CSP, organizationId: RESELLER, organizationKind: 'RESELLER', organizationName: 'Reseller' },
      ...{
        role: 'VIEWER',
        actor: { kind: 'USER', id: 'user-1', name: 'Ada' },
        expiresAt: new Date(seconds(60) * 1000),
      },
    });
  });

  test('may have single values as lists, and a name that is not shown', async () => {
    const token = await issuer.sign({ organization: ['r-1'], tenant: [CSP], context: ['reseller'], name: 'a\u0000' });
    expect(await signIn()(token)).toMatchObject({ organizationId: RESELLER, actor: { id: 'user-1', name: 'user-1' } });
  });

  test('may name its claims and roles otherwise, and the strongest role counts', async () => {
    const claims = { ...issuer.settings.claims, organization: 'https://example.com/org', role: 'realm.roles' };
    const roles = { writers: 'ADMINISTRATOR', readers: 'VIEWER' } as const;
    const ask = signIn({ claims, roles });
    const token = (given: readonly string[]) =>
      issuer.sign({ role: undefined, 'https://example.com/org': 'the-csp', realm: { roles: given } });
    expect(await ask(await token(['staff', 'readers', 'writers']))).toMatchObject({ role: 'ADMINISTRATOR' });
    expect(await ask(await token(['readers']))).toMatchObject({ role: 'VIEWER', organizationId: CSP });
    await expect(ask(await token(['constructor', 'ADMINISTRATOR']))).rejects.toMatchObject({ code: 'NO_ROLE' });
  });

  test('may be a little early or late, by the skew and no more', async () => {
    const ask = signIn({ clockSkewSeconds: 60 });
    const at = { organization: CSP };
    expect(await ask(await issuer.sign({ ...at, exp: seconds(-50) }))).toMatchObject({ organizationId: CSP });
    expect(await ask(await issuer.sign({ ...at, nbf: seconds(50) }))).toMatchObject({ organizationId: CSP });
    expect(await ask(await issuer.sign({ ...at, exp: seconds(-61) }))).toBeNull();
    expect(await ask(await issuer.sign({ ...at, nbf: seconds(62) }))).toBeNull();
  });
});

describe('a token is nobody', () => {
  const at = { organization: CSP };
  test.each<[string, () => Promise<string>]>([
    ['of another issuer', () => issuer.sign({ ...at, iss: `${ISSUER}x` })],
    ['without an issuer', () => issuer.sign({ ...at, iss: undefined })],
    ['for another audience', () => issuer.sign({ ...at, aud: 'somebody-else' })],
    ['for several others', () => issuer.sign({ ...at, aud: ['a', 'b'] })],
    ['without an audience', () => issuer.sign({ ...at, aud: undefined })],
    ['that has expired', () => issuer.sign({ ...at, exp: seconds(-1) })],
    ['that never expires', () => issuer.sign({ ...at, exp: undefined })],
    ['that is not valid yet', () => issuer.sign({ ...at, nbf: seconds(30) })],
    ['without a subject', () => issuer.sign({ ...at, sub: undefined })],
    ['of an unknown key', () => issuer.sign(at, { kid: 'key-99' })],
    [
      'signed by somebody else under a known key id',
      async () => {
        const other = await startIssuer();
        const token = await other.sign(at);
        await other.close();
        return token;
      },
    ],
    [
      'whose claims were changed',
      async () => {
        const [head, , signature] = (await issuer.sign({ ...at, role: 'VIEWER' })).split('.');
        const claims = {
          iss: ISSUER,
          aud: issuer.settings.audience,
          sub: 'x',
          exp: seconds(60),
          role: 'ADMINISTRATOR',
          ...at,
        };
        return [head, encoded(claims), signature].join('.');
      },
    ],
    [
      'without a signature (alg none)',
      async () => {
        const [, claims] = (await issuer.sign(at)).split('.');
        return `${encoded({ alg: 'none', kid: 'key-1' })}.${claims}.`;
      },
    ],
    [
      'signed with the public key as a shared secret (HS256)',
      async () => {
        const [, claims] = (await issuer.sign(at)).split('.');
        const text = `${encoded({ alg: 'HS256', kid: 'key-1' })}.${claims}`;
        return `${text}.${createHmac('sha256', await issuer.publicKey())
          .update(text)
          .digest('base64url')}`;
      },
    ],
    ['that is no token', async () => 'a.b.c'],
    ['that is too long', async () => `${'a'.repeat(9_000)}.b.c`],
    ['that is random', async () => [9, 99, 64].map((size) => randomBytes(size).toString('base64url')).join('.')],
  ])('%s', async (_what, token) => {
    expect(await signIn()(await issuer.sign(at))).not.toBeNull();
    expect(await signIn()(await token())).toBeNull();
  });

  test('even a shared secret that the settings allow by mistake is none', async () => {
    const [, claims] = (await issuer.sign(at)).split('.');
    const text = `${encoded({ alg: 'HS256', kid: 'key-1' })}.${claims}`;
    const token = `${text}.${createHmac('sha256', await issuer.publicKey())
      .update(text)
      .digest('base64url')}`;
    expect(await signIn({ algorithms: ['ES256', 'HS256'] })(token)).toBeNull();
  });
});

describe('somebody who is known and may not come in', () => {
  test.each([
    ['a customer, whatever else the token says (R1)', { organization: CSP, context: 'Customer' }, 'CUSTOMER_CONTEXT'],
    ['another context than the organization is', { organization: RESELLER, context: 'CSP' }, 'UNKNOWN_ORGANIZATION'],
    ['an unknown organization', { organization: newId() }, 'UNKNOWN_ORGANIZATION'],
    ['an unknown externalId', { organization: 'r-2' }, 'UNKNOWN_ORGANIZATION'],
    ['another tenant than the organization has', { organization: 'r-1', tenant: newId() }, 'UNKNOWN_ORGANIZATION'],
    ['no organization', {}, 'UNKNOWN_ORGANIZATION'],
    ['a list of contexts', { organization: CSP, context: ['CSP', 'CUSTOMER'] }, 'UNREADABLE_CLAIM'],
    ['a customer in a list of one', { organization: CSP, context: ['CUSTOMER'] }, 'CUSTOMER_CONTEXT'],
    ['a context that is an object', { organization: CSP, context: { kind: 'CUSTOMER' } }, 'UNREADABLE_CLAIM'],
    ['a context that is a number', { organization: CSP, context: 5 }, 'UNREADABLE_CLAIM'],
    ['a context with a line break', { organization: CSP, context: 'CUSTOMER\n' }, 'UNREADABLE_CLAIM'],
    ['a context in blanks', { organization: CSP, context: ' customer ' }, 'CUSTOMER_CONTEXT'],
    ['a context too long', { organization: CSP, context: 'CSP'.repeat(70) }, 'UNREADABLE_CLAIM'],
    ['a tenant that is no text', { organization: 'r-1', tenant: { id: CSP } }, 'UNREADABLE_CLAIM'],
    ['an organization that is no text', { organization: { a: 1 } }, 'UNREADABLE_CLAIM'],
    ['an empty subject', { organization: CSP, sub: '' }, 'UNREADABLE_CLAIM'],
    ['a subject with a NUL', { organization: CSP, sub: 'user\u0000' }, 'UNREADABLE_CLAIM'],
    ['a subject too long', { organization: CSP, sub: 'x'.repeat(201) }, 'UNREADABLE_CLAIM'],
    ['no role', { organization: CSP, role: undefined }, 'NO_ROLE'],
    ['an unknown role', { organization: CSP, role: 'OWNER' }, 'NO_ROLE'],
  ])('has %s', async (_what, claims, code) => {
    const token = await issuer.sign(claims);
    await expect(signIn()(token)).rejects.toMatchObject({ name: 'RefusedCallerError', code });
  });

  test('has an externalId that another tenant uses too, unless the token names the tenant', async () => {
    const other = newId();
    const ask = signIn();
    const plain = await issuer.sign({ organization: 'r-1' });
    const named = await issuer.sign({ organization: 'r-1', tenant: 'the-csp' });
    expect(await ask(plain)).toMatchObject({ organizationId: RESELLER });
    await db.client.organization.create({ data: { id: other, tenantId: other, kind: 'CSP', name: 'Other' } });
    await expect(ask(plain)).rejects.toMatchObject({ code: 'UNKNOWN_ORGANIZATION' });
    const theirs = { id: newId(), tenantId: other, kind: 'RESELLER', name: 'Theirs', externalId: 'r-1' } as const;
    await db.client.organization.create({ data: theirs });
    await expect(ask(plain)).rejects.toMatchObject({ code: 'UNKNOWN_ORGANIZATION' });
    expect(await ask(named)).toMatchObject({ organizationId: RESELLER });
    await db.client.organization.deleteMany({ where: { tenantId: other, kind: 'RESELLER' } });
    await db.client.organization.deleteMany({ where: { tenantId: other } });
  });
});

describe("the issuer's keys", () => {
  test('are read once for many tokens, and again for a key id that is new', async () => {
    const ask = signIn({}, 0);
    for (let at = 0; at < 5; at += 1) expect(await ask(await issuer.sign({ organization: CSP }))).not.toBeNull();
    expect(issuer.reads()).toBe(1);
    const before = await issuer.sign({ organization: CSP });
    await issuer.rotate(true);
    expect(await ask(await issuer.sign({ organization: CSP }))).not.toBeNull();
    expect(await ask(before)).not.toBeNull();
    expect(issuer.reads()).toBe(2);
    await issuer.rotate();
    expect(await ask(await issuer.sign({ organization: CSP }))).not.toBeNull();
    expect(await ask(before)).toBeNull();
  });

  test('are not read again for each token of an unknown key', async () => {
    const ask = signIn();
    for (let at = 0; at < 20; at += 1) {
      expect(await ask(await issuer.sign({ organization: CSP }, { kid: `made-up-${at}` }))).toBeNull();
    }
    expect(issuer.reads()).toBe(1);
  });

  test('that cannot be read are nobody’s fault: it cannot be told who calls', async () => {
    const ask = signIn();
    issuer.fail(true);
    const token = await issuer.sign({ organization: CSP });
    await expect(ask(token)).rejects.toMatchObject({ name: 'SignInUnavailableError' });
    issuer.fail(false);
    expect(await ask(token)).toMatchObject({ organizationId: CSP });
  });
});
