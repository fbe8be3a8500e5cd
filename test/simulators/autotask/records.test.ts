import { describe, expect, it } from 'vitest';
import { call, client, credentials, HOURS, MONTHLY, start } from './support.js';

const company = { companyName: 'New Company', companyType: 1, ownerResourceID: 29_682_885, phone: '555-0101' };
const contract = {
  companyID: 201,
  contractName: 'New contract',
  contractType: 7,
  contractPeriodType: 2,
  status: 1,
  startDate: '2026-03-22',
  endDate: '2027-03-21T00:00:00Z',
  timeReportingRequiresStartAndStopTimes: 0,
};
const service = { name: 'New service', billingCodeID: 1, periodType: 2, unitPrice: 3.3 };

describe('reading one record', () => {
  it('gives item null with 200 for a missing id', async () => {
    const answer = await client(await start()).get('Companies/99999');
    expect([answer.status, answer.body]).toEqual([200, { item: null }]);
  });

  it('gives camelCase names, dates at midnight UTC, and the fields of the list alike', async () => {
    const api = client(await start());
    const { item } = (await api.get(`Contracts/${MONTHLY}`)).body;
    expect(item).toMatchObject({ id: MONTHLY, companyID: 201, startDate: '2026-01-01T00:00:00Z', contractType: 7 });
    expect((await api.query('Contracts', [{ op: 'eq', field: 'id', value: MONTHLY }])).body.items).toEqual([item]);
  });

  it('lists the children of a parent with page details, and only its own', async () => {
    const api = client(await start());
    const list = (await api.get(`Contracts/${MONTHLY}/Services`)).body;
    expect(list.items.map((row: { serviceID: number }) => row.serviceID)).toEqual([101, 102]);
    expect(list.pageDetails).toMatchObject({ count: 2, nextPageUrl: null });
    expect((await api.get(`Contracts/${MONTHLY}/Services/8000`)).body.item.id).toBe(8000);
    expect((await api.get(`Contracts/${HOURS}/Services/8000`)).body.item).toBeNull();
  });
});

describe('creating', () => {
  it('answers 200 with the id, takes names in any casing and ignores unknown and system fields', async () => {
    const api = client(await start());
    const sent = {
      CompanyName: 'Any Casing',
      companytype: 1,
      OwnerResourceId: 29_682_885,
      PHONE: '1',
      bogus: 1,
      createDate: '2000-01-01',
    };
    const created = await api.post('Companies', sent);
    expect([created.status, created.body]).toEqual([200, { itemId: 212 }]);
    const { item } = (await api.get('Companies/212')).body;
    expect(item).toMatchObject({ companyName: 'Any Casing', isActive: true, createDate: '2026-07-20T10:00:00.000Z' });
    expect(item).not.toHaveProperty('bogus');
  });

  it('names every missing required field at once', async () => {
    const answer = await client(await start()).post('Companies', { companyName: 'X' });
    expect(answer.status).toBe(500);
    expect(answer.body.errors.join()).toMatch(/companyType.*ownerResourceID.*phone/);
  });

  it.each([
    [
      'a text beyond its length',
      'Companies',
      { ...company, companyName: 'x'.repeat(101) },
      /companyName exceeds the maximum length of 100/,
    ],
    [
      'a service name beyond the 100 really taken',
      'Services',
      { ...service, name: 'x'.repeat(101) },
      /maximum length of 100/,
    ],
    [
      'an unknown picklist value',
      'Companies',
      { ...company, companyType: 99 },
      /Value does not reference an existing entity for companyType/,
    ],
    [
      'a missing reference',
      'Companies',
      { ...company, ownerResourceID: 5 },
      /Reference value on field: ownerResourceID of type: Resource/,
    ],
    ['an inactive owner', 'Companies', { ...company, ownerResourceID: 29_682_886 }, /does not exist or is invalid/],
    ['an API user as owner', 'Companies', { ...company, ownerResourceID: 29_682_887 }, /does not exist or is invalid/],
    [
      'a billing code of another use',
      'Services',
      { ...service, billingCodeID: 2 },
      /billingCodeID of type: BillingCode/,
    ],
    [
      'a recurring contract without a period',
      'Contracts',
      { ...contract, contractPeriodType: null },
      /contractPeriodType/,
    ],
    ['an end before the start', 'Contracts', { ...contract, endDate: '2026-03-01' }, /startDate must be before/],
    ['a date that does not exist', 'Contracts', { ...contract, startDate: '2026-02-30' }, /DateTime/],
    ['text for a number', 'Services', { ...service, unitPrice: 'cheap' }, /number/],
    ['a list as body', 'Companies', [company], /JSON object/],
  ])('refuses %s', async (_name, entity, body, text) => {
    const simulator = await start();
    const before = simulator.admin.state().tables;
    const answer = await client(simulator).post(entity, body);
    expect(answer.status).toBe(500);
    expect(answer.body.errors[0]).toMatch(text);
    expect(simulator.admin.state().tables).toEqual(before);
  });

  it('creates children through their parent only, with the parent of the path', async () => {
    const api = client(await start());
    const created = await api.post(`Contracts/${MONTHLY}/Notes`, { title: 'T', description: 'D' });
    expect(created.body).toEqual({ itemId: 1 });
    expect((await api.get('ContractNotes/1')).body.item).toMatchObject({ contractID: MONTHLY, title: 'T' });
    const elsewhere = await api.post(`Contracts/${MONTHLY}/Notes`, { contractID: HOURS, title: 'T', description: 'D' });
    expect(elsewhere.body.errors[0]).toMatch(/contractID of type: Contract/);
    expect((await api.post('Contracts/1/Notes', { title: 'T', description: 'D' })).status).toBe(500);
  });

  it('needs a JSON content type, a body that can be read, and one that is not too large', async () => {
    const simulator = await start({ switches: { bodyLimit: 1000 } });
    const url = `${simulator.discoveryUrl}/V1.0/Companies`;
    const plain = await call('POST', url, company, { ...credentials(), 'Content-Type': 'text/plain' });
    expect([plain.status, typeof plain.body.Message]).toEqual([415, 'string']);
    const broken = await call('POST', url, '{"companyName":', credentials());
    expect([broken.status, typeof broken.body.Message]).toEqual([400, 'string']);
    const large = await call('POST', url, { ...company, phone: 'x'.repeat(2000) }, credentials());
    expect([large.status, typeof large.body.Message]).toEqual([413, 'string']);
  });
});

describe('changing', () => {
  it('PATCH changes what is sent and nothing else; null clears', async () => {
    const api = client(await start());
    expect((await api.patch('Companies', { id: 201, phone: '9', city: null })).body).toEqual({ itemId: 201 });
    const { item } = (await api.get('Companies/201')).body;
    expect(item).toMatchObject({ phone: '9', city: null, companyNumber: 'C-0201', companyName: 'Adventure Works' });
  });

  it('PUT turns every writable field that is not sent into null', async () => {
    const api = client(await start());
    expect((await api.put('Companies', { id: 201, ...company })).body).toEqual({ itemId: 201 });
    const { item } = (await api.get('Companies/201')).body;
    expect(item).toMatchObject({ companyName: 'New Company', companyNumber: null, city: null, isActive: null });
    expect(item.createDate).not.toBeNull();
    const refused = await api.put('Companies', { id: 201, companyName: 'Only a name' });
    expect(refused.body.errors.join()).toMatch(/Missing Required Field: companyType/);
  });

  it('refuses a change of a field that is read-only after create, and takes it unchanged', async () => {
    const api = client(await start());
    expect((await api.patch('Contracts', { id: MONTHLY, contractPeriodType: 5 })).body.errors[0]).toMatch(/read-only/);
    expect((await api.patch('Services', { id: 101, periodType: 5 })).body.errors[0]).toMatch(/read-only/);
    expect((await api.patch('Contracts', { id: MONTHLY, companyID: 201, contractName: 'Same company' })).status).toBe(
      200,
    );
    const line = { id: 8000, internalDescription: 'no' };
    expect((await api.patch(`Contracts/${MONTHLY}/Services`, line)).body.errors[0]).toMatch(
      /internalDescription is read-only/,
    );
  });

  it('takes the id from the body, and refuses a missing row with 500', async () => {
    const api = client(await start());
    expect((await api.patch('Companies', { phone: '9' })).body.errors[0]).toMatch(/id/);
    const missing = await api.patch('Companies', { id: 99_999, phone: '9' });
    expect([missing.status, missing.body.errors.length]).toEqual([500, 1]);
  });
});

describe('deleting', () => {
  it('gives the id back with 200, and refuses a missing row with 500', async () => {
    const api = client(await start());
    const charge = {
      name: 'Azure',
      chargeType: 1,
      datePurchased: '2026-07-01',
      unitQuantity: 1.5,
      unitPrice: 10,
      billingCodeID: 1,
    };
    const { itemId } = (await api.post(`Contracts/${MONTHLY}/Charges`, charge)).body;
    expect((await api.get(`ContractCharges/${itemId}`)).body.item).toMatchObject({
      billableAmount: 15,
      isBilled: false,
    });
    const deleted = await api.delete(`Contracts/${MONTHLY}/Charges/${itemId}`);
    expect([deleted.status, deleted.body]).toEqual([200, { itemId }]);
    const again = await api.delete(`Contracts/${MONTHLY}/Charges/${itemId}`);
    expect(again.status).toBe(500);
    expect(again.body.errors[0]).toMatch(/No matching records/);
  });
});
