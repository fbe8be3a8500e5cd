-- What the hashes of the audit log cover (src/audit/proof/chain.ts makes the same texts).

-- A moment as it is hashed. Years before Christ, and what is no moment, would else read like a year of our time, or like nothing.
CREATE FUNCTION audit_moment(at timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN at >= '0001-01-01 00:00:00+00' AND at < 'infinity' THEN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS')
    WHEN isfinite(at) THEN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS BC')
    ELSE at::text END
$$;

-- Form 2: "traceId" too. Entries whose last event has a hash of form 1 keep it until their next one.
CREATE OR REPLACE FUNCTION audit_entry_hash(a "AuditLog") RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT '\x02'::bytea || sha256(convert_to(jsonb_build_array(
    a."tenantId", a."organizationId", a."id", a."operation", a."status", a."actorKind", a."actorId", a."actorName",
    a."targetKind", a."targetId", a."targetName", a."connectionId", a."customerId", a."customerName",
    a."correlationId", a."requestId", a."parentId", a."attempts", a."dryRun", a."summary", a."details",
    a."errorClass", a."errorCode", a."errorMessage", a."errorHint", a."retryable", a."idempotencyKey", a."inputHash",
    audit_moment(a."createdAt"),
    audit_moment(a."startedAt"),
    audit_moment(a."finishedAt"), a."traceId"
  )::text, 'UTF8'))
$$;

CREATE OR REPLACE FUNCTION audit_event_hash(
  prev bytea, tenant uuid, organization uuid, seq bigint, entry uuid, type "AuditEventType",
  from_status "AuditStatus", to_status "AuditStatus", message text, data jsonb, at timestamptz, entry_hash bytea DEFAULT NULL
) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(prev || convert_to((jsonb_build_array(
    tenant, organization, seq, entry, type, from_status, to_status, message, data,
    audit_moment(at)
  ) || CASE WHEN entry_hash IS NULL THEN '[]' ELSE jsonb_build_array(encode(entry_hash, 'hex')) END)::text, 'UTF8'))
$$;
