-- The day whose billing differs: that of the reconciliation, or the first one after it that tells a price.
ALTER TABLE "Drift" ADD COLUMN "day" DATE NOT NULL DEFAULT CURRENT_DATE;
ALTER TABLE "Drift" ALTER COLUMN "day" DROP DEFAULT;
