-- What operators watch: the entries that are not settled yet, few among many.
CREATE INDEX "AuditLog_open_idx" ON "AuditLog"("status", "createdAt") WHERE "finishedAt" IS NULL;

-- The trace of the request that asked for an operation (W3C Trace Context), and where its delivery goes on with it.
ALTER TABLE "AuditLog" ADD COLUMN "traceId" TEXT;
ALTER TABLE "LaneOperation" ADD COLUMN "traceParent" TEXT;
