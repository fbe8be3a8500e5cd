-- Row level security: the second layer of isolation (docs/decisions/0016). The roles are made by src/storage/roles.ts,
-- because they belong to the server. The owner of the tables is a member of connector_gateway_system and so sees all rows,
-- FORCE or not: later migrations and the job engine work as they always did.

GRANT USAGE ON SCHEMA public TO connector_gateway_organization, connector_gateway_tenant, connector_gateway_system;

-- For whom a transaction works. Absent: for nobody, and no row is seen.
CREATE FUNCTION app_tenant() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.tenant', true), '')::uuid $$;
CREATE FUNCTION app_organization() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.organization', true), '')::uuid $$;

-- What every table gets; a later migration calls it for its new tables. `p_own`: rows of one organization, by their columns
-- "tenantId" and "organizationId", which requests may read and add and, unless append-only, change. A table whose rows
-- requests see by another rule gets its own policies and grants instead.
CREATE FUNCTION protect_table(p_table text, p_own boolean, p_append_only boolean DEFAULT false) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', p_table);
  EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', p_table);
  EXECUTE format('CREATE POLICY system ON %I TO connector_gateway_system USING (true)', p_table);
  EXECUTE format('GRANT SELECT, INSERT%s ON %I TO connector_gateway_system',
    CASE WHEN p_append_only THEN '' ELSE ', UPDATE, DELETE' END, p_table);
  IF p_own THEN
    EXECUTE format('CREATE POLICY own ON %I TO connector_gateway_organization
      USING ("tenantId" = app_tenant() AND "organizationId" = app_organization())', p_table);
    EXECUTE format('GRANT SELECT, INSERT%s ON %I TO connector_gateway_organization',
      CASE WHEN p_append_only THEN '' ELSE ', UPDATE' END, p_table);
  END IF;
END
$$;
REVOKE EXECUTE ON FUNCTION protect_table(text, boolean, boolean) FROM PUBLIC;

-- Rows of one organization, and of nobody else.
SELECT protect_table(t, true) FROM unnest(ARRAY['ApiKey', 'SubscriptionPrice', 'Connection', 'Mapping', 'Lane', 'LaneOperation',
  'Reconciliation', 'Drift', 'AuditLog', 'AuditHead']) t;
SELECT protect_table(t, true, true) FROM unnest(ARRAY['AzureUsage', 'AuditLogEvent']) t;
SELECT protect_table('Step', true);
REVOKE DELETE ON "AuditLog", "Step" FROM connector_gateway_system;

-- The gateway's own: no request reads them.
SELECT protect_table(t, false) FROM unnest(ARRAY['DataKey', 'AuditCheckpoint']) t;
SELECT protect_table('AuditKeptEntry', false, true);
REVOKE DELETE ON "AuditCheckpoint" FROM connector_gateway_system;

-- An organization knows itself; a CSP its Resellers too.
SELECT protect_table('Organization', false);
GRANT SELECT ON "Organization" TO connector_gateway_organization, connector_gateway_tenant;
CREATE POLICY own ON "Organization" TO connector_gateway_organization, connector_gateway_tenant
  USING ("tenantId" = app_tenant() AND ("id" = app_organization() OR app_organization() = app_tenant()));

-- Sales (R4, R38): the seller's, and the CSP's where it takes part. As src/marketplace/visibility.ts.
SELECT protect_table(t, false) FROM unnest(ARRAY['Customer', 'CloudSubscription', 'Offer', 'OfferVariant']) t;
SELECT protect_table('SubscriptionChange', false, true);
GRANT SELECT, INSERT, UPDATE ON "Customer", "CloudSubscription", "Offer", "OfferVariant"
  TO connector_gateway_organization, connector_gateway_tenant;
GRANT SELECT, INSERT ON "SubscriptionChange" TO connector_gateway_organization, connector_gateway_tenant;
CREATE POLICY sale ON "Customer" TO connector_gateway_organization USING ("tenantId" = app_tenant()
  AND ("organizationId" = app_organization() OR ("cspParty" AND app_organization() = app_tenant())));
CREATE POLICY sale ON "CloudSubscription" TO connector_gateway_organization USING ("tenantId" = app_tenant()
  AND ("organizationId" = app_organization() OR ("cspParty" AND app_organization() = app_tenant())));
-- Offers: one's own, and those one's sales are of. The inner table is under its own policy.
CREATE POLICY bought ON "OfferVariant" TO connector_gateway_organization
  USING ("tenantId" = app_tenant() AND ("organizationId" = app_organization() OR EXISTS (SELECT FROM "CloudSubscription" s
    WHERE s."tenantId" = "OfferVariant"."tenantId" AND s."offerVariantId" = "OfferVariant"."id")))
  WITH CHECK ("tenantId" = app_tenant() AND "organizationId" = app_organization());
CREATE POLICY bought ON "Offer" TO connector_gateway_organization
  USING ("tenantId" = app_tenant() AND ("organizationId" = app_organization() OR EXISTS (SELECT FROM "OfferVariant" v
    JOIN "CloudSubscription" s ON s."tenantId" = v."tenantId" AND s."offerVariantId" = v."id"
    WHERE v."tenantId" = "Offer"."tenantId" AND v."offerId" = "Offer"."id")))
  WITH CHECK ("tenantId" = app_tenant() AND "organizationId" = app_organization());
CREATE POLICY sale ON "SubscriptionChange" TO connector_gateway_organization
  USING ("tenantId" = app_tenant() AND ("organizationId" = app_organization() OR EXISTS (SELECT FROM "CloudSubscription" s
    WHERE s."tenantId" = "SubscriptionChange"."tenantId" AND s."id" = "SubscriptionChange"."cloudSubscriptionId")))
  WITH CHECK ("tenantId" = app_tenant() AND "organizationId" = app_organization());

-- A recorded sale concerns others of the tenant (widenToTenant in src/storage/database.ts): a CSP may record its Resellers'
-- sales, a Reseller's rows may be of its CSP's offers, and whoever mapped a cloud subscription gets the change into its
-- lane and its log. What a sale does not touch (keys, connections' secrets, steps, drifts) stays out of reach.
CREATE POLICY tenant ON "Customer" TO connector_gateway_tenant USING ("tenantId" = app_tenant()
  AND (app_organization() = app_tenant() OR "organizationId" = app_organization()));
CREATE POLICY tenant ON "CloudSubscription" TO connector_gateway_tenant USING ("tenantId" = app_tenant()
  AND (app_organization() = app_tenant() OR "organizationId" = app_organization()));
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['Offer', 'OfferVariant', 'SubscriptionPrice', 'SubscriptionChange', 'Mapping', 'Lane', 'LaneOperation',
    'AuditLog', 'AuditLogEvent', 'AuditHead'] LOOP
    EXECUTE format('CREATE POLICY tenant ON %I TO connector_gateway_tenant USING ("tenantId" = app_tenant())', t);
  END LOOP;
END
$$;
GRANT SELECT, INSERT, UPDATE ON "SubscriptionPrice", "LaneOperation", "AuditLog", "AuditHead" TO connector_gateway_tenant;
GRANT SELECT, UPDATE ON "Mapping", "Lane" TO connector_gateway_tenant;
GRANT SELECT, INSERT ON "AuditLogEvent" TO connector_gateway_tenant;

-- That a cloud subscription is mapped, not by whom: it is billed once in a tenant (R37). A view reads as its owner.
CREATE VIEW "MappedSubscription" AS SELECT "tenantId", "cloudSubscriptionId" FROM "Mapping"
  WHERE "kind" = 'SUBSCRIPTION' AND "deletedAt" IS NULL
    AND ("tenantId" = app_tenant() OR current_user = 'connector_gateway_system');
GRANT SELECT ON "MappedSubscription" TO connector_gateway_organization, connector_gateway_system;

-- Not of any organization: processes, counters of requests, allowances that connections of several organizations share.
GRANT SELECT, INSERT, UPDATE, DELETE ON "Instance", "RequestRate", "VendorBudget", "VendorCall" TO connector_gateway_system;
GRANT SELECT ON "VendorBudget" TO connector_gateway_organization;
GRANT SELECT ON _prisma_migrations TO connector_gateway_system;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO connector_gateway_organization, connector_gateway_tenant, connector_gateway_system;

-- These act as the owner, so not everybody may call them.
REVOKE EXECUTE ON FUNCTION audit_keep(uuid, uuid, bigint), audit_remove(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_keep(uuid, uuid, bigint), audit_remove(uuid, uuid) TO connector_gateway_system;

-- Jobs are put into the engine's tables, which are its own: who may enqueue may not read them.
CREATE FUNCTION enqueue_jobs(p_jobs jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM graphile_worker.add_job(j."task", j."payload", queue_name => j."queueName", run_at => j."runAt",
    max_attempts => coalesce(j."maxAttempts", 25), job_key => j."key")
  FROM jsonb_to_recordset(p_jobs) AS j("task" text, "payload" json, "queueName" text, "runAt" timestamptz,
    "maxAttempts" int, "key" text);
END
$$;
REVOKE EXECUTE ON FUNCTION enqueue_jobs(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enqueue_jobs(jsonb)
  TO connector_gateway_organization, connector_gateway_tenant, connector_gateway_system;
