import type { World } from '../../simulators/autotask/index.js';
import { addDays, addMonths } from '../../src/delivery/period.js';
import type { TestApp } from './app.js';
import { LAST_MONTH } from './dates.js';
import { createStage, type Stage } from './stage.js';
import { monthlyService, testWorld } from './world.js';

const FIRST_CONTRACT = 100_000;

/** A PSA with many contracts of Contoso that bill 5 units of one service each, and here and there 6, set by a hand. */
export function bulkWorld(count: number, { every }: { readonly every: number }): World {
  const world = testWorld();
  const startDate = LAST_MONTH;
  const endDate = addDays(addMonths(startDate, 6), -1);
  const ids = Array.from({ length: count }, (_, at) => FIRST_CONTRACT + at);
  return {
    ...world,
    contracts: [
      ...(world.contracts ?? []),
      ...ids.map((id) => ({ id, companyID: 201, contractName: `Bulk ${id}`, startDate, endDate })),
    ],
    lines: ids.map((contractID, at) => ({
      ...{ contractID, serviceID: Number(monthlyService(0)), unitPrice: 10, unitCost: 8 },
      units: at % every === 0 ? 6 : 5,
    })),
  };
}

/**
 * Maps as many cloud subscriptions of 5 units to those contracts. As rows, copied from one that was mapped by the API: mapping
 * thousands one by one is not what is tested.
 */
export async function bulkStage(app: TestApp, count: number): Promise<Stage> {
  const stage = await createStage(app);
  const { externalId, mappingId } = await stage.subscribe({ quantity: 5 });
  const template = `"CloudSubscription" WHERE "externalId" = '${externalId}'`;
  const of = 'generate_series(0, $1::int - 1) at';
  const columnsOf = async (table: string, ...changed: readonly string[]) => {
    const found = await app.database.sql<{ name: string }>(
      `SELECT quote_ident(column_name) AS name FROM information_schema.columns WHERE table_name = $1
       AND column_name <> ALL ($2)`,
      [table, changed],
    );
    return found.map(({ name }) => name).join(', ');
  };
  const subscription = await columnsOf('CloudSubscription', 'id', 'externalId');
  await app.database.sql(
    `INSERT INTO "CloudSubscription" ("id", "externalId", ${subscription})
     SELECT gen_random_uuid(), 'bulk-' || at, ${subscription} FROM ${template.replace(' WHERE', ` t, ${of} WHERE`)}`,
    [count],
  );
  const price = await columnsOf('SubscriptionPrice', 'cloudSubscriptionId');
  await app.database.sql(
    `INSERT INTO "SubscriptionPrice" ("cloudSubscriptionId", ${price}) SELECT s."id", ${price
      .split(', ')
      .map((name) => `p.${name}`)
      .join(', ')}
     FROM "CloudSubscription" s, "SubscriptionPrice" p WHERE s."externalId" LIKE 'bulk-%'
       AND p."cloudSubscriptionId" = (SELECT "id" FROM ${template})`,
  );
  const mapping = await columnsOf('Mapping', 'id', 'cloudSubscriptionId', 'remoteId', 'lineRef');
  await app.database.sql(
    `INSERT INTO "Mapping" ("id", "cloudSubscriptionId", "remoteId", ${mapping})
     SELECT gen_random_uuid(), s."id", (${FIRST_CONTRACT} + replace(s."externalId", 'bulk-', '')::int)::text, ${mapping
       .split(', ')
       .map((name) => `m.${name}`)
       .join(', ')}
     FROM "CloudSubscription" s, "Mapping" m WHERE s."externalId" LIKE 'bulk-%' AND m."id" = $1`,
    [mappingId.replace(/^map_s(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')],
  );
  await app.database.sql(
    `INSERT INTO "Lane" ("tenantId", "id", "organizationId", "connectionId", "queueName")
     SELECT "tenantId", "id", "organizationId", "connectionId", "connectionId" || '/0' FROM "Mapping" m
     WHERE m."kind" = 'SUBSCRIPTION' ON CONFLICT DO NOTHING`,
  );
  await app.database.sql('ANALYZE');
  return stage;
}
