-- From an audit log entry to the operation it carries.
CREATE INDEX "LaneOperation_tenantId_auditLogId_idx" ON "LaneOperation"("tenantId", "auditLogId");
