import { describe, expect, it } from 'vitest';
import { client, faults, start } from './support.js';

const FULL = {
  product: { id: 101 },
  quantity: 15,
  unitPrice: 18.4,
  unitCost: 15.2,
  billCustomer: 'Billable',
  effectiveDate: '2026-11-23T00:00:00Z',
};
const replace = (path: string, value: unknown) => ({ op: 'replace', path, value });

describe('a new addition', () => {
  it('is answered as the record, with what follows from its product', async () => {
    const api = client(await start());
    const { status, body } = await api.add(FULL);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      ...FULL,
      product: { id: 101, identifier: 'M365-BB' },
      agreementId: 1001,
      cancelledDate: null,
      extPrice: 276,
      taxableFlag: true,
      billedQuantity: 0,
      agreementStatus: 'Active',
      _info: { lastUpdated: '2026-07-20T10:00:00Z', updatedBy: 'gateway' },
    });
    expect(await api.ids('finance/agreements/1001/additions')).toEqual([501, 502, body.id]);
  });

  it('takes price, cost and date from its product and today', async () => {
    const { body } = await client(await start()).add({ product: { identifier: 'M365-BP' }, billCustomer: 'NoCharge' });
    expect(body).toMatchObject({ quantity: 1, unitPrice: 20, unitCost: 16.5, effectiveDate: '2026-07-20T00:00:00Z' });
  });

  it.each([
    ['no product', { product: undefined }, ['product MissingRequiredField']],
    [
      'neither product nor billing',
      { product: undefined, billCustomer: undefined },
      ['product MissingRequiredField', 'billCustomer MissingRequiredField'],
    ],
    ['an unknown product', { product: { id: 999 } }, ['product InvalidReference']],
    ['an inactive product', { product: { id: 104 } }, ['product InvalidReference']],
    ['a bundle', { product: { id: 105 } }, ['product InvalidReference']],
    ['a text as quantity', { quantity: '15' }, ['quantity InvalidType']],
    ['a quantity below 0', { quantity: -1 }, ['quantity OutOfRange']],
    ['a plain date', { effectiveDate: '2026-11-23' }, ['effectiveDate InvalidType']],
    ['a date before the agreement', { effectiveDate: '2025-12-31T00:00:00Z' }, ['effectiveDate OutOfRange']],
    ['an end before its start', { cancelledDate: '2026-11-22T00:00:00Z' }, ['cancelledDate OutOfRange']],
    ['another word for billing', { billCustomer: 'Yes' }, ['billCustomer InvalidEnum']],
    ['a long serial number', { serialNumber: 'x'.repeat(51) }, ['serialNumber MaxLength']],
  ])('with %s is refused', async (_what, change, expected) => {
    const simulator = await start();
    const answer = await client(simulator).add({ ...FULL, ...change });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'InvalidObject', message: 'addition object is invalid' },
    });
    expect(faults(answer)).toEqual(expected);
    expect(simulator.admin.additions(1001)).toHaveLength(2);
  });

  it.each([
    [1003, 400],
    [1004, 400],
    [1006, 201],
  ])('on agreement %i: %i', async (agreement, status) => {
    expect((await client(await start()).add(FULL, agreement)).status).toBe(status);
  });

  it('needs JSON', async () => {
    const simulator = await start();
    expect((await client(simulator, { 'content-type': 'text/plain' }).add('{}')).status).toBe(415);
    expect((await client(simulator).add('{"product"')).status).toBe(400);
    expect((await client(simulator).add([FULL])).status).toBe(400);
  });
});

describe('a PATCH', () => {
  it('changes bare fields, in order, and nothing else', async () => {
    const api = client(await start());
    const { status, body } = await api.patch(501, [
      replace('quantity', 12),
      replace('cancelledDate', '2026-11-22T00:00:00Z'),
    ]);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: 501,
      quantity: 12,
      unitPrice: 6.6,
      cancelledDate: '2026-11-22T00:00:00Z',
      extPrice: 79.2,
    });
    expect((await api.patch(501, [{ op: 'remove', path: 'cancelledDate' }])).body.cancelledDate).toBeNull();
  });

  it.each([
    ['an object', { op: 'replace', path: 'quantity', value: 1 }],
    ['no operation', []],
    ['another operation', [{ op: 'Replace', path: 'quantity', value: 1 }]],
    ['a JSON pointer', [replace('/quantity', 1)]],
    ['another casing', [replace('Quantity', 1)]],
    ['no value', [{ op: 'replace', path: 'quantity' }]],
    ['a field of the system', [replace('billedQuantity', 1)]],
    ['a text as number', [replace('quantity', '1')]],
    ['an end before its start', [replace('cancelledDate', '2025-12-31T00:00:00Z')]],
  ])('with %s is refused', async (_what, body) => {
    const simulator = await start();
    expect((await client(simulator).patch(501, body)).status).toBe(400);
    expect(simulator.admin.journal.counters().commits).toBeUndefined();
  });

  it('of a sub-path may answer 200 without doing anything', async () => {
    const simulator = await start();
    const { status, body } = await client(simulator).patch(501, [replace('product/id', 102)]);
    expect([status, body.product.id]).toEqual([200, 101]);
    simulator.admin.switches.patch({ subPathPatch: 'refused' });
    expect((await client(simulator).patch(501, [replace('product/id', 102)])).status).toBe(400);
  });

  it('of one that is not there, or on another agreement: 404', async () => {
    const api = client(await start());
    expect((await api.patch(999, [replace('quantity', 1)])).status).toBe(404);
    const other = await api.call('PATCH', 'finance/agreements/1002/additions/501', [replace('quantity', 1)]);
    expect(other.status).toBe(404);
  });
});

describe('the other verbs', () => {
  it('PUT takes back what is not sent', async () => {
    const api = client(await start());
    await api.patch(501, [replace('cancelledDate', '2026-11-22T00:00:00Z')]);
    const { body } = await api.call('PUT', 'finance/agreements/1001/additions/501', FULL);
    expect(body).toMatchObject({ id: 501, quantity: 15, cancelledDate: null });
  });

  it('DELETE is refused with 409 once it was invoiced', async () => {
    const simulator = await start();
    const api = client(simulator);
    expect((await api.call('DELETE', 'finance/agreements/1001/additions/502')).status).toBe(204);
    expect(simulator.admin.runInvoicing(1001)).toEqual({ billed: [501], nextInvoiceDate: '2026-02-01T00:00:00Z' });
    expect((await api.call('DELETE', 'finance/agreements/1001/additions/501')).status).toBe(409);
    expect((await api.call('GET', 'finance/agreements/1001/additions/501')).body).toMatchObject({ billedQuantity: 10 });
  });

  it('may round prices', async () => {
    const api = client(await start({ switches: { priceDecimals: 2 } }));
    expect((await api.add({ ...FULL, unitPrice: 1.005 })).body.unitPrice).toBe(1);
    expect((await client(await start()).add({ ...FULL, unitPrice: 1.005 })).body.unitPrice).toBe(1.005);
  });
});
