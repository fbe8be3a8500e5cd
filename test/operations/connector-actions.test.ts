import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, reference, referenceSubject } from '../../src/connectors/kit/index.js';
import { done, entryOf, settled } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';

/** A connector with every extension point, on its own PSA: what no other connector of ours has. */
const world = createWorld({ pageOverflow: 1, priceDecimals: 4 });
let psa: Awaited<ReturnType<typeof referenceSubject.start>>;
let app: TestApp;
let connectionId: string;

beforeAll(async () => {
  psa = await referenceSubject.start(world);
  app = await createTestApp({ connectors: [psa.connector] });
  const credentials = { raw: { connectorId: reference.id, credentials: psa.credentials } };
  const input = { alias: 'Reference', currency: 'USD', credentials };
  const { connection, auditLog } = await done(app.csp, 'createConnectorConnection', input);
  expect((await settled(app.csp, auditLog.id)).status).toBe('SUCCEEDED');
  connectionId = connection?.id ?? '';
});
afterAll(async () => {
  await app?.close();
  await psa?.close();
});

const RUN = `mutation ($input: RunConnectorActionInput!) {
  runConnectorAction(input: $input) { message details auditLog { id } userErrors { code message path } }
}`;
interface Ran {
  readonly message: string | null;
  readonly details: object | null;
  readonly auditLog: { readonly id: string };
  readonly userErrors: readonly { readonly code: string; readonly message: string; readonly path: readonly string[] }[];
}

async function run(action: string, input: object): Promise<Ran> {
  const variables = { input: { connectionId, action, input } };
  return (await app.csp.query<{ runConnectorAction: Ran }>(RUN, variables)).runConnectorAction;
}

describe('what a connector has beyond the neutral words', () => {
  it('is told with the connector', async () => {
    const document = `{ connectors { id contractVersion writeDetails { name } lookupColumns { company { name title } contract { name } }
      actions { name title effect input { name required secret } } } }`;
    const { connectors } = await app.csp.query<{ connectors: object[] }>(document);
    expect(connectors).toEqual([
      {
        id: 'reference',
        contractVersion: '^1.0.0',
        writeDetails: [{ name: 'revision' }],
        lookupColumns: { company: [{ name: 'city', title: 'City' }], contract: [] },
        actions: [
          {
            ...{ name: 'countItems', title: 'Count the items of an agreement', effect: 'read' },
            input: [{ name: 'contractId', required: true, secret: false }],
          },
        ],
      },
    ]);
  });

  it('is shown with records', async () => {
    const document = 'query ($id: ID!) { remoteCompanies(connectionId: $id, prefix: "Acme T") { name columns } }';
    const { remoteCompanies } = await app.csp.query<{ remoteCompanies: object[] }>(document, { id: connectionId });
    expect(remoteCompanies).toEqual([{ name: 'Acme Trading', columns: { city: 'Springfield' } }]);
  });

  it('can be run, and is an entry without the values that were given', async () => {
    const ran = await run('countItems', { contractId: psa.id('contract', 'monthly') });
    expect(ran).toMatchObject({ message: '3 items.', details: { Items: 3 }, userErrors: [] });
    const entry = await entryOf(app.csp, ran.auditLog.id);
    expect(entry.status).toBe('SUCCEEDED');
    expect(entry.details).toEqual({ action: 'countItems', effect: 'read', message: '3 items.', values: { Items: 3 } });
  });

  it('is refused with the reason where there is no such action or its input is wrong', async () => {
    const unknown = await run('explode', {});
    expect(unknown.userErrors).toMatchObject([{ code: 'UNKNOWN_ACTION', path: ['input', 'action'] }]);
    expect(unknown.userErrors[0]?.message).toContain('It has: countItems.');
    const missing = await run('countItems', {});
    expect(missing.userErrors).toMatchObject([{ path: ['input', 'input', 'contractId'] }]);
    expect((await entryOf(app.csp, missing.auditLog.id)).status).toBe('FAILED');
  });
});
