-- Which mappings bill or billed a line of a contract in a vendor's instance, over all connections of the tenant to it, and
-- since when a write of one is unanswered; not whose they are. A view reads as its owner. The instance is named as in
-- src/delivery/budget.ts. What a person stated of a write does not keep it from landing.
CREATE VIEW "ContractLine" AS
SELECT m."tenantId", c."connectorId" || ':' || coalesce(c."instanceKey", c."id"::text) AS "instance", m."remoteId" AS "contractId",
  m."serviceId", m."id" AS "mappingId", m."deletedAt" IS NULL AS "live", l."queueName",
  (SELECT max(s."sentAt") FROM "LaneOperation" o
    JOIN "Step" s ON s."tenantId" = o."tenantId" AND s."operationId" = o."id"
    WHERE o."tenantId" = m."tenantId" AND o."laneId" = m."id"
      AND (s."state" NOT IN ('APPLIED', 'REFUSED') OR s."result" -> 'stated' IS NOT NULL)) AS "unansweredAt"
FROM "Mapping" m
JOIN "Connection" c ON c."tenantId" = m."tenantId" AND c."id" = m."connectionId"
JOIN "Lane" l ON l."tenantId" = m."tenantId" AND l."id" = m."id"
WHERE m."kind" = 'SUBSCRIPTION' AND (m."tenantId" = app_tenant() OR current_user = 'connector_gateway_system');
GRANT SELECT ON "ContractLine" TO connector_gateway_organization, connector_gateway_system;

CREATE INDEX "Mapping_contract_idx" ON "Mapping"("tenantId", "remoteId") WHERE "kind" = 'SUBSCRIPTION';
