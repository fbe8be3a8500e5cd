-- The vendor's allowance, shared by all instances: calls counted in a rolling window, and slots for calls at once.
-- docs/decisions tells why a window and not a bucket of tokens. Nothing of the old bucket is worth keeping.

ALTER TABLE "VendorBudget"
  DROP COLUMN "tokens",
  DROP COLUMN "refilledAt",
  ADD COLUMN "head" BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN "calls" INTEGER[] NOT NULL DEFAULT '{}',
  ADD COLUMN "pausedUntil" TIMESTAMPTZ(3),
  ADD COLUMN "holdMs" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "holdUntil" TIMESTAMPTZ(3),
  ADD COLUMN "refusals" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "refusedAt" TIMESTAMPTZ(3),
  ADD COLUMN "quotaAskedAt" TIMESTAMPTZ(3),
  ADD COLUMN "quotaReadAt" TIMESTAMPTZ(3),
  ADD COLUMN "quotaLimit" INTEGER,
  ADD COLUMN "quotaUsed" INTEGER,
  ADD COLUMN "quotaOurs" INTEGER,
  ADD COLUMN "quotaWindowSeconds" INTEGER;
ALTER TABLE "VendorBudget" ALTER COLUMN "calls" DROP DEFAULT;
-- The row is rewritten with every turn: room on its page keeps that cheap.
ALTER TABLE "VendorBudget" SET (fillfactor = 20);

CREATE TABLE "VendorCall" (
  "key" TEXT NOT NULL,
  "id" UUID NOT NULL,
  "instanceId" UUID NOT NULL,
  "buckets" TEXT[] NOT NULL,
  "rank" INTEGER NOT NULL,
  "leaseMs" INTEGER NOT NULL,
  "askedAt" TIMESTAMPTZ(6) NOT NULL,
  "seenAt" TIMESTAMPTZ(6) NOT NULL,
  "startAt" TIMESTAMPTZ(6),
  "freeAt" TIMESTAMPTZ(6),
  "ended" BOOLEAN NOT NULL DEFAULT false,
  CONSTRAINT "VendorCall_pkey" PRIMARY KEY ("key", "id")
);
ALTER TABLE "VendorCall" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- The counts as of a moment, newest bucket first, only those that still count: a bucket counts until its last call is
-- older than the window, and a sixth of a bucket longer, because a call reaches the vendor a little after it was admitted.
CREATE FUNCTION vendor_window(head bigint, calls integer[], width float8, at timestamptz)
RETURNS integer[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  moment float8 := extract(epoch FROM at);
  -- A clock that went back must not open the window: its calls count as of the newest bucket.
  newest bigint := greatest(head, floor(moment / width)::bigint);
  oldest bigint := floor((moment - width * 60 - width / 6) / width)::bigint;
BEGIN
  RETURN (array_fill(0, ARRAY[least(newest - head, 62)::integer]) || calls)[1 : (newest - oldest + 1)::integer];
END $$;

CREATE FUNCTION vendor_used(head bigint, calls integer[], width float8, at timestamptz)
RETURNS integer LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(sum(n), 0)::integer FROM unnest(vendor_window(head, calls, width, at)) n;
$$;

-- How many milliseconds until so many of the counted calls have left the window. `calls` as of `at`.
CREATE FUNCTION vendor_relief(head bigint, calls integer[], width float8, at timestamptz, surplus integer)
RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  owed integer := surplus;
BEGIN
  FOR i IN REVERSE cardinality(calls)..1 LOOP
    owed := owed - calls[i];
    IF owed <= 0 THEN
      RETURN ceil(((head - i + 62) * width + width / 6 - extract(epoch FROM at)) * 1000);
    END IF;
  END LOOP;
  RETURN width * 60 * 1000;
END $$;

-- One turn of one instance at the turnstile of one vendor instance: tells which of its calls ended, asks for new ones, and
-- lets through whoever is next, of whichever instance. All turns of a key run one after the other under its row's lock.
--
-- rules    { windowSeconds, declared, share, background, linePeople, lineBackground, atOnce, holdMs, quota }
-- arrived  [{ id, buckets, rank, leaseMs, again }]     rank: 0 background, 1 people, 2 the vendor's own counter
--                                                      again: may have been let through since it was asked for
-- departed [{ id, sent, answered, refused, pauseMs }]  refused: by the vendor, because of too many at once
-- moment   of a simulation; null is the database's clock
-- returns  { answers: [[id, verdict, ms]], quotaDue, told }
--          verdicts: go (in ms); paused, budget, quota (come back in ms); a call that is not named waits in line.
--          told: how many other instances were notified on vendor_<instance>, payload { key, answers }.
CREATE FUNCTION vendor_turn(
  budget_key text, instance uuid, rules jsonb, arrived jsonb, departed jsonb, moment timestamptz DEFAULT NULL
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  b "VendorBudget";
  before "VendorBudget";
  w record;
  t timestamptz;
  width float8 := (rules ->> 'windowSeconds')::float8 / 60;
  share integer := (rules ->> 'share')::integer;
  background integer := (rules ->> 'background')::integer;
  -- By rank, the first two narrowed by what others use: the counter that tells of them must not be stopped by them.
  may integer[] := ARRAY[background, share, share];
  others integer;
  used integer;
  surplus integer;
  wait integer;
  hold interval;
  start timestamptz;
  full_buckets text[] := '{}';
  answers jsonb := '[]';
  told jsonb := '{}';
  quota_due boolean := false;
BEGIN
  -- Waiting for the disk under the lock of the key would cost more than it protects: should the server crash, the turns of
  -- its last half second are forgotten.
  PERFORM set_config('synchronous_commit', 'off', true);
  SELECT * INTO b FROM "VendorBudget" v WHERE v."key" = budget_key FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO "VendorBudget" ("key", "calls") VALUES (budget_key, '{}') ON CONFLICT DO NOTHING;
    SELECT * INTO b FROM "VendorBudget" v WHERE v."key" = budget_key FOR UPDATE;
  END IF;
  before := b;
  t := coalesce(moment, clock_timestamp());

  b."calls" := vendor_window(b."head", b."calls", width, t);
  b."head" := greatest(b."head", floor(extract(epoch FROM t) / width)::bigint);
  used := (SELECT coalesce(sum(n), 0) FROM unnest(b."calls") n);
  IF b."quotaReadAt" BETWEEN t - interval '15 minutes' AND t + interval '1 minute' THEN
    others := greatest(0, b."quotaUsed" - b."quotaOurs");
    share := floor(share * least(1, b."quotaLimit"::float8 / (rules ->> 'declared')::float8));
    background := floor(background * least(1, b."quotaLimit"::float8 / (rules ->> 'declared')::float8));
    may := ARRAY[
      least(background, floor(b."quotaLimit" * (rules ->> 'lineBackground')::float8) - others),
      least(share, floor(b."quotaLimit" * (rules ->> 'linePeople')::float8) - others),
      share];
  END IF;

  IF jsonb_array_length(departed) > 0 THEN
    IF departed @> '[{"refused": true}]' AND (b."refusedAt" IS NULL OR t NOT BETWEEN b."refusedAt" AND b."refusedAt" + interval '2 seconds') THEN
      -- Our slots were free before the vendor's. They are held longer for a while, and each time it happens for longer.
      b."refusals" := CASE WHEN b."refusedAt" > t - interval '1 day' THEN b."refusals" + 1 ELSE 1 END;
      b."holdMs" := CASE WHEN b."holdUntil" > t THEN least(2 * b."holdMs", 250) ELSE 60 END;
      b."holdUntil" := t + make_interval(mins => least(1440, 10 * 6 ^ least(b."refusals" - 1, 3))::integer);
      b."refusedAt" := t;
    END IF;
    hold := make_interval(secs => CASE WHEN b."holdUntil" > t THEN b."holdMs" ELSE (rules ->> 'holdMs')::integer END / 1000.0);
    UPDATE "VendorCall" c SET "ended" = true,
      "freeAt" = t + CASE WHEN NOT e."sent" THEN interval '0' WHEN e."answered" THEN hold ELSE interval '1 second' END
    FROM jsonb_to_recordset(departed) AS e("id" uuid, "sent" boolean, "answered" boolean)
    WHERE c."key" = budget_key AND c."id" = e."id";
    b."pausedUntil" := greatest(b."pausedUntil", (SELECT t + make_interval(secs => max(e."pauseMs") / 1000)
      FROM jsonb_to_recordset(departed) AS e("pauseMs" float8)));
  END IF;
  -- Nothing lies further ahead than this, unless the clock went back.
  IF b."pausedUntil" > t + make_interval(secs => width * 60) THEN
    b."pausedUntil" := t + make_interval(secs => width * 60);
  END IF;
  DELETE FROM "VendorCall" c WHERE c."key" = budget_key AND (
    c."freeAt" <= t OR c."freeAt" > t + CASE WHEN c."ended" THEN interval '10 seconds' ELSE interval '10 minutes' END
    -- In line, but its instance does not come back for it.
    OR (c."startAt" IS NULL AND c."seenAt" NOT BETWEEN t - interval '5 seconds' AND t + interval '5 seconds'));

  FOR w IN SELECT * FROM jsonb_to_recordset(arrived)
    AS a("id" uuid, "buckets" text[], "rank" integer, "leaseMs" integer, "again" boolean)
  LOOP
    IF w."again" AND (b."pausedUntil" > t) IS NOT TRUE THEN
      UPDATE "VendorCall" c SET "startAt" = greatest(t, c."startAt"),
        "freeAt" = greatest(t, c."startAt") + make_interval(secs => c."leaseMs" / 1000.0)
      WHERE c."key" = budget_key AND c."id" = w."id" AND c."startAt" IS NOT NULL RETURNING c."startAt" INTO start;
      IF FOUND THEN
        wait := ceil(extract(epoch FROM start - t) * 1000);
        answers := answers || jsonb_build_array(jsonb_build_array(w."id", 'go', wait));
        CONTINUE;
      END IF;
    END IF;
    surplus := used + 1 - may[w."rank" + 1];
    IF b."pausedUntil" > t THEN
      wait := ceil(extract(epoch FROM b."pausedUntil" - t) * 1000);
      answers := answers || jsonb_build_array(jsonb_build_array(w."id", 'paused', wait));
    ELSIF surplus > 0 THEN
      wait := vendor_relief(b."head", b."calls", width, t, surplus);
      IF used < (ARRAY[background, share, share])[w."rank" + 1] THEN
        -- Only others stand in the way: until they are counted anew.
        wait := least(wait, greatest(1000, extract(epoch FROM b."quotaReadAt" + interval '5 minutes' - t) * 1000));
        answers := answers || jsonb_build_array(jsonb_build_array(w."id", 'quota', wait));
      ELSE
        answers := answers || jsonb_build_array(jsonb_build_array(w."id", 'budget', wait));
      END IF;
    ELSE
      INSERT INTO "VendorCall" AS c ("key", "id", "instanceId", "buckets", "rank", "leaseMs", "askedAt", "seenAt")
      VALUES (budget_key, w."id", instance, w."buckets", w."rank", w."leaseMs", t, t)
      ON CONFLICT ("key", "id") DO UPDATE SET "seenAt" = t;
      CONTINUE;
    END IF;
    DELETE FROM "VendorCall" c WHERE c."key" = budget_key AND c."id" = w."id";
  END LOOP;

  -- Who is next: people first, then whoever asked first. Nobody overtakes in a bucket somebody waits for.
  FOR w IN SELECT * FROM "VendorCall" c WHERE c."key" = budget_key AND c."startAt" IS NULL
    ORDER BY c."rank" DESC, c."askedAt", c."id" LIMIT 100
  LOOP
    EXIT WHEN b."pausedUntil" > t;
    CONTINUE WHEN w."buckets" && full_buckets;
    CONTINUE WHEN used >= may[w."rank" + 1];
    -- When the last of its buckets has a slot: that of the n-th latest to be freed, where n may run at once.
    start := greatest(t, (SELECT max(s."freeAt") FROM unnest(w."buckets") k("bucket") CROSS JOIN LATERAL (
      SELECT c."freeAt" FROM "VendorCall" c
      WHERE c."key" = budget_key AND c."freeAt" IS NOT NULL AND k."bucket" = ANY(c."buckets")
      ORDER BY c."freeAt" DESC OFFSET (rules ->> 'atOnce')::integer - 1 LIMIT 1) s));
    IF start > t + interval '1 second' THEN
      full_buckets := full_buckets || w."buckets";
      CONTINUE;
    END IF;
    UPDATE "VendorCall" c SET "startAt" = start, "freeAt" = start + make_interval(secs => c."leaseMs" / 1000.0)
    WHERE c."key" = budget_key AND c."id" = w."id";
    used := used + 1;
    b."calls"[1] := b."calls"[1] + 1;
    wait := ceil(extract(epoch FROM start - t) * 1000);
    IF w."instanceId" = instance THEN
      answers := answers || jsonb_build_array(jsonb_build_array(w."id", 'go', wait));
    ELSE
      told := jsonb_set(told, ARRAY[w."instanceId"::text], coalesce(told -> w."instanceId"::text, '[]')
        || jsonb_build_array(jsonb_build_array(w."id", 'go', wait)));
    END IF;
  END LOOP;

  IF (rules ->> 'quota')::boolean AND jsonb_array_length(arrived) > 0 AND used < share AND (b."pausedUntil" > t) IS NOT TRUE
    AND (b."quotaAskedAt" IS NULL OR t NOT BETWEEN b."quotaAskedAt" AND b."quotaAskedAt" + interval '5 minutes') THEN
    quota_due := true;
    b."quotaAskedAt" := t;
  END IF;
  IF b IS DISTINCT FROM before THEN
    UPDATE "VendorBudget" v SET "head" = b."head", "calls" = b."calls", "pausedUntil" = b."pausedUntil", "holdMs" = b."holdMs",
      "holdUntil" = b."holdUntil", "refusals" = b."refusals", "refusedAt" = b."refusedAt", "quotaAskedAt" = b."quotaAskedAt"
    WHERE v."key" = budget_key;
  END IF;
  PERFORM pg_notify('vendor_' || replace(o."instance", '-', ''), jsonb_build_object('key', budget_key, 'answers', o."answers")::text)
  FROM jsonb_each(told) o("instance", "answers");
  RETURN jsonb_build_object('answers', answers, 'quotaDue', quota_due, 'told', (SELECT count(*) FROM jsonb_object_keys(told)));
END $$;
