import { describe, expect, it } from 'vitest';
import {
  ALL,
  BASIC,
  BASIC_LINE,
  client,
  EURO,
  FROM_THE_2ND,
  HOURS,
  INACTIVE,
  MONTHLY,
  PREMIUM_LINE,
  start,
  worldWith,
  YEARLY,
} from './support.js';

const adjustment = (unitChange: number, effectiveDate: string, more: Record<string, unknown> = {}) => ({
  serviceID: BASIC,
  unitChange,
  effectiveDate,
  ...more,
});

describe('the period grid', () => {
  it('has a row for every period from the contract start to its end', async () => {
    const api = client(await start());
    const rows = await api.units(BASIC_LINE);
    expect(rows).toHaveLength(36);
    expect(rows[0]).toBe('2026-01-01..2026-01-31 10 66');
    expect(rows.at(-1)).toBe('2028-12-01..2028-12-31 10 66');
    expect(await api.units(8002)).toEqual([
      '2026-01-01..2026-12-31 25 10800',
      '2027-01-01..2027-12-31 25 10800',
      '2028-01-01..2028-12-31 25 10800',
    ]);
  });

  it('steps from the contract start, so a contract of the 2nd bills from 2nd to 1st', async () => {
    const api = client(await start());
    await api.adjust(FROM_THE_2ND, adjustment(4, '2026-03-02'));
    expect((await api.units(8004)).slice(0, 2)).toEqual([
      '2026-03-02..2026-04-01 4 26.4',
      '2026-04-02..2026-05-01 4 26.4',
    ]);
  });

  it('keeps the anchor day 31 through short months and pro-rates a last period that is cut', async () => {
    const contracts = [{ id: 1, companyID: 201, startDate: '2026-01-31', endDate: '2026-04-15' }];
    const api = client(
      await start({ world: worldWith({ contracts, lines: [{ contractID: 1, serviceID: 102, units: 11 }] }) }),
    );
    expect(await api.units(BASIC_LINE)).toEqual([
      '2026-01-31..2026-02-27 11 254.1',
      '2026-02-28..2026-03-30 11 254.1',
      '2026-03-31..2026-04-15 11 135.52',
    ]);
  });
});

describe('an adjustment', () => {
  it('is a delta that answers 200 with itemId null, on both paths', async () => {
    const api = client(await start());
    const child = await api.adjust(MONTHLY, adjustment(2, '2026-08-01'));
    expect([child.status, child.body]).toEqual([200, { itemId: null }]);
    const flat = await api.post('ContractServiceAdjustments', { contractID: MONTHLY, ...adjustment(1, '2026-09-01') });
    expect([flat.status, flat.body]).toEqual([200, { itemId: null }]);
    const byLine = await api.post('ContractServiceAdjustments', {
      contractServiceID: BASIC_LINE,
      unitChange: -3,
      effectiveDate: '2026-10-01',
    });
    expect(byLine.status).toBe(200);
    expect(await api.units(BASIC_LINE, '2026-07', '2026-11-30')).toEqual([
      '2026-07-01..2026-07-31 10 66',
      '2026-08-01..2026-08-31 12 79.2',
      '2026-09-01..2026-09-30 13 85.8',
      '2026-10-01..2026-10-31 10 66',
      '2026-11-01..2026-11-30 10 66',
    ]);
  });

  it('in mid-period closes the open row and adds one with the new total, pro-rated by days', async () => {
    const api = client(await start());
    await api.adjust(MONTHLY, adjustment(2, '2026-07-17'));
    await api.adjust(MONTHLY, adjustment(-1, '2026-07-27'));
    expect(await api.units(BASIC_LINE, '2026-07', '2026-08-31')).toEqual([
      '2026-07-01..2026-07-16 10 34.06',
      '2026-07-17..2026-07-26 12 25.55',
      '2026-07-27..2026-07-31 11 11.71',
      '2026-08-01..2026-08-31 11 72.6',
    ]);
    const rows = (
      await api.query('ContractServiceUnits', [{ op: 'eq', field: 'contractServiceID', value: BASIC_LINE }])
    ).body.items;
    const ids = rows.map((row: { id: number }) => row.id);
    expect(ids).toEqual([...ids].sort((a: number, b: number) => a - b));
    expect(rows.at(-1).startDate).toBe('2026-07-27T00:00:00Z');
  });

  it('in mid-period adds a row with only the change under the other reading', async () => {
    const api = client(await start({ switches: { adjustmentReading: 'delta' } }));
    await api.adjust(MONTHLY, adjustment(2, '2026-07-17'));
    await api.adjust(MONTHLY, adjustment(-1, '2026-07-27'));
    expect(await api.units(BASIC_LINE, '2026-07', '2026-08-31')).toEqual([
      '2026-07-01..2026-07-31 10 66',
      '2026-07-17..2026-07-31 2 6.39',
      '2026-07-27..2026-07-31 -1 -1.06',
      '2026-08-01..2026-08-31 11 72.6',
    ]);
  });

  it('reprices from its date, with or without a change of units', async () => {
    const api = client(await start());
    await api.adjust(MONTHLY, adjustment(0, '2026-08-01', { adjustedUnitPrice: 7, adjustedUnitCost: 5.5 }));
    await api.adjust(MONTHLY, adjustment(1, '2026-09-01'));
    expect(await api.units(BASIC_LINE, '2026-07', '2026-09-30')).toEqual([
      '2026-07-01..2026-07-31 10 66',
      '2026-08-01..2026-08-31 10 70',
      '2026-09-01..2026-09-30 11 77',
    ]);
    const filter = [
      { op: 'eq', field: 'contractServiceID', value: BASIC_LINE },
      { op: 'eq', field: 'startDate', value: '2026-08-01' },
    ];
    expect((await api.query('ContractServiceUnits', filter)).body.items[0].cost).toBe(55);
    expect((await api.get(`ContractServices/${BASIC_LINE}`)).body.item).toMatchObject({
      unitPrice: 6.6,
      internalCurrencyAdjustedPrice: 7,
    });
  });

  it('changes nothing when it changes neither units nor price', async () => {
    const simulator = await start();
    const before = simulator.admin.units(MONTHLY);
    expect((await client(simulator).adjust(MONTHLY, adjustment(0, '2026-07-17'))).status).toBe(200);
    expect(simulator.admin.units(MONTHLY)).toEqual(before);
  });

  it('creates the contract service when there is none, and a second line with allowRepeatService only', async () => {
    const api = client(await start());
    await api.adjust(MONTHLY, { ...adjustment(4, '2026-08-01'), serviceID: 104 });
    const lines = async () =>
      (await api.get(`Contracts/${MONTHLY}/Services`)).body.items.map((row: { serviceID: number }) => row.serviceID);
    expect(await lines()).toEqual([101, 102, 104]);
    await api.adjust(MONTHLY, { ...adjustment(1, '2026-09-01'), serviceID: 104 });
    expect(await lines()).toEqual([101, 102, 104]);
    await api.adjust(MONTHLY, { ...adjustment(9, '2026-09-01', { allowRepeatService: true }), serviceID: 104 });
    expect(await lines()).toEqual([101, 102, 104, 104]);
    expect((await api.units(8004, '2026-09-01'))[0]).toBe('2026-09-01..2026-09-30 5 22');
    expect((await api.units(8005))[0]).toBe('2026-09-01..2026-09-30 9 39.6');
  });

  it('goes down to zero and keeps its rows, but not below', async () => {
    const api = client(await start());
    expect((await api.adjust(MONTHLY, adjustment(-11, '2026-08-01'))).body.errors[0]).toMatch(/below zero/);
    await api.adjust(MONTHLY, adjustment(-10, '2026-09-01'));
    expect((await api.units(BASIC_LINE, '2026-09-01'))[0]).toBe('2026-09-01..2026-09-30 0 0');
    expect((await api.adjust(MONTHLY, adjustment(-1, '2026-08-01'))).status, 'a planned change counts').toBe(500);
    await api.adjust(MONTHLY, adjustment(5, '2026-10-01'));
    expect((await api.adjust(MONTHLY, adjustment(-2, '2026-08-01'))).status, 'a later rise does not help').toBe(500);
  });
});

describe('a refused adjustment', () => {
  const windowText =
    'ContractServiceAdjustment effectiveDate must be between the start date and end date of the Contract referenced by contractID.';

  it.each([
    ['before the contract', MONTHLY, adjustment(1, '2025-12-31'), windowText],
    ['after the contract', MONTHLY, adjustment(1, '2029-01-01'), windowText],
    ['on a contract of another type', HOURS, adjustment(1, '2026-08-01'), 'must be of type Recurring Service'],
    ['of an inactive service', MONTHLY, adjustment(1, '2026-08-01', { serviceID: 106 }), 'serviceID of type: Service'],
    [
      'of a yearly service on a monthly contract',
      MONTHLY,
      adjustment(1, '2026-08-01', { serviceID: 103 }),
      'period type',
    ],
    ['of a monthly service on a yearly contract', YEARLY, adjustment(1, '2026-08-01'), 'period type'],
    ['of half a seat', MONTHLY, adjustment(0.5, '2026-08-01'), 'not a valid integer'],
    ['beyond int32', MONTHLY, adjustment(3_000_000_000, '2026-08-01'), 'Int32'],
    ['without a date', MONTHLY, { serviceID: BASIC, unitChange: 1 }, 'Missing Required Field: effectiveDate'],
    ['without a service', MONTHLY, { unitChange: 1, effectiveDate: '2026-08-01' }, 'Missing Required Field: serviceID'],
    ['of an unknown service', MONTHLY, adjustment(1, '2026-08-01', { serviceID: 9 }), 'serviceID of type: Service'],
    ['on an unknown contract', 5, adjustment(1, '2026-08-01'), 'contractID of type: Contract'],
  ])('%s changes nothing', async (_name, contractID, body, text) => {
    const simulator = await start();
    const before = simulator.admin.state().tables;
    const answer = await client(simulator).adjust(contractID, body);
    expect(answer.status).toBe(500);
    expect(answer.body.errors.join()).toContain(text);
    expect(simulator.admin.state().tables).toEqual(before);
  });

  it('is the second one of a contract service on one date inside a period, unless the switch allows it', async () => {
    const simulator = await start();
    const api = client(simulator);
    await api.adjust(MONTHLY, adjustment(1, '2026-08-15'));
    const before = simulator.admin.state().tables;
    const second = await api.adjust(MONTHLY, adjustment(1, '2026-08-15T00:00:00Z'));
    expect(second.body).toEqual({ errors: ['Attempt to insert duplicate data into contract_service_period'] });
    expect(simulator.admin.state().tables).toEqual(before);
    expect((await api.adjust(MONTHLY, { ...adjustment(1, '2026-08-15'), serviceID: 102 })).status).toBe(200);
    simulator.admin.switches.patch({ refuseSameDateAdjustment: 'never' });
    expect((await api.adjust(MONTHLY, adjustment(1, '2026-08-15'))).status).toBe(200);
    expect((await api.units(BASIC_LINE, '2026-09-01'))[0]).toBe('2026-09-01..2026-09-30 12 79.2');
  });

  it('may raise again on its date what is to be fewer from there on', async () => {
    const api = client(await start());
    await api.adjust(MONTHLY, adjustment(-6, '2026-09-01'));
    expect((await api.adjust(MONTHLY, adjustment(6, '2026-09-01'))).status).toBe(200);
    expect((await api.adjust(MONTHLY, adjustment(-10, '2026-08-15'))).status).toBe(200);
    expect((await api.units(BASIC_LINE, '2026-09-01'))[0]).toBe('2026-09-01..2026-09-30 0 0');
  });

  it('is not the second one on the first day of a period, whose row is there anyway, unless the switch says always', async () => {
    const simulator = await start();
    const api = client(simulator);
    await api.adjust(MONTHLY, adjustment(1, '2026-08-01'));
    expect((await api.adjust(MONTHLY, adjustment(2, '2026-08-01'))).status).toBe(200);
    expect((await api.units(BASIC_LINE, '2026-08-01'))[0]).toBe('2026-08-01..2026-08-31 13 85.8');
    simulator.admin.switches.patch({ refuseSameDateAdjustment: 'always' });
    expect((await api.adjust(MONTHLY, adjustment(1, '2026-08-01'))).body.errors.join()).toContain('duplicate data');
  });

  it('becomes possible by the switches for what the sources leave open', async () => {
    const simulator = await start({
      switches: { refusePeriodMismatch: false, refuseInactiveService: false, refuseNegativeTotal: false },
    });
    const api = client(simulator);
    expect((await api.adjust(MONTHLY, adjustment(1, '2026-08-01', { serviceID: 103 }))).status).toBe(200);
    expect((await api.adjust(MONTHLY, adjustment(1, '2026-08-01', { serviceID: 106 }))).status).toBe(200);
    expect((await api.adjust(MONTHLY, adjustment(-11, '2026-08-01'))).status).toBe(200);
    expect((await api.adjust(INACTIVE, adjustment(1, '2026-08-01'))).status).toBe(200);
    simulator.admin.switches.patch({ inactiveContractAcceptsAdjustments: false });
    expect((await api.adjust(INACTIVE, adjustment(1, '2026-09-01'))).status).toBe(500);
  });
});

describe('contract services', () => {
  it('begin without unit rows, and never give adjustedPrice back', async () => {
    const api = client(await start());
    const sent = {
      contractID: MONTHLY,
      serviceID: 104,
      adjustedPrice: 4,
      invoiceDescription: 'Mail',
      internalDescription: 'in',
    };
    const { itemId } = (await api.post(`Contracts/${MONTHLY}/Services`, sent)).body;
    const { item } = (await api.get(`ContractServices/${itemId}`)).body;
    expect(item).toMatchObject({ unitPrice: 4.4, internalCurrencyAdjustedPrice: 4, invoiceDescription: 'Mail' });
    expect(item).not.toHaveProperty('adjustedPrice');
    expect(await api.units(itemId)).toEqual([]);
    const byPrice = await api.query('ContractServices', [{ op: 'eq', field: 'adjustedPrice', value: 4 }]);
    expect(byPrice.status).toBe(500);
    await api.adjust(MONTHLY, { ...adjustment(2, '2026-08-01'), serviceID: 104 });
    expect((await api.units(itemId))[0]).toBe('2026-08-01..2026-08-31 2 8');
  });

  it('take a new price without a date from the first day that is not posted', async () => {
    const simulator = await start();
    const api = client(simulator);
    simulator.admin.postPeriod({ contractID: MONTHLY, throughDate: '2026-07-31' });
    const patched = await api.patch(`Contracts/${MONTHLY}/Services`, { id: BASIC_LINE, adjustedPrice: 6 });
    expect(patched.body).toEqual({ itemId: BASIC_LINE });
    expect(await api.units(BASIC_LINE, '2026-07', '2026-08-31')).toEqual([
      '2026-07-01..2026-07-31 10 66',
      '2026-08-01..2026-08-31 10 60',
    ]);
    expect(await api.units(PREMIUM_LINE, '2026-08-01', '2026-08-31')).toEqual(['2026-08-01..2026-08-31 5 100']);
  });

  it('keep their prices when the service in the catalogue changes', async () => {
    const api = client(await start());
    await api.patch('Services', { id: BASIC, unitPrice: 99 });
    await api.adjust(MONTHLY, adjustment(1, '2026-08-01'));
    expect(await api.units(BASIC_LINE, '2026-08-01', '2026-08-31')).toEqual(['2026-08-01..2026-08-31 11 72.6']);
  });

  it('hold customer currency, and internalCurrency* scaled by the rate saved with them', async () => {
    const api = client(await start());
    const { item } = (await api.get('ContractServices/8003')).body;
    expect(item).toMatchObject({ unitPrice: 6, internalCurrencyUnitPrice: 6.6, internalCurrencyAdjustedPrice: 10.45 });
    await api.patch('Currencies', { id: 2, exchangeRate: 2 });
    await api.adjust(EURO, adjustment(1, '2026-08-01'));
    const rows = (await api.query('ContractServiceUnits', [{ op: 'eq', field: 'contractServiceID', value: 8003 }])).body
      .items;
    expect(rows[7]).toMatchObject({ units: 8, price: 76, internalCurrencyPrice: 83.6 });
  });

  it("take the price list price in the customer's currency if there is one", async () => {
    const priceListServices = [{ id: 1, serviceID: 104, currencyID: 2, unitPrice: 3.99 }];
    const api = client(await start({ world: worldWith({ priceListServices }) }));
    await api.adjust(EURO, adjustment(1, '2026-08-01', { serviceID: 104 }));
    expect((await api.get('ContractServices/8004')).body.item).toMatchObject({ unitPrice: 3.99 });
  });
});

describe('bundles', () => {
  it('have the same engine: lines, units and adjustments that change only units', async () => {
    const serviceBundles = [{ id: 1, name: 'Starter', unitPrice: 30 }];
    const api = client(await start({ world: worldWith({ serviceBundles }) }));
    expect((await api.post('ServiceBundles/1/Services', { serviceID: 101 })).status).toBe(200);
    expect((await api.get('ServiceBundles/1')).body.item.unitCost).toBe(5.1);
    const body = {
      contractID: MONTHLY,
      serviceBundleID: 1,
      unitChange: 3,
      effectiveDate: '2026-08-01',
      adjustedUnitPrice: 1,
    };
    expect((await api.post('ContractServiceBundleAdjustments', body)).body).toEqual({ itemId: null });
    const rows = (await api.query('ContractServiceBundleUnits', ALL, { MaxRecords: 1 })).body.items;
    expect(rows[0]).toMatchObject({ units: 3, price: 90, startDate: '2026-08-01T00:00:00Z' });
    expect((await api.delete('ServiceBundles/1')).status).toBe(500);
  });
});
