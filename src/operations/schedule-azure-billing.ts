import { readAzureBills } from '../delivery/azure-bills.js';
import { addMonths } from '../delivery/period.js';
import { run } from './run.js';
import { canPushCosts, runAzureBilling } from './run-azure-billing.js';
import type { Services } from './services.js';
import { systemCaller } from './system-caller.js';

export const AZURE_SCHEDULE_TASK = 'schedule-azure-billing';
export const AZURE_TASK = 'azure-billing';
/** Every day: figures of the month before come in, and are corrected, over its first days. */
export const AZURE_CRON = '20 4 * * *';

/** What the schedule does: one job for each ACTIVE connection with mapped Azure plans and figures of the month before. */
export async function scheduleAzureBilling({ db, jobs, now }: Pick<Services, 'db' | 'jobs' | 'now'>): Promise<void> {
  const month = addMonths(`${now().toISOString().slice(0, 7)}-01`, -1);
  const connections = await db.client.$queryRaw<{ tenantId: string; organizationId: string; connectionId: string }[]>`
    SELECT c."tenantId"::text AS "tenantId", c."organizationId"::text AS "organizationId", c."id"::text AS "connectionId"
    FROM "Connection" c
    WHERE c."status" = 'ACTIVE' AND c."deletedAt" IS NULL
      AND EXISTS (SELECT 1 FROM "AzureUsage" u WHERE u."tenantId" = c."tenantId"
        AND u."organizationId" = c."organizationId" AND u."month" = ${month}::date)
      AND EXISTS (SELECT 1 FROM "Mapping" m
        JOIN "CloudSubscription" s ON s."tenantId" = m."tenantId" AND s."id" = m."cloudSubscriptionId"
        JOIN "OfferVariant" v ON v."tenantId" = s."tenantId" AND v."id" = s."offerVariantId"
        WHERE m."tenantId" = c."tenantId" AND m."connectionId" = c."id" AND m."kind" = 'SUBSCRIPTION'
          AND m."deletedAt" IS NULL AND v."offerType" = 'AZURE_PLAN')`;
  await db.transaction((tx) =>
    jobs.enqueue(
      tx,
      ...connections.map((connection) => ({
        task: AZURE_TASK,
        payload: { ...connection, month },
        key: `azure-billing:${connection.connectionId}`,
      })),
    ),
  );
}

/**
 * A connection's turn: the same verb as a person's, in the name of the gateway. Where nothing is new there is no entry; a cost
 * in another currency is told every day, because nobody asked and it is not billed.
 */
export async function billAzureMonth(services: Services, payload: Record<string, string>): Promise<void> {
  const { tenantId = '', organizationId = '', connectionId = '', month = '' } = payload;
  const scope = { tenantId, organizationId };
  const { client } = services.db;
  for (;;) {
    const ready = { ...scope, id: connectionId, status: 'ACTIVE' as const, deletedAt: null };
    const connection = await client.connection.findFirst({ where: ready, select: { connectorId: true } });
    if (!connection || !canPushCosts(services.connectors, connection.connectorId)) return;
    const { bills } = await readAzureBills(client, scope, connectionId, month);
    if (!bills.some(({ outcome }) => outcome === 'PUSHED' || outcome === 'OTHER_CURRENCY')) return;
    const { value } = await run(services, runAzureBilling, systemCaller(scope, services.newId), {
      connectionId,
      month,
    });
    if (!value || value.remaining === 0) return;
  }
}
