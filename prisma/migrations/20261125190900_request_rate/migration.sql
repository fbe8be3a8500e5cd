-- How many requests each caller has made in the present minute, over all instances. Nobody needs it after a crash.
CREATE UNLOGGED TABLE "RequestRate" (
  "caller" TEXT NOT NULL,
  "minute" INTEGER NOT NULL,
  "taken" INTEGER NOT NULL,
  CONSTRAINT "RequestRate_pkey" PRIMARY KEY ("caller")
);
