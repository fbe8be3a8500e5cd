import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type CloudCockpitSimulator,
  customer,
  offer,
  sampleWorld,
  startCloudCockpitSimulator,
  subscription,
  uuid,
} from '../../simulators/cloudcockpit/index.js';
import { builtInSources } from '../../src/connectors/index.js';
import { valuesOf } from '../connectors/cloudcockpit/simulated.js';
import { connected, done, entries, settled } from '../support/acts.js';
import { createTestApp, type Gateway, type TestApp } from '../support/app.js';
import { type Caller, firstOf } from '../support/caller.js';
import { BOUGHT } from '../support/dates.js';
import { ENTRY, type Entry } from '../support/documents.js';
import { dumped } from '../support/leaks.js';
import { monthlyContract, monthlyService, PSA } from '../support/world.js';

/** From the marketplace's own API to a line that a PSA bills, without anybody pushing. */
let portal: CloudCockpitSimulator;
let app: TestApp;
let gateway: Gateway;
let csp: Caller;
const money = (value: number) => ({ value, currency: { name: 'USD' } });
const DATES = { startDate: `${BOUGHT}T00:00:00+00:00`, endDate: null, cancellationAllowedUntil: null };
const sold = (at: number, more: object = {}) =>
  subscription(at, { customer: 1, offer: 1 }, { listPrice: money(96), revenuePrice: money(120), ...DATES, ...more });

beforeAll(async () => {
  const world = {
    ...sampleWorld(),
    customers: [customer(1, 'Contoso'), customer(2, 'Sold by nobody', { resellerId: uuid(7, 1) })],
    offers: [offer(1, 'Office Seats')],
    subscriptions: [sold(1), sold(2, { subscriptionStatus: { name: 'Frozen' } })],
  };
  portal = await startCloudCockpitSimulator({ world });
  app = await createTestApp();
  const owner = await app.app.db.client.organization.findFirstOrThrow({ where: { name: 'First CSP' } });
  const uses = [{ source: 'cloudcockpit', organization: owner.id }];
  // The first page is refused because of volume; it is asked for again when the portal says.
  portal.admin.faults.add({ match: { entity: 'customers' }, action: { kind: 'status429', retryAfter: 1 } });
  const sources = { factories: builtInSources, values: valuesOf(portal), uses, cron: null };
  gateway = await app.another({ sources });
  // All gateways on one database need the same sources.
  await app.stop(app);
  csp = app.callersOf(gateway.url).csp;
});
afterAll(async () => {
  await app?.close();
  await portal?.close();
});

type Told = { auditLogEvents: { auditLog: Entry | null } };
const EVENTS = `subscription {
  auditLogEvents(after: "0", filter: { operations: ["PullSource"] }) { auditLog { ...AnEntry } }
} ${ENTRY}`;
const seen = new Set<string>();

/** The next pull that has ended. */
async function pulled(): Promise<Entry> {
  const ended = ({ auditLogEvents: { auditLog: pull } }: Told) =>
    pull !== null && !seen.has(pull.id) && /SUCCEEDED|FAILED/.test(pull.status);
  const { auditLogEvents } = await firstOf(csp.live<Told>(EVENTS), ended, 'a pull');
  const pull = auditLogEvents.auditLog as Entry;
  seen.add(pull.id);
  return pull;
}

const ask = () =>
  app.database.sql(
    `SELECT graphile_worker.add_job('pull-source', '{"source":"cloudcockpit"}', queue_name => 'source/cloudcockpit')`,
  );

it('a start pulls what is sold, waits as it is told, and names the rows that are refused', async () => {
  const pull = await pulled();
  expect(pull).toMatchObject({
    summary: 'Pulled the source "cloudcockpit": 5 rows read, 3 created, 0 updated, 0 unchanged, 2 refused.',
    details: {
      counts: { customers: { created: 1, refused: 1 }, offers: { created: 1 }, cloudSubscriptions: { created: 1 } },
      refused: [
        { where: `customers/${uuid(1, 2)}`, reasons: [expect.stringMatching(/^resellerId: /)] },
        { where: `subscriptions/${uuid(3, 2)}`, reasons: [expect.stringMatching(/^status: /)] },
      ],
    },
  });
  expect(pull.history.map(({ toStatus }) => toStatus)).toContain('RETRYING');
  const { cloudSubscriptions } = await csp.query<{ cloudSubscriptions: { nodes: object[] } }>(`{
    cloudSubscriptions(first: 5) { nodes {
      externalId quantity status startDate customer { companyName } price { unitCost unitPrice currency basis }
    } }
  }`);
  expect(cloudSubscriptions.nodes).toEqual([
    {
      ...{ externalId: uuid(3, 1), quantity: 5, status: 'ACTIVE', startDate: BOUGHT },
      ...{
        customer: { companyName: 'Contoso' },
        price: { unitCost: '96', unitPrice: '120', currency: 'USD', basis: 'PER_TERM' },
      },
    },
  ]);
});

it('a quantity that changes on the portal is delivered to the PSA by the next pull', async () => {
  const { id: connectionId } = await connected(csp);
  const { cloudSubscriptions } = await csp.query<{ cloudSubscriptions: { nodes: { id: string }[] } }>(
    '{ cloudSubscriptions(first: 5) { nodes { id } } }',
  );
  const [serviceId, contractId] = [monthlyService(0), monthlyContract(0)];
  const { auditLog } = await done(csp, 'syncSubscriptionToConnection', {
    ...{ connectionId, cloudSubscriptionId: cloudSubscriptions.nodes[0]?.id, companyId: PSA.company.contoso },
    ...{ serviceId, contractId },
  });
  expect((await settled(csp, auditLog.id)).status).toBe('SUCCEEDED');
  await ask();
  expect((await pulled()).summary).toContain('0 created, 0 updated, 3 unchanged');

  portal.admin.edit('subscriptions', uuid(3, 1), { quantity: 8 });
  await ask();
  const pull = await pulled();
  expect(pull.details).toMatchObject({ counts: { cloudSubscriptions: { updated: 1, refused: 1 } } });
  const [update] = await entries(csp, {
    operations: ['UpdateSubscriptionOnConnection'],
    correlationId: pull.correlationId,
  });
  expect(await settled(csp, update?.id ?? '')).toMatchObject({ status: 'SUCCEEDED' });
  const changes = app.simulator.admin.journal
    .list({ writes: true, committed: true })
    .filter(({ path }) => path.includes(`/Contracts/${contractId}/ServiceAdjustments`))
    .map(({ body }) => (body as { unitChange: number }).unitChange);
  expect(changes).toEqual([5, 3]);
});

it('a pull that fails says what to do, and the next one goes on', async () => {
  portal.admin.revokeTokens();
  portal.admin.faults.add({ match: { entity: 'token' }, action: 'status404' });
  await ask();
  expect(await pulled()).toMatchObject({
    status: 'FAILED',
    error: { class: 'protocol', code: 'TOKEN_REFUSED', hint: expect.stringContaining('CLOUDCOCKPIT_TOKEN_URL') },
  });
  await ask();
  expect((await pulled()).status).toBe('SUCCEEDED');
});

it('secret and tokens stand in no table and no log line', async () => {
  const secret = sampleWorld().clients[0]?.clientSecret ?? '';
  const text = [...gateway.logged, ...(await dumped(app.database)).values()].join('\n');
  expect(text).toContain('PullSource');
  expect(text).not.toContain(secret.slice(0, 12));
  expect(text).not.toContain('eyJ0eXAi.');
});
