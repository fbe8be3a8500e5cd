-- What the writer of the audit log does with an entry, in one statement each instead of one for each row: under load the
-- round trips are most of what an entry costs. `src/audit/log.ts` is their only caller.

-- Details as they are kept: at most 16 KiB, else which there were.
CREATE FUNCTION audit_details(p_known jsonb, p_added jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN octet_length(joined::text) <= 16 * 1024 + 4 * 1024 THEN joined
    ELSE jsonb_build_object('truncated', true, 'note', 'The details were larger than 16 KiB.',
      'keys', (SELECT jsonb_agg(key) FROM (SELECT key FROM jsonb_object_keys(joined) key LIMIT 50) keys)) END
  -- Its text has spaces that JSON does not need: hence the quarter more.
  FROM (SELECT p_known || coalesce(p_added, '{}') AS joined) j
$$;

-- Organizations in one order, so that two appenders cannot wait for each other.
CREATE FUNCTION audit_append_many(p_events jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  e record;
BEGIN
  FOR e IN
    SELECT * FROM jsonb_to_recordset(p_events) AS x("tenantId" uuid, "organizationId" uuid, "entryId" uuid,
      "type" "AuditEventType", "from" "AuditStatus", "to" "AuditStatus", "message" text, "data" jsonb, "at" int)
    ORDER BY "organizationId", "at"
  LOOP
    PERFORM audit_append(e."tenantId", e."organizationId", e."entryId", e."type", e."from", e."to", e."message", e."data");
  END LOOP;
END
$$;

-- Entries with their first events.
CREATE FUNCTION audit_open(p_entries jsonb, p_events jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "AuditLog" SELECT * FROM jsonb_populate_recordset(NULL::"AuditLog", p_entries);
  PERFORM audit_append_many(p_events);
END
$$;

-- Changes an entry that stands where `p_from` says (NULL: anywhere), and appends what is told of it, after `p_before` of
-- other entries. `p_to` NULL: its status stays. Answers the entry as it is now, or nothing when it stands elsewhere; then nothing was changed.
CREATE FUNCTION audit_change(
  p_tenant uuid, p_organization uuid, p_entry uuid, p_from "AuditStatus"[], p_to "AuditStatus", p_patch jsonb, p_events jsonb,
  p_before jsonb
) RETURNS SETOF "AuditLog" LANGUAGE plpgsql AS $$
DECLARE
  entry "AuditLog";
  was "AuditStatus";
  moment timestamptz;
  ends boolean := p_to IN ('SUCCEEDED', 'FAILED', 'CANCELED');
  error jsonb := p_patch -> 'error';
BEGIN
  SELECT * INTO entry FROM "AuditLog" a WHERE a."tenantId" = p_tenant AND a."id" = p_entry FOR UPDATE;
  IF NOT FOUND OR NOT coalesce(entry."status" = ANY (p_from), true) THEN RETURN; END IF;
  was := entry."status";
  -- An entry is made by the clock of a gateway; it does not end before.
  moment := greatest(date_trunc('milliseconds', clock_timestamp()), entry."createdAt");
  UPDATE "AuditLog" a SET
    "status" = coalesce(p_to, was),
    "details" = audit_details(a."details", p_patch -> 'details'),
    "summary" = coalesce(p_patch ->> 'summary', a."summary"),
    "attempts" = coalesce((p_patch ->> 'attempts')::int, a."attempts"),
    "targetKind" = coalesce(p_patch -> 'target' ->> 'kind', a."targetKind"),
    "targetId" = coalesce((p_patch -> 'target' ->> 'id')::uuid, a."targetId"),
    "targetName" = coalesce(p_patch -> 'target' ->> 'name', a."targetName"),
    "connectionId" = coalesce((p_patch ->> 'connectionId')::uuid, a."connectionId"),
    "customerId" = coalesce((p_patch -> 'customer' ->> 'id')::uuid, a."customerId"),
    "customerName" = coalesce(p_patch -> 'customer' ->> 'name', a."customerName"),
    "errorClass" = CASE WHEN p_to = 'SUCCEEDED' THEN NULL WHEN error IS NULL THEN a."errorClass" ELSE error ->> 'class' END,
    "errorCode" = CASE WHEN p_to = 'SUCCEEDED' THEN NULL WHEN error IS NULL THEN a."errorCode" ELSE error ->> 'code' END,
    "errorMessage" = CASE WHEN p_to = 'SUCCEEDED' THEN NULL WHEN error IS NULL THEN a."errorMessage" ELSE error ->> 'message' END,
    "errorHint" = CASE WHEN p_to = 'SUCCEEDED' THEN NULL WHEN error IS NULL THEN a."errorHint" ELSE error ->> 'hint' END,
    "retryable" = CASE WHEN error IS NULL THEN a."retryable" ELSE coalesce((error ->> 'retryable')::boolean, false) END,
    "instanceId" = CASE WHEN ends THEN NULL WHEN p_patch ? 'instanceId' THEN (p_patch ->> 'instanceId')::uuid ELSE a."instanceId" END,
    "startedAt" = CASE WHEN p_to IS NOT NULL AND was = 'PENDING' THEN moment ELSE a."startedAt" END,
    "finishedAt" = CASE WHEN ends THEN moment ELSE a."finishedAt" END
  WHERE a."tenantId" = p_tenant AND a."id" = p_entry
  RETURNING a.* INTO entry;
  PERFORM audit_append_many(p_before || (
    SELECT jsonb_agg(e || jsonb_build_object('tenantId', p_tenant, 'organizationId', p_organization, 'entryId', p_entry,
      'from', CASE WHEN e ->> 'type' = 'STATUS' THEN was ELSE entry."status" END, 'to', entry."status",
      'at', jsonb_array_length(p_before) + at))
    FROM jsonb_array_elements(p_events) WITH ORDINALITY x(e, at)
    -- It stands there already: only what else is told is new.
    WHERE NOT (e ->> 'type' = 'STATUS' AND was = entry."status" AND jsonb_array_length(p_events) > 1)));
  RETURN NEXT entry;
END
$$;
