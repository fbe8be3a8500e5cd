-- How changes are written: per connection, with what differs per customer.
ALTER TABLE "Connection" ADD COLUMN "policy" JSONB NOT NULL DEFAULT '{}';
ALTER TABLE "Mapping" ADD COLUMN "policy" JSONB;
ALTER TABLE "Mapping" ADD CONSTRAINT "Mapping_policy_of_customer" CHECK ("policy" IS NULL OR "kind" = 'CUSTOMER');

-- Planned and reported, not sent: the policy says watch only.
ALTER TYPE "OperationState" ADD VALUE 'HELD' BEFORE 'SUCCEEDED';
ALTER TABLE "LaneOperation" ADD COLUMN "movedTo" DATE;
ALTER TABLE "LaneOperation" ADD COLUMN "approved" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "LaneOperation" ADD COLUMN "fingerprint" TEXT;
