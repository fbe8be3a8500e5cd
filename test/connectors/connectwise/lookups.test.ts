import { afterEach, describe, expect, it } from 'vitest';
import type { World } from '../../../simulators/connectwise/index.js';
import type { MappingProposal, RemoteContract, SearchQuery } from '../../../src/connectors/contract.js';
import { connectorFor, failureOf, type Simulated, secretText, simulated } from './simulated.js';

let at: Simulated;
afterEach(() => at?.simulator.close());

const rest = { prefix: '', first: 10 };
const company = (prefix: string, onlyCustomers = true): SearchQuery => ({
  ...rest,
  kind: 'company',
  prefix,
  onlyCustomers,
});
const product = (more: object = {}): SearchQuery => ({ ...rest, kind: 'service', ...more });
const agreement = (more: object = {}): SearchQuery => ({ ...rest, kind: 'contract', companyId: '201', ...more });

describe('search', () => {
  it.each<[string, SearchQuery, string[]]>([
    ['customers, not deleted ones', company(''), ['201', '203', '202', '206']],
    ['companies of any type', company('p', false), ['205']],
    ['names that begin so, in any case', company('con'), ['201']],
    ['a quote and a wildcard in the text', company('The "Quoted" 100%'), ['206']],
    ['a text that tries to be a condition', company('x" or name like "*'), []],
    ['active recurring products', product(), ['106', '101', '103', '102']],
    ['products of a cycle', product({ billingFrequency: 'ANNUAL' }), ['103']],
    ['free products', product({ onlyFree: true }), ['106']],
    ['active agreements of the company', agreement(), ['1001', '1002', '1006']],
    ['agreements of a cycle', agreement({ billingFrequency: 'MONTHLY' }), ['1001', '1006']],
    ['agreements that begin before', agreement({ startsBefore: '2026-01-01' }), []],
    ['agreements from a first', agreement({ startsOnFirst: true }), ['1001', '1002', '1006']],
    ['of a company that cannot be', agreement({ companyId: '1 or id>0' }), []],
  ])('%s', async (_what, query, ids) => {
    at = await simulated();
    const { records, more } = await at.session.search(query);
    expect(records.map(({ id }) => id)).toEqual(ids);
    expect(more).toBe(false);
  });

  it('is cut at the number asked for, over pages', async () => {
    at = await simulated((world: World) => {
      world.companies = Array.from({ length: 1200 }, (_, index) => ({
        id: index + 1,
        name: `Company ${5000 - index}`,
      }));
    });
    const page = await at.session.search({ ...company('company'), first: 3 });
    expect(page.records.map(({ name }) => name)).toEqual(['Company 3801', 'Company 3802', 'Company 3803']);
    expect(page.more).toBe(true);
  });

  it('understands cycles that the connection names', async () => {
    const named = (world: World) => {
      world.catalog = [{ id: 1, description: 'Sitz', recurringBillCycle: { id: 9, name: 'Monatlich' } }];
    };
    at = await simulated(named);
    expect(await at.session.get('service', '1')).toMatchObject({ billingFrequency: null, frequencyLabel: 'Monatlich' });
    await at.simulator.close();
    at = await simulated(named, { settings: { monthlyCycles: 'pro Monat, monatlich' } });
    expect(await at.session.get('service', '1')).toMatchObject({ billingFrequency: 'MONTHLY' });
  });
});

describe('get', () => {
  it('answers records in neutral words, null for what is not there', async () => {
    at = await simulated();
    const { session } = at;
    expect(await session.get('company', '203')).toMatchObject({
      name: 'Euro Works',
      currency: 'EUR',
      isCustomer: true,
    });
    expect(await session.get('company', '205')).toMatchObject({ isCustomer: false, typeLabel: 'Prospect' });
    expect(await session.get('service', '102')).toMatchObject({ sku: 'M365-BP', unitPrice: '20', unitCost: '16.5' });
    expect(await session.get('service', '105')).toMatchObject({ recurring: false });
    expect(await session.get('contract', '1004')).toMatchObject({ active: false, endDate: '2026-06-30' });
    expect(await session.get('contract', '9999')).toBeNull();
    expect(await session.get('company', 'nothing')).toBeNull();
  });

  it('tells 429 with its time, and stops after refused keys', async () => {
    at = await simulated();
    const { session, simulator, connector } = at;
    simulator.admin.faults.add({ action: { kind: 'status429', retryAfter: 7 } });
    const limited = await failureOf(session.get('company', '201'));
    expect(limited).toMatchObject({ kind: 'rateLimited', detail: { retryAfterSeconds: 7 } });
    const hit = connector.limitHit?.({ status: 429, headers: { 'retry-after': '7' }, text: '' }, new Date());
    expect(hit).toEqual({ limitId: 'rate', retryAfterSeconds: 7 });
    simulator.admin.faults.add({ action: 'status401' });
    expect((await failureOf(session.get('company', '201'))).code).toBe('SECRET_REJECTED');
    const calls = simulator.admin.journal.counters().requests;
    expect((await failureOf(session.get('company', '201'))).code).toBe('SECRET_REJECTED');
    expect(simulator.admin.journal.counters().requests).toBe(calls);
  });

  it.each(['html502', 'html500', 'dropBefore', 'truncated'] as const)(
    'of a PSA that answers %s is unavailable',
    async (action) => {
      at = await simulated();
      at.simulator.admin.faults.add({ action });
      expect((await failureOf(at.session.get('company', '201'))).kind).toBe('unavailable');
    },
  );

  it('never names a key', async () => {
    const credentials = { privateKey: secretText('Wrong-Key-4711'), clientId: secretText('unknown-id') };
    at = await simulated(undefined, { credentials });
    const error = await failureOf(at.session.get('company', '201'));
    expect(error.code).toBe('CLIENT_ID_REJECTED');
    expect(JSON.stringify([error.message, error.detail])).not.toMatch(/Wrong-Key|unknown-id/);
  });
});

describe('snapshot', () => {
  it('reads lines of many agreements by few calls, a lost one beside the others', async () => {
    at = await simulated((world: World) => {
      world.agreements = Array.from({ length: 100 }, (_, index) => ({ id: 2000 + index, company: { id: 201 } }));
      world.additions = [{ id: 1, agreementId: 2007, product: { id: 101 }, quantity: 2.5, unitPrice: 1.25 }];
    });
    const targets = Array.from({ length: 101 }, (_, index) => ({
      ...{ companyId: '201', serviceId: '101', contractId: String(2000 + index), lineRef: null },
    }));
    const lines = await at.session.snapshot({ targets });
    expect(lines[7]).toMatchObject({ problem: null, lineRef: '1', facts: [{ units: 2.5, unitPrice: '1.25' }] });
    expect(lines[100]?.problem?.code).toBe('CONTRACT_NOT_FOUND');
    expect(lines.filter(({ problem }) => problem === null)).toHaveLength(100);
    expect(at.simulator.admin.journal.counters().requests).toBe(2 + 1 + 100);
  });

  it('takes agreements and products over from a read of just now', async () => {
    at = await simulated();
    const targets = [{ companyId: '201', serviceId: '101', contractId: '1001', lineRef: '501' }];
    const known = await at.session.snapshot({ targets });
    const before = Number(at.simulator.admin.journal.counters().requests);
    at.simulator.admin.edit('additions', 501, { quantity: 11 });
    const [line] = await at.session.snapshot({ targets, known });
    expect(line).toMatchObject({ contract: known[0]?.contract, service: known[0]?.service, facts: [{ units: 11 }] });
    expect(Number(at.simulator.admin.journal.counters().requests) - before).toBe(1);
  });

  it('shows what is billed as a step function, a double line too', async () => {
    const setUp = { effectiveDate: '2026-05-01T00:00:00Z', cancelledDate: '2026-05-31T00:00:00Z' };
    at = await simulated((world: World) =>
      world.additions?.push({ id: 503, agreementId: 1001, product: { id: 101 }, quantity: 2, ...setUp }),
    );
    const target = { companyId: '201', serviceId: '101', contractId: '1001', lineRef: '501' };
    const [line] = await at.session.snapshot({ targets: [target] });
    expect(line?.facts.map(({ date, units, unitPrice }) => [date, units, unitPrice])).toEqual([
      ['2026-01-01', 10, '6.6'],
      ['2026-05-01', 12, '6.6'],
      ['2026-06-01', 10, '6.6'],
    ]);
  });
});

describe('checkMapping', () => {
  it.each([
    ['1001', []],
    ['1004', ['fail mapping.ended']],
    ['1006', ['warn mapping.proration']],
  ])('agreement %s: %j', async (id, expected) => {
    at = await simulated();
    const contract = (await at.session.get('contract', id)) as RemoteContract;
    const proposal: MappingProposal = { kind: 'subscription', contract, serviceId: '101' };
    const found = (await at.session.checkMapping?.(proposal)) ?? [];
    expect(found.map(({ status, check }) => `${status} ${check}`)).toEqual(expected);
  });
});

describe('where requests may go', () => {
  const rule = (extraHosts?: string) => (url: string) => connectorFor({ extraHosts }).allows(new URL(url));

  it.each([
    ['https://api-na.myconnectwise.net/v4_6_release/apis/3.0/system/info', true],
    ['https://na.myconnectwise.net/login/companyinfo/acme', true],
    ['https://api-staging.connectwisedev.com/v4_6_release/apis/3.0/system/info', true],
    ['http://api-na.myconnectwise.net/v4_6_release/apis/3.0/system/info', false],
    ['https://api-na.myconnectwise.net:8443/v4_6_release/apis/3.0/system/info', false],
    ['https://api-na.myconnectwise.net/v4_6_release/services/other', false],
    ['https://api-na.myconnectwise.net.evil.test/v4_6_release/apis/3.0/x', false],
    ['https://user@api-na.myconnectwise.net/v4_6_release/apis/3.0/x', false],
    ['https://psa.example.com/v4_6_release/apis/3.0/x', false],
  ])('%s: %s', (url, allowed) => {
    expect(rule()(url)).toBe(allowed);
  });

  it('is widened by the operator alone', () => {
    const own = 'https://psa.example.com/v4_6_release/apis/3.0/x';
    expect(rule('psa.example.com')(own)).toBe(true);
    expect(rule('psa.example.com')(own.replace('https', 'http'))).toBe(false);
    expect(rule('http://psa.example.com')(own.replace('https', 'http'))).toBe(true);
    expect(() => connectorFor({ extraHosts: 'a b://c, *.x' })).toThrow('CONNECTWISE_EXTRA_HOSTS');
    expect(() => connectorFor({ clientId: 'with space' })).toThrow(/^CONNECTWISE_CLIENT_ID must be/);
  });
});
