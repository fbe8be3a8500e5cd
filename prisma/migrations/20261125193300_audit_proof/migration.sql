-- The audit log, provable from outside: docs/decisions/0010-audit-proof.md.

-- An event also proves what its entry said at that moment, so that the lists are as provable as the history.
ALTER TABLE "AuditLogEvent" ADD COLUMN "entryHash" BYTEA;

-- The first byte names the form, so that columns can join it later. Not in it: "instanceId", which says who works on it.
CREATE FUNCTION audit_entry_hash(a "AuditLog") RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT '\x01'::bytea || sha256(convert_to(jsonb_build_array(
    a."tenantId", a."organizationId", a."id", a."operation", a."status", a."actorKind", a."actorId", a."actorName",
    a."targetKind", a."targetId", a."targetName", a."connectionId", a."customerId", a."customerName",
    a."correlationId", a."requestId", a."parentId", a."attempts", a."dryRun", a."summary", a."details",
    a."errorClass", a."errorCode", a."errorMessage", a."errorHint", a."retryable", a."idempotencyKey", a."inputHash",
    to_char(a."createdAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS'),
    to_char(a."startedAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS'),
    to_char(a."finishedAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS')
  )::text, 'UTF8'))
$$;

-- As before, and where there is one the hash of the entry at the end.
DROP FUNCTION audit_event_hash(bytea, uuid, uuid, bigint, uuid, "AuditEventType", "AuditStatus", "AuditStatus", text, jsonb, timestamptz);
CREATE FUNCTION audit_event_hash(
  prev bytea, tenant uuid, organization uuid, seq bigint, entry uuid, type "AuditEventType",
  from_status "AuditStatus", to_status "AuditStatus", message text, data jsonb, at timestamptz, entry_hash bytea DEFAULT NULL
) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(prev || convert_to((jsonb_build_array(
    tenant, organization, seq, entry, type, from_status, to_status, message, data,
    to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS')
  ) || CASE WHEN entry_hash IS NULL THEN '[]' ELSE jsonb_build_array(encode(entry_hash, 'hex')) END)::text, 'UTF8'))
$$;

CREATE OR REPLACE FUNCTION audit_append(
  p_tenant uuid, p_organization uuid, p_entry uuid, p_type "AuditEventType",
  p_from "AuditStatus", p_to "AuditStatus", p_message text, p_data jsonb
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  head "AuditHead";
  moment timestamptz;
  entry_hash bytea;
  digest bytea;
BEGIN
  SELECT * INTO head FROM "AuditHead" WHERE "tenantId" = p_tenant AND "organizationId" = p_organization FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO "AuditHead" VALUES (p_tenant, p_organization, 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM "AuditHead" WHERE "tenantId" = p_tenant AND "organizationId" = p_organization FOR UPDATE;
  END IF;
  -- After the lock, so that the entry is read as whoever held it has left it.
  SELECT audit_entry_hash(a) INTO entry_hash FROM "AuditLog" a WHERE a."tenantId" = p_tenant AND a."id" = p_entry;
  moment := date_trunc('milliseconds', clock_timestamp());
  digest := audit_event_hash(head.hash, p_tenant, p_organization, head.seq + 1, p_entry, p_type,
    p_from, p_to, p_message, p_data, moment, entry_hash);
  INSERT INTO "AuditLogEvent" ("tenantId", "organizationId", "seq", "auditLogId", "type", "fromStatus", "toStatus",
    "message", "data", "at", "prevHash", "hash", "entryHash")
  VALUES (p_tenant, p_organization, head.seq + 1, p_entry, p_type, p_from, p_to,
    p_message, p_data, moment, head.hash, digest, entry_hash);
  UPDATE "AuditHead" SET "seq" = head.seq + 1, "hash" = digest
    WHERE "tenantId" = p_tenant AND "organizationId" = p_organization;
  PERFORM pg_notify('audit', p_organization::text);
  RETURN head.seq + 1;
END
$$;

-- Checkpoints -----------------------------------------------------------------------------------------------------------

-- What stood at the end of an organization's log, signed by a key the database does not have. `statement` is what was
-- signed; the columns repeat it for queries.
CREATE TABLE "AuditCheckpoint" (
  "tenantId" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "number" INTEGER NOT NULL,
  "seq" BIGINT NOT NULL,
  "hash" BYTEA NOT NULL,
  "period" TEXT,
  "floor" BIGINT NOT NULL DEFAULT 0,
  "floorHash" BYTEA,
  "floorAt" TIMESTAMPTZ(3),
  "statement" TEXT NOT NULL,
  "keyId" TEXT NOT NULL,
  "signature" BYTEA NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL,
  "deliveredAt" TIMESTAMPTZ(3),
  CONSTRAINT "AuditCheckpoint_pkey" PRIMARY KEY ("tenantId", "organizationId", "number")
);
-- The last event of an entry that outlives its history: what the entry must still look like.
CREATE TABLE "AuditKeptEntry" (
  "tenantId" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "seq" BIGINT NOT NULL,
  "auditLogId" UUID NOT NULL,
  "entryHash" BYTEA,
  CONSTRAINT "AuditKeptEntry_pkey" PRIMARY KEY ("tenantId", "organizationId", "seq")
);
CREATE INDEX "AuditCheckpoint_undelivered" ON "AuditCheckpoint"("tenantId", "organizationId", "number") WHERE "deliveredAt" IS NULL;
CREATE INDEX "AuditKeptEntry_tenantId_auditLogId_seq_idx" ON "AuditKeptEntry"("tenantId", "auditLogId", "seq");
ALTER TABLE "AuditKeptEntry" ADD FOREIGN KEY ("tenantId", "auditLogId") REFERENCES "AuditLog"("tenantId", "id");

CREATE FUNCTION audit_floor(p_tenant uuid, p_organization uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce(max("floor"), 0) FROM "AuditCheckpoint"
  WHERE "tenantId" = p_tenant AND "organizationId" = p_organization AND "deliveredAt" IS NOT NULL
$$;

-- The signature is beyond the database. What is not: that a checkpoint says what is there, and that a floor ends a month.
CREATE FUNCTION check_checkpoint() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM "AuditLogEvent" e WHERE e."tenantId" = NEW."tenantId" AND e."organizationId" = NEW."organizationId"
      AND e."seq" = NEW."seq" AND e."hash" = NEW."hash") AND NEW."seq" > NEW."floor" THEN
    RAISE EXCEPTION 'There is no such event to make a checkpoint of' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW."floor" > audit_floor(NEW."tenantId", NEW."organizationId") AND NOT EXISTS (
      SELECT FROM "AuditLogEvent" e WHERE e."tenantId" = NEW."tenantId" AND e."organizationId" = NEW."organizationId"
      AND e."seq" = NEW."floor" AND e."hash" = NEW."floorHash" AND e."at" = NEW."floorAt"
      AND e."at" < date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC') THEN
    RAISE EXCEPTION 'Only closed months are given up' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER check_checkpoint BEFORE INSERT ON "AuditCheckpoint" FOR EACH ROW EXECUTE FUNCTION check_checkpoint();

CREATE FUNCTION refuse_but_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD."deliveredAt" IS NULL AND to_jsonb(NEW) - 'deliveredAt' = to_jsonb(OLD) - 'deliveredAt' THEN RETURN NEW; END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE ON "AuditCheckpoint" FOR EACH ROW EXECUTE FUNCTION refuse_but_delivery();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON "AuditCheckpoint" EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "AuditKeptEntry" EXECUTE FUNCTION refuse_change();

-- Retention -------------------------------------------------------------------------------------------------------------

-- Events go only below a floor that a delivered checkpoint has declared; entries only when finished before it.
CREATE FUNCTION refuse_uncovered_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM gone GROUP BY "tenantId", "organizationId" HAVING max("seq") > audit_floor("tenantId", "organizationId")) THEN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END
$$;
CREATE FUNCTION refuse_uncovered_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD."finishedAt" IS NULL OR OLD."status" NOT IN ('SUCCEEDED', 'FAILED', 'CANCELED') OR NOT EXISTS (
    SELECT FROM "AuditCheckpoint" c WHERE c."tenantId" = OLD."tenantId" AND c."organizationId" = OLD."organizationId"
      AND c."deliveredAt" IS NOT NULL AND c."floorAt" >= OLD."createdAt"
  ) THEN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END
$$;
DROP TRIGGER append_only ON "AuditLogEvent";
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON "AuditLogEvent" EXECUTE FUNCTION refuse_change();
CREATE TRIGGER kept_until_covered AFTER DELETE ON "AuditLogEvent" REFERENCING OLD TABLE AS gone EXECUTE FUNCTION refuse_uncovered_events();
DROP TRIGGER never_deleted ON "AuditLog";
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON "AuditLog" EXECUTE FUNCTION refuse_change();
CREATE TRIGGER kept_until_covered BEFORE DELETE ON "AuditLog" FOR EACH ROW EXECUTE FUNCTION refuse_uncovered_entries();

-- Before a floor is signed: remembers the entries that lose their last event and stay, because they are not finished or
-- something refers to them (a foreign key, or a later entry that they began).
CREATE FUNCTION audit_keep(p_tenant uuid, p_organization uuid, p_floor bigint) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  referred text;
BEGIN
  SELECT coalesce(string_agg(format(' OR EXISTS (SELECT FROM %s r WHERE r."tenantId" = a."tenantId" AND r.%I = a."id")',
      c.conrelid::regclass, t.attname), ''), '') INTO referred
    FROM pg_constraint c JOIN pg_attribute t ON t.attrelid = c.conrelid AND t.attnum = c.conkey[2]
    WHERE c.contype = 'f' AND c.confrelid = '"AuditLog"'::regclass
      AND c.conrelid NOT IN ('"AuditLogEvent"'::regclass, '"AuditKeptEntry"'::regclass);
  EXECUTE $sql$
    INSERT INTO "AuditKeptEntry" ("tenantId", "organizationId", "seq", "auditLogId", "entryHash")
    SELECT l."tenantId", l."organizationId", l."seq", l."auditLogId", l."entryHash" FROM (
      SELECT DISTINCT ON (e."auditLogId") e.* FROM "AuditLogEvent" e
      WHERE e."tenantId" = $1 AND e."organizationId" = $2 AND e."seq" <= $3 ORDER BY e."auditLogId", e."seq" DESC
    ) l JOIN "AuditLog" a ON a."tenantId" = l."tenantId" AND a."id" = l."auditLogId"
    WHERE NOT EXISTS (SELECT FROM "AuditLogEvent" e WHERE e."tenantId" = l."tenantId" AND e."auditLogId" = l."auditLogId" AND e."seq" > $3)
      AND (a."finishedAt" IS NULL OR a."status" NOT IN ('SUCCEEDED', 'FAILED', 'CANCELED')
        OR EXISTS (SELECT FROM "AuditLog" c JOIN "AuditLogEvent" e ON e."tenantId" = c."tenantId" AND e."auditLogId" = c."id" AND e."seq" > $3
          WHERE c."tenantId" = a."tenantId" AND c."organizationId" = a."organizationId" AND c."parentId" = a."id")
  $sql$ || referred || ') ON CONFLICT DO NOTHING' USING p_tenant, p_organization, p_floor;
END
$$;

-- After a floor was signed and delivered: removes the events below it and the entries that are not kept.
CREATE FUNCTION audit_remove(p_tenant uuid, p_organization uuid, OUT events bigint, OUT entries bigint) LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  below bigint := audit_floor(p_tenant, p_organization);
  gone uuid[];
BEGIN
  WITH removed AS (
    DELETE FROM "AuditLogEvent" WHERE "tenantId" = p_tenant AND "organizationId" = p_organization AND "seq" <= below
    RETURNING "auditLogId"
  ) SELECT count(*), coalesce(array_agg(DISTINCT "auditLogId"), '{}') INTO events, gone FROM removed;
  WITH removed AS (
    DELETE FROM "AuditLog" a WHERE a."tenantId" = p_tenant AND a."id" = ANY(gone)
      AND NOT EXISTS (SELECT FROM "AuditLogEvent" e WHERE e."tenantId" = a."tenantId" AND e."auditLogId" = a."id")
      AND NOT EXISTS (SELECT FROM "AuditKeptEntry" k WHERE k."tenantId" = a."tenantId" AND k."auditLogId" = a."id")
    RETURNING 1
  ) SELECT count(*) INTO entries FROM removed;
END
$$;
