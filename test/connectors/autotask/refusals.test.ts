import { afterEach, describe, expect, it } from 'vitest';
import { checkConnector } from '../../../src/connectors/define.js';
import { CODE, connectorFor, failureOf, line, lines, open, SECRET, secretText, USER } from './session.js';
import { granted, HTML_404, healthy, page, type Reply, type Seen, type Stub, startStub } from './stub.js';

const stubs: Stub[] = [];
afterEach(async () => {
  await Promise.all(stubs.splice(0).map((each) => each.close()));
});

/** A healthy tenant but for what `odd` answers. */
async function tenant(odd: (request: Seen, origin: string) => Reply | undefined = () => undefined): Promise<Stub> {
  const stub = await startStub((request, origin) => odd(request, origin) ?? healthy(request, origin));
  stubs.push(stub);
  return stub;
}

const isZone = (request: Seen) => /zoneinformation/i.test(request.path);
const isQuota = (request: Seen) => /thresholdinformation/i.test(request.path);
const authed = (stub: Stub) => stub.seen.filter((request) => request.headers.secret !== undefined);

const search = (opened: ReturnType<typeof open>) =>
  opened.session.search({ kind: 'company', prefix: '', first: 5, onlyCustomers: false });

describe('the connection doctor', () => {
  it('passes a healthy tenant line by line, each check once', async () => {
    const stub = await tenant();
    const found = await lines(open({ discoveryUrl: stub.origin }).session);
    expect(found.filter((each) => each.status === 'fail')).toEqual([]);
    expect(new Set(found.map((each) => each.check)).size).toBe(found.length);
    expect(line(found, 'zone').facts).toMatchObject({ instanceKey: '42' });
    expect(line(found, 'currency').status).toBe('pass');
  });

  it('reports each line as soon as it is known', async () => {
    const stub = await tenant();
    for await (const first of open({ discoveryUrl: stub.origin }).session.diagnose()) {
      expect(first.check).toBe('integrationCode');
      break;
    }
    expect(stub.seen).toHaveLength(0);
  });

  it('says that no integration code is known, before any call', async () => {
    const stub = await tenant();
    const { session } = open({ discoveryUrl: stub.origin }, { credentials: { integrationCode: undefined } });
    const found = await lines(session);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ status: 'fail', code: 'INTEGRATION_CODE_MISSING', kind: 'authInvalid' });
    expect(stub.seen).toHaveLength(0);
    expect((await failureOf(session.vendorQuota?.() ?? Promise.resolve())).code).toBe('INTEGRATION_CODE_MISSING');
  });

  it('uses the integration code of the instance when the connection brings none', async () => {
    const stub = await tenant();
    const options = { discoveryUrl: stub.origin, integrationCode: CODE };
    await lines(open(options, { credentials: { integrationCode: secretText('') } }).session);
    expect(authed(stub)[0]?.headers.apiintegrationcode).toBe(CODE);
  });

  it('asks the zone without any credentials', async () => {
    const stub = await tenant();
    await lines(open({ discoveryUrl: stub.origin }).session);
    const [first] = stub.seen;
    expect(first?.path).toBe(`/atservicesrest/V1.0/zoneInformation?user=${encodeURIComponent(USER)}`);
    expect(Object.keys(first?.headers ?? {})).not.toContain('secret');
    expect(JSON.stringify(first?.headers)).not.toContain(CODE);
  });

  it('tells an unknown user', async () => {
    const odd = { status: 500, json: { errors: ['Zone information could not be determined'] } };
    const stub = await tenant((request) => (isZone(request) ? odd : undefined));
    const found = await lines(open({ discoveryUrl: stub.origin }).session);
    expect(found.at(-1)).toMatchObject({ check: 'zone', status: 'fail', code: 'USER_UNKNOWN', kind: 'authInvalid' });
    expect(stub.seen).toHaveLength(1);
  });

  it('tells a wrong secret after exactly one attempt and sends nothing more', async () => {
    const stub = await tenant((request) => (request.headers.secret === SECRET ? { status: 401 } : undefined));
    const opened = open({ discoveryUrl: stub.origin });
    const found = await lines(opened.session);
    expect(found.at(-1)).toMatchObject({ check: 'credentials', code: 'SECRET_REJECTED', kind: 'authInvalid' });
    expect(found.at(-1)?.action?.where).toContain('Credentials');
    expect(authed(stub)).toHaveLength(1);
    const calls = stub.seen.length;
    expect((await failureOf(search(opened))).code).toBe('SECRET_REJECTED');
    expect(stub.seen).toHaveLength(calls);
  });

  it('spends one attempt on a bad secret even when many calls start together', async () => {
    const stub = await tenant((request) => (request.headers.secret ? { status: 401 } : undefined));
    const opened = open({ discoveryUrl: stub.origin });
    const failures = await Promise.all(
      Array.from({ length: 8 }, () => failureOf(opened.session.vendorQuota?.() ?? Promise.resolve())),
    );
    expect(new Set(failures.map((each) => each.code))).toEqual(new Set(['SECRET_REJECTED']));
    expect(authed(stub)).toHaveLength(1);
  });

  it('tells a locked user where Autotask says so, and stops', async () => {
    for (const odd of [
      { status: 401, json: { errors: ['The user account is locked.'] } },
      { status: 403, json: { Message: 'This resource has been locked out.' } },
      { status: 500, json: { errors: ['The user is locked.'] } },
    ]) {
      const stub = await tenant((request) => (request.headers.secret ? odd : undefined));
      const opened = open({ discoveryUrl: stub.origin });
      expect((await lines(opened.session)).at(-1)).toMatchObject({ code: 'USER_LOCKED', kind: 'authInvalid' });
      expect((await failureOf(search(opened))).code).toBe('USER_LOCKED');
      expect(authed(stub)).toHaveLength(1);
    }
  });

  it('tells a wrong integration code, also by a text nobody has seen', async () => {
    for (const text of ['Invalid API Integration Code.', 'Something is not right here.']) {
      const stub = await tenant((request) =>
        request.headers.secret ? { status: 500, json: { errors: [text] } } : undefined,
      );
      const last = (await lines(open({ discoveryUrl: stub.origin }).session)).at(-1);
      expect(last).toMatchObject({ check: 'credentials', code: 'INTEGRATION_CODE_REJECTED', kind: 'authInvalid' });
      expect(last?.detail).toContain(text);
      expect(last?.action?.where).toContain('API Tracking Identifier');
    }
  });

  it('names each missing permission with its menu path and goes on', async () => {
    const none = { json: { info: granted({ userAccessForCreate: 'None' }) } };
    const stub = await tenant((request) =>
      /ContractServiceAdjustments\/entityInformation/i.test(request.path) ? none : undefined,
    );
    const found = await lines(open({ discoveryUrl: stub.origin }).session);
    const failures = found.filter((each) => each.status === 'fail');
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({
      check: 'permission.contractServiceAdjustments',
      code: 'PERMISSION_MISSING',
      kind: 'permissionMissing',
    });
    expect(failures[0]?.action?.where).toContain('Modify service/bundle selections');
    expect(line(found, 'currency').status).toBe('pass');
  });

  it('reads access as numbers as well as words, and restricted as a warning', async () => {
    const info = (entity: string): unknown =>
      entity === 'Contracts' ? 0 : entity === 'Services' ? 2 : entity === 'Companies' ? 1 : 'All';
    const stub = await tenant((request) => {
      const entity = /\/(\w+)\/entityInformation$/i.exec(request.path)?.[1];
      return entity ? { json: { info: granted({ userAccessForQuery: info(entity) }) } } : undefined;
    });
    const found = await lines(open({ discoveryUrl: stub.origin }).session);
    expect(line(found, 'permission.contracts').status).toBe('fail');
    expect(line(found, 'permission.services').status).toBe('warn');
    expect(line(found, 'permission.companies').status).toBe('pass');
  });

  it('takes 403 and 500 with the permission text for a missing permission', async () => {
    const text = 'The logged in Resource does not have the adequate permissions to do this.';
    for (const odd of [{ status: 403 }, { status: 500, json: { errors: [text] } }]) {
      const stub = await tenant((request) => (/\/Services\/entityInformation$/i.test(request.path) ? odd : undefined));
      const found = await lines(open({ discoveryUrl: stub.origin }).session);
      expect(line(found, 'permission.services')).toMatchObject({ status: 'fail', kind: 'permissionMissing' });
    }
  });

  it('tells a wrong currency', async () => {
    const stub = await tenant();
    const found = await lines(open({ discoveryUrl: stub.origin }, { currency: 'GBP' }).session);
    expect(line(found, 'currency')).toMatchObject({ status: 'fail', code: 'WRONG_CURRENCY', kind: 'precondition' });
    expect(line(found, 'currency').detail).toContain('EUR');
  });

  it('accepts an active second currency unless Multi-Currency is off', async () => {
    for (const on of [true, false]) {
      const stub = await tenant((request) => {
        if (/Currencies\/query/i.test(request.path)) {
          return page([
            { id: 1, name: 'EUR', isActive: true, isInternalCurrency: true },
            { id: 2, name: 'GBP', isActive: true, isInternalCurrency: false },
          ]);
        }
        return /\/Modules\/query$/i.test(request.path)
          ? page([{ id: 1, name: 'Multi-Currency', isActive: on }])
          : undefined;
      });
      const found = await lines(open({ discoveryUrl: stub.origin }, { currency: 'GBP' }).session);
      expect(line(found, 'currency').status).toBe(on ? 'pass' : 'fail');
    }
  });

  it('calls probes that are not served unverified, never failed', async () => {
    const stub = await tenant((request) =>
      isZone(request) || /Companies\/entityInformation$/i.test(request.path)
        ? undefined
        : { status: 404, text: HTML_404, headers: { 'content-type': 'text/html' } },
    );
    const found = await lines(open({ discoveryUrl: stub.origin }).session);
    expect(found.filter((each) => each.status === 'fail')).toEqual([]);
    expect(line(found, 'credentials').status).toBe('pass');
    expect(line(found, 'quota').status).toBe('unverified');
    expect(line(found, 'permission.contracts').status).toBe('unverified');
  });

  it('tells that nothing is reachable', async () => {
    const stub = await tenant();
    await stub.close();
    stubs.pop();
    const found = await lines(open({ discoveryUrl: stub.origin }).session);
    expect(found.at(-1)).toMatchObject({ check: 'zone', code: 'UNREACHABLE', kind: 'unavailable' });
  });

  it('tells HTML in place of JSON, at the zone and after it', async () => {
    const html = {
      status: 200,
      text: '<!DOCTYPE html><html>maintenance</html>',
      headers: { 'content-type': 'text/html' },
    };
    const atZone = await tenant((request) => (isZone(request) ? html : undefined));
    expect((await lines(open({ discoveryUrl: atZone.origin }).session)).at(-1)).toMatchObject({
      check: 'zone',
      code: 'HTML_ANSWER',
      kind: 'protocol',
    });
    const after = await tenant((request) => (isZone(request) ? undefined : html));
    expect((await lines(open({ discoveryUrl: after.origin }).session)).at(-1)).toMatchObject({
      check: 'credentials',
      code: 'HTML_ANSWER',
    });
  });

  it('tells 429 and keeps the time to wait', async () => {
    const stub = await tenant((request) =>
      isQuota(request) ? { status: 429, headers: { 'retry-after': '7' } } : undefined,
    );
    const found = await lines(open({ discoveryUrl: stub.origin }).session);
    expect(found.at(-1)).toMatchObject({ check: 'credentials', kind: 'rateLimited', facts: { retryAfterSeconds: 7 } });
  });

  it('sends no secret to a foreign host that the zone lookup names', async () => {
    const foreign = await tenant();
    const stub = await tenant((request) =>
      isZone(request) ? { json: { url: `${foreign.origin}/ATServicesRest/` } } : undefined,
    );
    const opened = open({ discoveryUrl: stub.origin });
    const found = await lines(opened.session);
    expect(found.at(-1)).toMatchObject({ check: 'zone', code: 'FOREIGN_HOST', kind: 'egressRefused' });
    expect((await failureOf(search(opened))).kind).toBe('egressRefused');
    expect(foreign.seen).toHaveLength(0);
    expect(JSON.stringify(stub.seen.map((each) => each.headers))).not.toContain(SECRET);
  });
});

describe('a session', () => {
  it('follows a zone that moved: one lookup without credentials, one call more', async () => {
    const fresh = await tenant((request, origin) =>
      isZone(request) ? { json: { url: `${origin}/ATServicesRest/` } } : undefined,
    );
    let moved = false;
    const old = await tenant((request) => {
      if (isZone(request)) return moved ? { json: { url: `${fresh.origin}/ATServicesRest/` } } : undefined;
      return moved ? { status: 401 } : undefined;
    });
    const opened = open({ discoveryUrl: old.origin, extraHosts: new URL(fresh.origin).host });
    await search(opened);
    moved = true;
    const before = old.seen.length;
    await expect(search(opened)).resolves.toEqual({ records: [], more: false });
    expect(old.seen.slice(before).map((each) => [isZone(each), each.headers.secret !== undefined])).toEqual([
      [false, true],
      [true, false],
    ]);
    expect(authed(fresh)).toHaveLength(1);
  });

  it('stops when the zone did not move, and starts again when a person asks for a test', async () => {
    let locked = false;
    const stub = await tenant((request) => (locked && request.headers.secret ? { status: 401 } : undefined));
    const opened = open({ discoveryUrl: stub.origin });
    await search(opened);
    locked = true;
    expect((await failureOf(search(opened))).code).toBe('SECRET_REJECTED');
    const calls = stub.seen.length;
    await failureOf(search(opened));
    expect(stub.seen).toHaveLength(calls);
    locked = false;
    expect((await lines(opened.session)).some((each) => each.status === 'fail')).toBe(false);
    await expect(search(opened)).resolves.toBeDefined();
  });

  it('asks for the zone once in hours', async () => {
    const stub = await tenant();
    const opened = open({ discoveryUrl: stub.origin });
    await search(opened);
    await search(opened);
    expect(stub.seen.filter(isZone)).toHaveLength(1);
    opened.clock.now = new Date('2026-11-23T18:00:01Z');
    await search(opened);
    expect(stub.seen.filter(isZone)).toHaveLength(2);
  });

  it('pages with the same verb and body', async () => {
    const stub = await tenant((request, origin) => {
      if (!/Companies\/query/i.test(request.path)) return undefined;
      const next = `${origin}/ATServicesRest/V1.0/Companies/query/next?paging={"pageSize":500,"nextIds":[500]}`;
      const row = (id: number, companyName: string) => ({ id, companyName, companyType: 1, isActive: true });
      return request.path.includes('next') ? page([row(501, 'Alpha')]) : page([row(1, 'Beta'), row(2, 'Gamma')], next);
    });
    const found = await search(open({ discoveryUrl: stub.origin }));
    expect(found).toMatchObject({ more: false });
    expect(found.records.map((each) => each.name)).toEqual(['Alpha', 'Beta', 'Gamma']);
    const queries = stub.seen.filter((each) => /Companies\/query/i.test(each.path));
    expect(queries.map((each) => each.method)).toEqual(['POST', 'POST']);
    expect(queries[1]?.body).toEqual(queries[0]?.body);
  });

  it('shows no name that only holds the prefix, whatever is answered', async () => {
    const stub = await tenant((request) =>
      /Companies\/query/i.test(request.path)
        ? page(
            ['Alcon', 'contoso', 'Con Air'].map((companyName, index) => ({
              id: index + 1,
              companyName,
              companyType: 1,
              isActive: true,
            })),
          )
        : undefined,
    );
    const { session } = open({ discoveryUrl: stub.origin });
    const found = await session.search({ kind: 'company', prefix: 'con', first: 5, onlyCustomers: true });
    expect(found.records.map((each) => each.name)).toEqual(['Con Air', 'contoso']);
  });

  it('does not follow a next page to a foreign host', async () => {
    const foreign = await tenant();
    const stub = await tenant((request) =>
      /Companies\/query/i.test(request.path)
        ? page([], `${foreign.origin}/ATServicesRest/V1.0/Companies/query/next`)
        : undefined,
    );
    expect((await failureOf(search(open({ discoveryUrl: stub.origin })))).kind).toBe('egressRefused');
    expect(foreign.seen).toHaveLength(0);
  });

  it('tells passing trouble from broken answers when it reads', async () => {
    const cases: [Reply, string][] = [
      [{ status: 502, text: '<html>bad gateway</html>' }, 'unavailable'],
      [{ status: 503, text: '' }, 'unavailable'],
      [{ status: 408, text: '' }, 'unavailable'],
      [{ status: 503, json: { errors: ['Something about maintenance'] } }, 'unavailable'],
      [{ status: 500, text: '<html>oops</html>' }, 'unavailable'],
      [{ status: 200, text: '{"items":[{"id":' }, 'protocol'],
      [{ status: 200, json: { nothing: true } }, 'protocol'],
      [{ status: 302, text: '', headers: { location: 'https://evil.example/' } }, 'protocol'],
      [{ status: 405, json: { Message: "does not support http method 'POST'." } }, 'protocol'],
      [
        { status: 500, json: { errors: ['Itgenatr005: the thread threshold of 3 threads has been exceeded'] } },
        'rateLimited',
      ],
      [{ drop: true }, 'unavailable'],
    ];
    for (const [odd, kind] of cases) {
      const stub = await tenant((request) => (/Companies\/query/i.test(request.path) ? odd : undefined));
      expect([odd, (await failureOf(search(open({ discoveryUrl: stub.origin })))).kind]).toEqual([odd, kind]);
    }
  });

  it('keeps what Autotask says, bounded and without the credentials', async () => {
    const text = `No such thing for ${USER} with ${SECRET} and ${CODE} ${'x'.repeat(2000)}`;
    const stub = await tenant((request) =>
      /Companies\/query/i.test(request.path) ? { status: 500, json: { errors: [text] } } : undefined,
    );
    const failure = await failureOf(search(open({ discoveryUrl: stub.origin })));
    const message = failure.detail.remote?.message ?? '';
    expect(message).toMatch(/^No such thing for \[redacted\] with \[redacted\] and \[redacted\]/);
    expect(message.length).toBeLessThanOrEqual(500);
  });

  it('reads errors that are objects as well as texts', async () => {
    const errors = [{ field: 'companyName', message: 'is required' }];
    const stub = await tenant((request) =>
      /Companies\/query/i.test(request.path) ? { status: 500, json: { errors } } : undefined,
    );
    const failure = await failureOf(search(open({ discoveryUrl: stub.origin })));
    expect(failure.detail.remote?.message).toBe('companyName: is required');
  });
});

describe('the descriptor', () => {
  it('is accepted by the host', () => {
    expect(() => checkConnector(connectorFor({}))).not.toThrow();
  });

  it('leaves the integration code optional, whatever the instance has, so that the schema stays one', () => {
    const required = (options: Record<string, string>) =>
      connectorFor(options).descriptor.credentials.find((each) => each.name === 'integrationCode')?.required;
    expect(required({})).toBe(false);
    expect(required({ integrationCode: CODE })).toBe(false);
  });

  it('names only checks that the doctor reports, and every step and permission has one or says why not', async () => {
    const stub = await tenant();
    const { connector, session } = open({ discoveryUrl: stub.origin });
    const reported = new Set((await lines(session)).map((each) => each.check));
    const { setupSteps, permissions } = connector.descriptor;
    const named = setupSteps.flatMap((step) => step.checks);
    expect(named.filter((check) => !reported.has(check))).toEqual([]);
    expect(permissions.map((each) => each.id).filter((id) => !reported.has(id))).toEqual([]);
  });

  it('holds the whole procedure with the product in its names', () => {
    const { setupSteps } = connectorFor({}).descriptor;
    const values = setupSteps.flatMap((step) => step.fields.map((field) => `${field.name}: ${field.value}`));
    expect(values).toEqual(
      expect.arrayContaining([
        'Name: CloudCockpit API User',
        'Name: CloudCockpit API Location',
        'Country: United States',
        'First Day of Week: Sunday',
        'Date Format: MM/dd/yyyy',
        'Time Format: hh:mm a',
        'Number Format: X,XXX.XX',
        'Time Zone: (GMT-08:00) Pacific Time (US & Canada)',
        'First Name: CloudCockpit',
        'Last Name: Integration',
        'Security Level: CloudCockpit API User',
        'Primary Internal Location: CloudCockpit API Location',
        'Integration Vendor: CloudCockpit',
        'Resource can view items with no assigned Line of Business: Enable',
      ]),
    );
    expect(values.some((value) => value.startsWith('Holiday Set'))).toBe(true);
  });
});
