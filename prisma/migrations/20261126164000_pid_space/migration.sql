-- Where an instance's process id means one process. Null: it cannot be told, or the instance is of an older version.
ALTER TABLE "Instance" ADD COLUMN "pidSpace" TEXT;
