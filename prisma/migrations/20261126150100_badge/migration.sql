-- The badge of a lane's mapping, computed anew (R66): green when nothing is unfinished, else what the oldest unfinished
-- operation says. The lane's row must be locked. VOLATILE, so that within a statement it sees what was locked and written
-- so far. What a write made known comes along: the line it is on, and that a first line is there.
CREATE FUNCTION refresh_badge(p_tenant uuid, p_lane uuid, p_line_ref text DEFAULT NULL, p_first boolean DEFAULT false)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "Mapping" SET "updatedAt" = now(), "lineRef" = coalesce(p_line_ref, "lineRef"),
    "state" = CASE WHEN "state" = 'PROCESSING' AND p_first THEN 'MAPPED' ELSE "state" END,
    "syncState" = (
      SELECT CASE coalesce((array_agg(o."state" ORDER BY o."position"))[1]::text, 'NONE')
        WHEN 'NONE' THEN 'SYNCED' WHEN 'FAILED' THEN 'OUT_OF_SYNC' WHEN 'NEEDS_REVIEW' THEN 'NEEDS_REVIEW'
        ELSE 'PENDING' END::"SyncState"
      FROM "LaneOperation" o WHERE o."tenantId" = p_tenant AND o."laneId" = p_lane
        AND o."state" NOT IN ('SUCCEEDED', 'CANCELED'))
  WHERE "tenantId" = p_tenant AND "id" = p_lane;
END
$$;
