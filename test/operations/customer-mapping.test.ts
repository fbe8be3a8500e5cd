import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { act, connect, connected, done, GOOD, pushCustomer, settled } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import type { Payload } from '../support/documents.js';
import { PSA } from '../support/world.js';

let app: TestApp;
let connectionId: string;
beforeAll(async () => {
  app = await createTestApp();
  connectionId = (await connected(app.csp)).id;
});
afterAll(() => app?.close());

const map = (customerId: string, companyId: string, on = connectionId): Promise<Payload> =>
  act(app.csp, 'createConnectionCustomerMapping', { connectionId: on, customerId, companyId });

describe('mapping a customer', () => {
  it('to a company of type customer succeeds with an entry (R23)', async () => {
    const customer = await pushCustomer(app.csp, { companyName: 'Contoso Ltd' });
    const { mapping, auditLog, userErrors } = await map(customer.id, PSA.company.contoso);
    expect(userErrors).toEqual([]);
    expect(mapping).toMatchObject({
      __typename: 'CustomerMapping',
      remoteId: PSA.company.contoso,
      remoteName: 'Contoso',
      state: 'MAPPED',
      warnings: [],
    });
    expect(auditLog).toMatchObject({
      operationLabel: 'Create Connection Customer Mapping',
      status: 'SUCCEEDED',
      customerName: 'Contoso Ltd',
      connectionId,
    });
  });

  it.each([
    ['of another type', PSA.company.prospect, 'R17', 'COMPANY_NOT_A_CUSTOMER', 'Prospect'],
    ['that is a vendor', PSA.company.vendor, 'R17', 'COMPANY_NOT_A_CUSTOMER', 'Vendor'],
    ['that is inactive', PSA.company.inactive, 'R17', 'COMPANY_INACTIVE', null],
  ])('to a company %s is refused (R17)', async (_what, companyId, rule, code, actual) => {
    const customer = await pushCustomer(app.csp);
    const { mapping, userErrors, auditLog } = await map(customer.id, companyId);
    expect(mapping).toBeNull();
    expect(userErrors).toEqual([
      expect.objectContaining({ __typename: 'MappingRuleError', rule, code, actual, path: ['input', 'companyId'] }),
    ]);
    expect(auditLog).toMatchObject({ status: 'FAILED', error: { class: 'MappingRule', code } });
  });

  it('to a company of another currency is refused (R9)', async () => {
    const customer = await pushCustomer(app.csp);
    const { userErrors, auditLog } = await map(customer.id, PSA.company.euro);
    expect(userErrors).toEqual([
      expect.objectContaining({
        __typename: 'CurrencyMismatchError',
        code: 'CURRENCY_MISMATCH',
        currency: 'USD',
        found: 'EUR',
      }),
    ]);
    expect(auditLog.status).toBe('FAILED');
    const inEuro = await connected(app.csp, { currency: 'EUR' });
    expect((await map(customer.id, PSA.company.euro, inEuro.id)).userErrors).toEqual([]);
  });

  it('to a company that does not exist is refused, and none is made (R18)', async () => {
    const customer = await pushCustomer(app.csp);
    for (const companyId of ['999999', 'no-id', '0']) {
      const { userErrors } = await map(customer.id, companyId);
      expect(userErrors).toEqual([
        expect.objectContaining({ __typename: 'VendorError', code: 'COMPANY_NOT_FOUND', retryable: false }),
      ]);
    }
    expect(app.simulator.admin.journal.list({ writes: true })).toEqual([]);
  });

  it('a second time is refused, naming the first mapping (R19)', async () => {
    const customer = await pushCustomer(app.csp);
    const first = await map(customer.id, PSA.company.contoso);
    const { userErrors, auditLog } = await map(customer.id, PSA.company.fabrikam);
    expect(userErrors).toEqual([
      expect.objectContaining({
        __typename: 'MappingConflictError',
        rule: 'R19',
        code: 'CUSTOMER_ALREADY_MAPPED',
        existingMapping: { id: first.mapping?.id },
      }),
    ]);
    expect(auditLog.status).toBe('FAILED');
  });

  it('on another connection too is allowed (R19 is per connection)', async () => {
    const customer = await pushCustomer(app.csp);
    const other = await connected(app.csp);
    expect((await map(customer.id, PSA.company.contoso)).userErrors).toEqual([]);
    expect((await map(customer.id, PSA.company.contoso, other.id)).userErrors).toEqual([]);
  });

  it('to the company of another customer is allowed with a warning (R20)', async () => {
    const [one, two] = [await pushCustomer(app.csp), await pushCustomer(app.csp)];
    await done(app.csp, 'createConnectionCustomerMapping', {
      connectionId,
      customerId: one.id,
      companyId: PSA.company.fabrikam,
    });
    const { mapping, userErrors } = await map(two.id, PSA.company.fabrikam);
    expect(userErrors).toEqual([]);
    expect(mapping?.warnings).toEqual([expect.stringContaining('R20')]);
  });

  it('that the marketplace deleted is refused like an unknown one (R21)', async () => {
    const customer = await pushCustomer(app.csp);
    const row = { externalId: customer.externalId, companyName: 'Gone', deleted: true };
    await done(app.csp, 'upsertCustomers', { items: [row] });
    const { userErrors } = await map(customer.id, PSA.company.contoso);
    expect(userErrors).toEqual([expect.objectContaining({ __typename: 'NotFoundError' })]);
  });

  it('on a connection that is not ACTIVE is refused with its status', async () => {
    const credentials = { autotask: { ...GOOD, integrationCode: 'WRONGCODE' } };
    const { connection, auditLog } = await connect(app.csp, { credentials });
    await settled(app.csp, auditLog.id);
    const customer = await pushCustomer(app.csp);
    const { userErrors } = await map(customer.id, PSA.company.contoso, connection?.id);
    expect(userErrors).toEqual([
      expect.objectContaining({
        __typename: 'ConnectionNotReadyError',
        code: 'CONNECTION_NOT_READY',
        status: 'INVALID',
      }),
    ]);
  });

  it('while the PSA refuses or fails tells the kind of failure and maps nothing', async () => {
    const customer = await pushCustomer(app.csp);
    for (const [action, code] of [
      ['html500', 'SERVER_ERROR_HTML'],
      ['dropBefore', 'CONNECTION_BROKEN'],
      ['status429', 'HOURLY_LIMIT'],
    ] as const) {
      app.simulator.admin.faults.add({ match: { entity: 'Companies', method: 'GET' }, action, times: 0 });
      const { mapping, userErrors, auditLog } = await map(customer.id, PSA.company.contoso);
      app.simulator.admin.faults.clear();
      expect([mapping, auditLog.status]).toEqual([null, 'FAILED']);
      expect(userErrors).toEqual([expect.objectContaining({ __typename: 'VendorError', code, retryable: true })]);
    }
    // Its hour is used up: nothing is sent until it begins anew.
    const paused = await map(customer.id, PSA.company.contoso);
    expect(paused.userErrors).toEqual([expect.objectContaining({ code: 'VENDOR_PAUSED', retryable: true })]);
  });
});
