-- How many steps of its plan were left when a step was stored.
ALTER TABLE "Step" ADD COLUMN "remaining" INTEGER NOT NULL DEFAULT 0;
