-- Lanes of one engine queue are drained together.
CREATE INDEX "Lane_queue_idx" ON "Lane"("tenantId", "connectionId", "queueName");
