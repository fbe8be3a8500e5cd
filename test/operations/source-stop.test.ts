import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CloudCockpitSimulator, startCloudCockpitSimulator } from '../../simulators/cloudcockpit/index.js';
import { builtInSources } from '../../src/connectors/index.js';
import { type OpenedSources, openSources } from '../../src/connectors/opened-sources.js';
import { continueSourcePull } from '../../src/operations/continue-source-pull.js';
import { startPull } from '../../src/operations/pull-source.js';
import type { Services } from '../../src/operations/services.js';
import { valuesOf } from '../connectors/cloudcockpit/simulated.js';
import { useMarket } from '../marketplace/support.js';
import { createTestServices } from '../support/services.js';

/** The jobs are run by the test, so that a stop hits one in the middle. */
const market = useMarket();
let portal: CloudCockpitSimulator;
let sources: OpenedSources;
let services: Services;
beforeAll(async () => {
  portal = await startCloudCockpitSimulator();
  const now = () => new Date();
  const uses = [{ source: 'cloudcockpit', organization: market.cspA.organizationId }];
  sources = openSources(builtInSources, uses, { values: valuesOf(portal), now });
  services = { ...(await createTestServices(market.db, { now })), sources };
});
afterAll(async () => {
  await sources?.close();
  await portal?.close();
});

const payload = () => ({ ...market.cspA, source: 'cloudcockpit' });
const entry = async () => {
  const where = { operation: 'PullSource', organizationId: market.cspA.organizationId };
  return (await market.db.client.auditLog.findFirstOrThrow({ where })).status;
};
const waiting = () =>
  market.db.client.$queryRaw`SELECT count(*)::int AS "jobs" FROM graphile_worker._private_jobs j
    JOIN graphile_worker._private_tasks t ON t.id = j.task_id WHERE t.identifier = 'continue-source-pull'`;

test('a page that a stop cuts off is begun again by whoever comes next; the pull does not fail', async () => {
  await startPull(services, { source: 'cloudcockpit' });
  const fault = portal.admin.faults.add({ match: { entity: 'customers' }, action: 'hang' });
  const stop = new AbortController();
  const page = continueSourcePull(services, payload(), stop.signal);
  await expect.poll(() => portal.admin.faults.list().find(({ id }) => id === fault.id)?.hits).toBe(1);
  stop.abort();
  await page;
  expect([await entry(), await waiting()]).toEqual(['RUNNING', [{ jobs: 1 }]]);
  for (let pages = 0; pages < 6; pages += 1) await continueSourcePull(services, payload());
  expect(await entry()).toBe('SUCCEEDED');
});
