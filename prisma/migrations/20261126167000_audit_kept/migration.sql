-- What retention keeps of the audit log, and what it may remove.

-- As before, and an entry that was kept once is kept again with what it says now: it stays, so its newest event must prove it.
CREATE OR REPLACE FUNCTION audit_keep(p_tenant uuid, p_organization uuid, p_floor bigint) RETURNS void LANGUAGE plpgsql
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
        OR EXISTS (SELECT FROM "AuditKeptEntry" k WHERE k."tenantId" = a."tenantId" AND k."auditLogId" = a."id")
        OR EXISTS (SELECT FROM "AuditLog" c JOIN "AuditLogEvent" e ON e."tenantId" = c."tenantId" AND e."auditLogId" = c."id" AND e."seq" > $3
          WHERE c."tenantId" = a."tenantId" AND c."organizationId" = a."organizationId" AND c."parentId" = a."id")
  $sql$ || referred || ') ON CONFLICT DO NOTHING' USING p_tenant, p_organization, p_floor;
END
$$;

-- An entry goes when it is finished and its events are gone, which only a delivered floor lets go. Not judged by when it was
-- made: that is the clock of a gateway, which may be ahead of the database's, whose clock ends a month.
CREATE OR REPLACE FUNCTION refuse_uncovered_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD."finishedAt" IS NULL OR OLD."status" NOT IN ('SUCCEEDED', 'FAILED', 'CANCELED')
    OR audit_floor(OLD."tenantId", OLD."organizationId") = 0
    OR EXISTS (SELECT FROM "AuditLogEvent" e WHERE e."tenantId" = OLD."tenantId" AND e."auditLogId" = OLD."id")
  THEN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END
$$;
