import { afterEach, describe, expect, it } from 'vitest';
import { sampleWorld, type World } from '../../../simulators/connectwise/index.js';
import type { Diagnostic } from '../../../src/connectors/contract.js';
import { lines, type Simulated, secretText, simulated } from './simulated.js';

let at: Simulated;
afterEach(() => at?.simulator.close());

const without = (area: string) => (world: World) => {
  for (const member of world.members) member.role = { [area]: { inquire: 'None' } };
};
const told = (found: readonly Diagnostic[]) =>
  found.map(({ check, status, code }) => `${check} ${status}${code ? ` ${code}` : ''}`);

describe('the connection doctor', () => {
  it('passes a good connection; what may be written it cannot know', async () => {
    at = await simulated();
    const found = await lines(at.session);
    expect(told(found)).toEqual([
      'clientId pass',
      'site pass',
      'credentials pass',
      'permission.companies pass',
      'permission.catalog pass',
      'permission.agreements pass',
      'permission.agreements.write unverified',
      'permission.tableSetup pass',
      'currency pass',
      'visibility.companies pass',
    ]);
    expect(found[2]?.facts).toMatchObject({ instanceKey: expect.stringMatching(/^127\.0\.0\.1:\d+\/sample$/) });
    const role = ['System', 'Security Roles', 'the role of the API member'];
    expect(found[6]?.action?.where).toEqual([...role, 'Finance', 'Agreements', 'Add: All; Edit: All']);
  });

  it.each([
    ['another company', { companyId: 'other' }, ['clientId pass', 'site fail COMPANY_UNKNOWN']],
    [
      'a wrong key',
      { privateKey: secretText('wrong') },
      ['clientId pass', 'site pass', 'credentials fail SECRET_REJECTED'],
    ],
    ['no client id', { clientId: undefined }, ['clientId fail CLIENT_ID_MISSING']],
    [
      'another client id',
      { clientId: secretText('x') },
      ['clientId pass', 'site pass', 'credentials fail CLIENT_ID_REJECTED'],
    ],
    ['a foreign site', { site: 'psa.example.com' }, ['clientId pass', 'site fail FOREIGN_HOST']],
  ])('stops at %s', async (_what, credentials, expected) => {
    at = await simulated(undefined, { credentials });
    expect(told(await lines(at.session))).toEqual(expected);
  });

  it('takes 404 for refused keys, as the cloud may answer', async () => {
    const credentials = { privateKey: secretText('wrong') };
    at = await simulated(undefined, { switches: { wrongKeysStatus: 404 }, credentials });
    expect(told(await lines(at.session)).at(-1)).toBe('credentials fail SECRET_REJECTED');
  });

  it('uses the client id of the instance', async () => {
    const [clientId = ''] = sampleWorld().clientIds;
    at = await simulated(undefined, { clientId, credentials: { clientId: undefined } });
    expect(told(await lines(at.session))).toContain('credentials pass');
  });

  it.each([
    ['companies', 'permission.companies', 'Company Maintenance'],
    ['catalog', 'permission.catalog', 'Product Catalog'],
    ['agreements', 'permission.agreements', 'Agreements'],
    ['tableSetup', 'permission.tableSetup', 'Table Setup'],
  ])('names the row of the role that is missing: %s', async (area, check, row) => {
    at = await simulated(without(area));
    const found = (await lines(at.session)).find((line) => line.check === check);
    expect(found).toMatchObject({ status: 'fail', code: 'PERMISSION_MISSING', kind: 'permissionMissing' });
    expect(found?.action?.where).toContain(row);
  });

  it('tells of a currency that is not there, of cycles it does not understand, of companies it does not see', async () => {
    at = await simulated(
      (world) => {
        world.billingCycles = [{ id: 9, name: 'Lunar' }];
        for (const member of world.members) member.role = { companies: { inquire: 'My' } };
      },
      { currency: 'CHF' },
    );
    expect(told(await lines(at.session)).slice(-3)).toEqual([
      'permission.tableSetup warn',
      'currency fail CURRENCY_UNKNOWN',
      'visibility.companies warn',
    ]);
  });

  it('says of each step of the set-up what proves it', async () => {
    at = await simulated();
    const checks = new Set((await lines(at.session)).map(({ check }) => check));
    const { setupSteps, permissions } = at.connector.descriptor;
    expect(setupSteps.flatMap((step) => step.checks).filter((check) => !checks.has(check))).toEqual([]);
    expect(permissions.map(({ id }) => id).filter((id) => !checks.has(id))).toEqual([]);
  });
});
