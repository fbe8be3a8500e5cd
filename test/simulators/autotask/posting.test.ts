import { describe, expect, it } from 'vitest';
import { ALL, BASIC, BASIC_LINE, client, INACTIVE, MONTHLY, PREMIUM_LINE, start, worldWith } from './support.js';

const change = (unitChange: number, effectiveDate: string) => ({ serviceID: BASIC, unitChange, effectiveDate });
const lastOf = (rows: string[]): string | undefined => rows.at(-1);

describe('a posted period', () => {
  it('carries its posting time and a billing item for each row', async () => {
    const simulator = await start();
    const api = client(simulator);
    expect(await api.ids('BillingItems', ALL)).toEqual([]);
    const posted = simulator.admin.postPeriod({ contractID: MONTHLY, throughDate: '2026-01-31' });
    expect(posted.units).toHaveLength(2);
    const row = (await api.get('ContractServiceUnits/50000')).body.item;
    expect(row.approveAndPostDate).toBe('2026-07-20T10:00:00.000Z');
    const item = (await api.get(`BillingItems/${posted.billingItems[0]}`)).body.item;
    expect(item).toMatchObject({
      contractID: MONTHLY,
      contractServiceID: BASIC_LINE,
      serviceID: BASIC,
      quantity: 10,
      rate: 6.6,
      extendedPrice: 66,
      totalAmount: 66,
      ourCost: 51,
      itemDate: '2026-01-01T00:00:00Z',
      billingItemType: 6,
      invoiceID: null,
    });
    expect((await api.patch('BillingItems', { id: item.id, webServiceDate: '2026-08-01' })).status).toBe(200);
  });

  it('stays whole when units are added inside it: an overlapping row has the new total and the money of the change', async () => {
    const simulator = await start();
    const api = client(simulator);
    simulator.admin.postPeriod({ contractID: MONTHLY, throughDate: '2026-07-31' });
    await api.adjust(MONTHLY, change(2, '2026-07-17'));
    expect(await api.units(BASIC_LINE, '2026-07', '2026-08-31')).toEqual([
      '2026-07-01..2026-07-31 10 66',
      '2026-07-17..2026-07-31 12 6.39',
      '2026-08-01..2026-08-31 12 79.2',
    ]);
  });

  it('yields a negative line when units are removed inside it', async () => {
    const simulator = await start();
    const api = client(simulator);
    simulator.admin.postPeriod({ contractID: MONTHLY, throughDate: '2026-07-31' });
    await api.adjust(MONTHLY, change(-2, '2026-07-17'));
    expect(await api.units(BASIC_LINE, '2026-07', '2026-07-31')).toEqual([
      '2026-07-01..2026-07-31 10 66',
      '2026-07-17..2026-07-31 8 -6.39',
    ]);
    const posted = simulator.admin.postPeriod({ contractID: MONTHLY, throughDate: '2026-07-31' });
    const item = (await api.get(`BillingItems/${posted.billingItems[0]}`)).body.item;
    expect(item).toMatchObject({ extendedPrice: -6.39, billingItemType: 7 });
  });

  it('yields a correction in each later posted period for a change dated back', async () => {
    const simulator = await start();
    const api = client(simulator);
    simulator.admin.postPeriod({ contractID: MONTHLY, throughDate: '2026-07-31' });
    await api.adjust(MONTHLY, change(1, '2026-06-01'));
    expect(await api.units(BASIC_LINE, '2026-06', '2026-08-31')).toEqual([
      '2026-06-01..2026-06-30 10 66',
      '2026-06-01..2026-06-30 11 6.6',
      '2026-07-01..2026-07-31 10 66',
      '2026-07-01..2026-07-31 11 6.6',
      '2026-08-01..2026-08-31 11 72.6',
    ]);
  });

  it('gets a row with only the change under the other reading', async () => {
    const simulator = await start({ switches: { adjustmentReading: 'delta' } });
    const api = client(simulator);
    simulator.admin.postPeriod({ contractID: MONTHLY, throughDate: '2026-07-31' });
    await api.adjust(MONTHLY, change(2, '2026-07-17'));
    expect(await api.units(BASIC_LINE, '2026-07', '2026-07-31')).toEqual([
      '2026-07-01..2026-07-31 10 66',
      '2026-07-17..2026-07-31 2 6.39',
    ]);
  });

  it('can be part of the seed', async () => {
    const lines = [{ contractID: MONTHLY, serviceID: BASIC, units: 1, postedThrough: '2026-03-31' }];
    const api = client(await start({ world: worldWith({ lines }) }));
    expect(await api.ids('ContractServiceUnits', [{ op: 'exist', field: 'approveAndPostDate' }])).toHaveLength(3);
    expect(await api.ids('BillingItems', ALL)).toHaveLength(3);
  });
});

describe("the contract's end", () => {
  it('brings more rows when it moves out', async () => {
    const api = client(await start());
    expect((await api.patch('Contracts', { id: MONTHLY, endDate: '2029-02-28' })).status).toBe(200);
    expect((await api.units(BASIC_LINE)).slice(-2)).toEqual([
      '2029-01-01..2029-01-31 10 66',
      '2029-02-01..2029-02-28 10 66',
    ]);
  });

  it('takes rows and planned changes away when it moves in, for good', async () => {
    const api = client(await start());
    await api.adjust(MONTHLY, change(5, '2027-06-01'));
    await api.patch('Contracts', { id: MONTHLY, endDate: '2026-12-15' });
    expect(lastOf(await api.units(BASIC_LINE))).toBe('2026-12-01..2026-12-15 10 31.94');
    await api.patch('Contracts', { id: MONTHLY, endDate: '2028-12-31' });
    expect(lastOf(await api.units(BASIC_LINE))).toBe('2028-12-01..2028-12-31 10 66');
  });

  it('cannot move in over a posted period, and nothing changes then', async () => {
    const simulator = await start();
    const api = client(simulator);
    simulator.admin.postPeriod({ contractID: MONTHLY, throughDate: '2026-07-31' });
    const before = simulator.admin.state().tables;
    const refused = await api.patch('Contracts', { id: MONTHLY, endDate: '2026-07-30', description: 'x' });
    expect(refused.status).toBe(500);
    expect(refused.body.errors[0]).toContain('already approved and posted contract period');
    expect(simulator.admin.state().tables).toEqual(before);
    expect((await api.patch('Contracts', { id: MONTHLY, endDate: '2026-07-31' })).status).toBe(200);
    expect(lastOf(await api.units(PREMIUM_LINE))).toBe('2026-07-01..2026-07-31 5 100');
  });

  it('stays free while the start is read-only once the contract holds services', async () => {
    const api = client(await start());
    const refused = await api.patch('Contracts', { id: MONTHLY, startDate: '2026-01-15' });
    expect(refused.body.errors[0]).toMatch(/startDate is read-only/);
    expect((await api.patch('Contracts', { id: MONTHLY, startDate: '2026-01-01' })).status).toBe(200);
    expect((await api.patch('Contracts', { id: INACTIVE, startDate: '2026-01-15' })).status).toBe(200);
  });
});

describe('an inactive contract', () => {
  it('still takes adjustments and still bills, unless the switch stops it', async () => {
    const simulator = await start();
    await client(simulator).adjust(INACTIVE, change(3, '2026-01-01'));
    const post = (throughDate: string) =>
      simulator.admin.postPeriod({ contractID: INACTIVE, throughDate }).billingItems.length;
    expect(post('2026-01-31')).toBe(1);
    simulator.admin.switches.patch({ inactiveContractBills: false });
    expect(post('2026-02-28')).toBe(0);
  });
});
