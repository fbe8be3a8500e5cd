import { afterEach, describe, expect, it } from 'vitest';
import type { World } from '../../../simulators/autotask/index.js';
import { failureOf, line, lines, secretText } from './session.js';
import { type Simulated, simulated } from './simulated.js';

const running: Simulated[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.simulator.close()));
});

async function start(with_?: (world: World) => void, more?: Parameters<typeof simulated>[1]): Promise<Simulated> {
  const one = await simulated(with_, more);
  running.push(one);
  return one;
}

const USER = 'apiuser@example.test';
const names = (found: { records: readonly { name: string }[] }) => found.records.map((each) => each.name);

describe('companies', () => {
  it('are active customers in ascending order, without the own company', async () => {
    const { session } = await start();
    const found = await session.search({ kind: 'company', prefix: '', first: 50, onlyCustomers: true });
    expect(names(found)).toEqual([
      'Adventure Works',
      'Blue Yonder Airlines',
      'Contoso',
      'Datum Corporation',
      'Fabrikam',
      'Wide World Importers',
    ]);
    expect(found.more).toBe(false);
  });

  it('are found by prefix in any case, never by what is inside the name', async () => {
    const { session } = await start();
    const search = (prefix: string) => session.search({ kind: 'company', prefix, first: 5, onlyCustomers: true });
    expect(names(await search('con'))).toEqual(['Contoso']);
    expect(names(await search('orp'))).toEqual([]);
  });

  it('are cut at what was asked for, and say so', async () => {
    const { session } = await start();
    const found = await session.search({ kind: 'company', prefix: '', first: 2, onlyCustomers: true });
    expect(names(found)).toEqual(['Adventure Works', 'Blue Yonder Airlines']);
    expect(found.more).toBe(true);
  });

  it('are sorted over more than one page, and a cut reading says more', async () => {
    const { session, simulator } = await start((world) => {
      for (let id = 1000; id < 2200; id += 1) world.companies?.push({ id, companyName: `Bulk ${3200 - id}` });
    });
    const found = await session.search({ kind: 'company', prefix: 'bulk', first: 3, onlyCustomers: true });
    expect(names(found)).toEqual(['Bulk 1201', 'Bulk 1202', 'Bulk 1203']);
    expect(found.more).toBe(true);
    const pages = simulator.admin.journal.list({ entity: 'Companies' }).filter((each) => /query/i.test(each.path));
    expect(pages.map((each) => [each.method, each.status])).toEqual([
      ['POST', 200],
      ['POST', 200],
    ]);
  });

  it('show type and currency: their own, or the internal one', async () => {
    const { session } = await start();
    expect(await session.get('company', '203')).toMatchObject({ isCustomer: true, currency: 'EUR', number: 'C-0203' });
    expect(await session.get('company', '201')).toMatchObject({ currency: 'USD', typeLabel: 'Customer' });
    expect(await session.get('company', '209')).toMatchObject({ isCustomer: false, typeLabel: 'Vendor' });
  });

  it('that do not exist are null, without a call where the id cannot be one', async () => {
    const one = await start();
    expect(await one.session.get('company', '999')).toBeNull();
    const calls = one.simulator.admin.journal.list().length;
    for (const id of ['0', '-1', 'abc', '1 or 1=1', '']) expect(await one.session.get('company', id)).toBeNull();
    expect(one.simulator.admin.journal.list()).toHaveLength(calls);
  });
});

describe('services', () => {
  it('are active and of the billing frequency', async () => {
    const { session } = await start();
    const yearly = await session.search({ kind: 'service', prefix: '', first: 50, billingFrequency: 'ANNUAL' });
    expect(names(yearly)).toEqual(['Microsoft 365 E3 (yearly)', 'Visio Plan 2 (yearly)']);
    const none = await session.search({ kind: 'service', prefix: '', first: 50, billingFrequency: 'TRIENNIAL' });
    expect(none).toEqual({ records: [], more: false });
  });

  it('for an Azure Plan are only those without price and cost', async () => {
    const { session } = await start((world) => {
      world.services?.push({ id: 120, name: 'Azure with cost', unitPrice: 0, unitCost: 0.01 });
    });
    const found = await session.search({ kind: 'service', prefix: 'azure', first: 50, onlyFree: true });
    expect(names(found)).toEqual(['Azure Plan']);
  });

  it('show exact amounts', async () => {
    const { session } = await start();
    expect(await session.get('service', '102')).toMatchObject({
      unitPrice: '23.1',
      unitCost: '18.7',
      sku: 'SKU-102',
      billingFrequency: 'MONTHLY',
      frequencyLabel: 'Monthly',
    });
  });

  it('are found by the labels of the tenant when its values differ', async () => {
    const value = (id: string, label: string) => ({
      value: id,
      label,
      isDefaultValue: false,
      sortOrder: 1,
      parentValue: '',
      isActive: true,
      isSystem: true,
    });
    const { session } = await start((world) => {
      world.picklists = { Services: { periodType: [value('12', 'Monthly'), value('15', 'Yearly')] } };
      world.services = [
        { id: 301, name: 'Twelve', periodType: 12 },
        { id: 302, name: 'Fifteen', periodType: 15 },
      ];
      world.lines = [];
    });
    expect(names(await session.search({ kind: 'service', prefix: '', first: 9, billingFrequency: 'MONTHLY' }))).toEqual(
      ['Twelve'],
    );
    expect(names(await session.search({ kind: 'service', prefix: '', first: 9, billingFrequency: 'ANNUAL' }))).toEqual([
      'Fifteen',
    ]);
  });
});

describe('contracts', () => {
  it('are active recurring ones of the company with the billing frequency', async () => {
    const { session } = await start();
    const search = (companyId: string, billingFrequency?: 'MONTHLY' | 'ANNUAL') =>
      session.search({
        kind: 'contract',
        prefix: '',
        first: 9,
        companyId,
        ...(billingFrequency && { billingFrequency }),
      });
    expect(names(await search('201'))).toEqual(['Cloud monthly', 'Cloud yearly']);
    expect(names(await search('201', 'ANNUAL'))).toEqual(['Cloud yearly']);
    expect(names(await search('205'))).toEqual([]);
  });

  it('start before a date and on the first of a month where that is asked', async () => {
    const { session } = await start();
    const search = (companyId: string, more: object) =>
      session.search({ kind: 'contract', prefix: 'cloud', first: 9, companyId, ...more });
    expect(names(await search('202', { startsOnFirst: true }))).toEqual(['Cloud monthly, ended']);
    expect(names(await search('201', { startsBefore: '2026-01-01' }))).toEqual([]);
    expect(names(await search('201', { startsBefore: '2026-01-02' }))).toEqual(['Cloud monthly', 'Cloud yearly']);
  });

  it('have the currency of their company and calendar dates', async () => {
    const { session } = await start();
    expect(await session.get('contract', '29681004')).toMatchObject({
      currency: 'EUR',
      companyId: '203',
      startDate: '2026-01-01',
      endDate: '2028-12-31',
      recurring: true,
      active: true,
      number: 'CSP-29681004',
    });
    expect(await session.get('contract', '29681007')).toMatchObject({ recurring: false, billingFrequency: null });
  });

  it('may be refused for a mapping because the service has another period', async () => {
    const { session } = await start();
    const contract = await session.get('contract', '29681001');
    if (!contract || !session.checkMapping) throw new Error('missing');
    const [found] = await session.checkMapping({ kind: 'subscription', contract, serviceId: '103' });
    expect(found).toMatchObject({ status: 'fail', code: 'PERIOD_MISMATCH' });
    expect(await session.checkMapping({ kind: 'subscription', contract, serviceId: '101' })).toEqual([]);
  });
});

describe('lists of choices', () => {
  it('are read once per session, one entity after the other', async () => {
    const one = await start();
    const search = () => one.session.search({ kind: 'service', prefix: '', first: 1 });
    await Promise.all([search(), search(), search()]);
    const read = one.simulator.admin.journal.list().filter((each) => /\/fields$/i.test(each.path));
    expect(read.map((each) => each.entity)).toEqual(['Contracts', 'Services', 'Companies']);
  });
});

describe('the doctor on the simulator', () => {
  it('passes the sample tenant', async () => {
    const found = await lines((await start()).session);
    expect(found.filter((each) => each.status === 'fail' || each.status === 'warn')).toEqual([]);
    expect(line(found, 'permission.lineOfBusiness').status).toBe('pass');
    expect(line(found, 'permission.costs').status).toBe('pass');
    expect(line(found, 'internalLocation').status).toBe('unverified');
  });

  it('does not lock the user with a wrong secret', async () => {
    const one = await start(undefined, { credentials: { password: secretText('wrong') } });
    expect((await lines(one.session)).at(-1)).toMatchObject({ code: 'SECRET_REJECTED' });
    expect(one.simulator.admin.users.get(USER)).toMatchObject({ badSecrets: 1, locked: false });
  });

  it('stops at a locked user', async () => {
    const one = await start((world) => Object.assign(world.users[0] as object, { locked: true }));
    expect((await lines(one.session)).at(-1)).toMatchObject({ code: 'SECRET_REJECTED', kind: 'authInvalid' });
    await failureOf(one.session.search({ kind: 'service', prefix: '', first: 1 }));
    expect(one.simulator.admin.journal.list().filter((each) => each.status === 401)).toHaveLength(1);
  });

  it('tells a wrong integration code and an unknown user', async () => {
    const code = await start(undefined, { credentials: { integrationCode: secretText('OTHER') } });
    expect((await lines(code.session)).at(-1)).toMatchObject({ code: 'INTEGRATION_CODE_REJECTED' });
    const user = await start(undefined, { credentials: { username: 'nobody@example.test' } });
    expect((await lines(user.session)).at(-1)).toMatchObject({ check: 'zone', code: 'USER_UNKNOWN' });
  });

  it('tells the missing permission by name, with access as words and as numbers', async () => {
    for (const accessAsNumbers of [false, true]) {
      const one = await start((world) =>
        Object.assign(world.users[0] as object, { permissions: { ContractServiceUnits: { query: 'None' } } }),
      );
      one.simulator.admin.switches.patch({ accessAsNumbers });
      const failures = (await lines(one.session)).filter((each) => each.status === 'fail');
      expect(failures.map((each) => [each.check, each.code])).toEqual([
        ['permission.contractServiceUnits', 'PERMISSION_MISSING'],
      ]);
    }
  });

  it('cannot confirm lines of business and costs that are hidden', async () => {
    const one = await start((world) =>
      Object.assign(world.users[0] as object, {
        canSeeNoLineOfBusiness: false,
        linesOfBusiness: [1],
        canSeeCosts: false,
      }),
    );
    const found = await lines(one.session);
    expect(line(found, 'permission.lineOfBusiness').status).toBe('unverified');
    expect(line(found, 'visibility.contracts').status).toBe('warn');
    expect(line(found, 'permission.costs').status).toBe('unverified');
  });

  it('warns from half of the call allowance on', async () => {
    const one = await start();
    one.simulator.admin.switches.patch({ latencyScale: 0 });
    one.simulator.admin.fillThreshold(6000);
    const found = await lines(one.session);
    expect(line(found, 'quota').status).toBe('warn');
    expect(await one.session.vendorQuota?.()).toMatchObject({ limit: 10_000, windowSeconds: 3600 });
  });

  it('finds the location of the set-up procedure', async () => {
    const one = await start((world) => world.internalLocations?.push({ id: 11, name: 'CloudCockpit API Location' }));
    expect(line(await lines(one.session), 'internalLocation').status).toBe('pass');
  });

  it('follows a tenant that moved to another zone', async () => {
    const one = await start();
    await one.session.vendorQuota?.();
    one.simulator.admin.moveZone('zone2');
    await expect(one.session.get('company', '201')).resolves.toMatchObject({ name: 'Adventure Works' });
    expect(one.simulator.admin.users.get(USER).locked).toBe(false);
  });
});
