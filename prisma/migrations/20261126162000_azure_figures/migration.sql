-- The figures a month's cost is the sum of: so a reservation stays with the plan it was billed with.
ALTER TABLE "LaneOperation" ADD COLUMN "figures" UUID[] NOT NULL DEFAULT '{}';

-- Of what was sent before, as the entries tell it: one that was tried again is linked to the one that names the parts.
WITH RECURSIVE told AS (
  SELECT o."tenantId", o."organizationId", o."id", o."effectiveDate" AS "month", a."parentId", a."details" -> 'parts' AS "parts"
  FROM "LaneOperation" o JOIN "AuditLog" a ON a."tenantId" = o."tenantId" AND a."id" = o."auditLogId"
  WHERE o."kind" = 'costPush' AND o."figures" = '{}'
  UNION ALL
  SELECT t."tenantId", t."organizationId", t."id", t."month", a."parentId", a."details" -> 'parts'
  FROM told t JOIN "AuditLog" a ON a."tenantId" = t."tenantId" AND a."id" = t."parentId"
  WHERE t."parts" IS NULL
), sums AS (
  SELECT t."tenantId", t."id", array_agg(f."id") AS "figures", min(f."currency") AS "currency",
    count(DISTINCT f."currency") AS "currencies"
  FROM told t CROSS JOIN LATERAL jsonb_array_elements(t."parts") p
  CROSS JOIN LATERAL (SELECT u."id", u."currency" FROM "AzureUsage" u WHERE u."tenantId" = t."tenantId"
    AND u."organizationId" = t."organizationId" AND u."month" = t."month" AND u."cloudSubscriptionId" = (p ->> 'id')::uuid
    AND u."cost" = (p ->> 'cost')::numeric AND u."price" IS NOT DISTINCT FROM (p ->> 'price')::numeric
    ORDER BY u."revision" DESC LIMIT 1) f
  GROUP BY t."tenantId", t."id"
)
UPDATE "LaneOperation" o SET "figures" = s."figures",
  -- Its amounts are in the currency they were recorded in, not in whatever the connection has (R9).
  "target" = CASE WHEN s."currencies" = 1 THEN jsonb_build_object('currency', s."currency") || o."target" ELSE o."target" END
FROM sums s WHERE o."tenantId" = s."tenantId" AND o."id" = s."id";
