import { describe, expect, it } from 'vitest';
import { client, credentials, firstUser, MONTHLY, OTHER_BUSINESS, start, worldWith } from './support.js';

type Field = { name: string; picklistValues: { value: unknown; label: string }[] | null } & Record<string, unknown>;

describe('metadata', () => {
  it('tells what an entity can do and what the user may', async () => {
    const api = client(await start());
    expect((await api.get('ContractServiceAdjustments/entityInformation')).body.info).toEqual({
      name: 'ContractServiceAdjustment',
      canCreate: true,
      canDelete: false,
      canQuery: false,
      canUpdate: false,
      userAccessForCreate: 'All',
      userAccessForDelete: 'None',
      userAccessForQuery: 'None',
      userAccessForUpdate: 'None',
      hasUserDefinedFields: false,
      supportsWebhookCallouts: false,
    });
    const viaParent = await api.get(`Contracts/${MONTHLY}/ServiceAdjustments/entityInformation`);
    expect(viaParent.body.info.name).toBe('ContractServiceAdjustment');
  });

  it('gives fields with string picklist values, and read-only fields that are required on create', async () => {
    const api = client(await start());
    const { fields } = (await api.get('Services/entityInformation/fields')).body as { fields: Field[] };
    const period = fields.find((field) => field.name === 'periodType');
    expect(period).toMatchObject({ dataType: 'integer', isRequired: true, isReadOnly: true, isPickList: true });
    expect(period?.picklistValues?.map(({ value, label }) => [value, label])).toEqual([
      ['2', 'Monthly'],
      ['3', 'Quarterly'],
      ['4', 'Semi-Annual'],
      ['5', 'Yearly'],
    ]);
    const code = fields.find((field) => field.name === 'billingCodeID');
    expect(code).toMatchObject({ isReference: true, referenceEntityType: 'BillingCode', picklistValues: null });
    const userDefined = (await api.get('Companies/entityInformation/userDefinedFields')).body.fields;
    expect(userDefined[0]).toMatchObject({ name: 'CustomerRanking', description: null, referenceEntityType: null });
  });

  it('lets a tenant have its own picklist numbers, and goes by the labels', async () => {
    const picklists = { Contracts: { contractType: [{ value: '70', label: 'Recurring Service' }] } };
    const contracts = [{ id: 1, companyID: 201, contractType: 70, startDate: '2026-01-01' }];
    const api = client(await start({ world: worldWith({ picklists, contracts, lines: [] }) }));
    expect((await api.adjust(1, { serviceID: 101, unitChange: 1, effectiveDate: '2026-01-01' })).status).toBe(200);
  });
});

describe('permissions', () => {
  const permissions = { Companies: { create: 'None', query: 'Restricted' }, Contracts: { query: 'None' } } as const;
  const world = worldWith({ users: [{ ...firstUser(), permissions }] });

  it('show in entityInformation as texts, or as numbers by switch', async () => {
    const simulator = await start({ world });
    const info = async () => (await client(simulator).get('Companies/entityInformation')).body.info;
    expect(await info()).toMatchObject({
      canCreate: true,
      userAccessForCreate: 'None',
      userAccessForQuery: 'Restricted',
      userAccessForUpdate: 'All',
    });
    simulator.admin.switches.patch({ accessAsNumbers: true });
    expect(await info()).toMatchObject({ userAccessForCreate: 0, userAccessForQuery: 2, userAccessForUpdate: 1 });
  });

  it('refuse with 403, or by switch with 500 and the known text; Restricted goes through', async () => {
    const simulator = await start({ world });
    const api = client(simulator);
    const body = { companyName: 'X', companyType: 1, ownerResourceID: 29_682_885, phone: '1' };
    expect((await api.post('Companies', body)).status).toBe(403);
    expect((await api.get(`Contracts/${MONTHLY}`)).status).toBe(403);
    expect((await api.get('Companies/201')).body.item.id).toBe(201);
    simulator.admin.switches.patch({ permissionStatus: 500 });
    const refused = await api.post('Companies', body);
    expect(refused.status).toBe(500);
    expect(refused.body.errors[0]).toContain('does not have the adequate permissions');
    expect(simulator.admin.state().tables.Companies).toHaveLength(12);
  });

  it('make rows of other lines of business invisible, with everything that hangs on them', async () => {
    const lines = [{ contractID: OTHER_BUSINESS, serviceID: 101, units: 3 }];
    const users = [{ ...firstUser(), linesOfBusiness: [1] }];
    const simulator = await start({ world: worldWith({ users, lines }) });
    const api = client(simulator);
    const mine = { op: 'eq', field: 'contractID', value: OTHER_BUSINESS };
    expect((await api.get(`Contracts/${OTHER_BUSINESS}`)).body).toEqual({ item: null });
    expect(await api.ids('Contracts', [{ op: 'eq', field: 'id', value: OTHER_BUSINESS }])).toEqual([]);
    expect(await api.ids('ContractServices', [mine])).toEqual([]);
    expect(await api.ids('ContractServiceUnits', [mine])).toEqual([]);
    const refused = await api.adjust(OTHER_BUSINESS, { serviceID: 101, unitChange: 1, effectiveDate: '2026-08-01' });
    expect(refused.body.errors[0]).toMatch(/contractID of type: Contract/);
    expect((await api.patch('Contracts', { id: OTHER_BUSINESS, description: 'x' })).status).toBe(500);
    expect((await api.get(`Contracts/${MONTHLY}`)).body.item.id).toBe(MONTHLY);
    simulator.admin.users.patch(firstUser().username, { linesOfBusiness: [2], canSeeNoLineOfBusiness: false });
    expect(await api.ids('Contracts', [{ op: 'gt', field: 'id', value: 0 }])).toEqual([OTHER_BUSINESS]);
  });

  it('hide costs as 0 from a user who may not read them', async () => {
    const blind = { ...firstUser(), username: 'blind@example.test', canSeeCosts: false };
    const simulator = await start({ world: worldWith({ users: [firstUser(), blind] }) });
    const read = async (user: typeof blind, path: string) =>
      (await client(simulator, credentials(user)).get(path)).body.item;
    expect(await read(blind, 'Services/101')).toMatchObject({ unitCost: 0, unitPrice: 6.6 });
    expect(await read(blind, 'ContractServiceUnits/50000')).toMatchObject({ cost: 0, price: 66 });
    expect(await read({ ...blind, ...firstUser() }, 'Services/101')).toMatchObject({ unitCost: 5.1 });
  });
});
