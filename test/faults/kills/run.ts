import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../../sim/random.js';
import type { TestDatabase } from '../../support/database.js';
import { CONTRACT_END } from '../../support/dates.js';
import { mutation } from '../../support/documents.js';
import { type PsaProcess, unitsOn } from '../../support/psa-process.js';
import { createScene } from '../support/scene.js';
import { createStage } from '../support/stage.js';
import { type Fleet, startFleet } from './fleet.js';
import { follow } from './follower.js';
import { type Claim, judge, type Verdict } from './judge.js';
import { type LineState, newLine, type Planned, planChanges, planFault } from './workload.js';

export interface KillRun {
  readonly kills: number;
  readonly seed: number;
  readonly instances: number;
  readonly subscriptions: number;
  readonly changesPerKill: number;
  readonly quarantineSeconds: number;
  readonly onProgress: (kills: number) => void;
}

export interface KillReport {
  readonly verdict: Verdict;
  readonly kills: number;
  readonly stops: number;
  readonly changes: number;
  readonly writes: number;
  readonly faults: number;
  /** Operations a person had to settle: both sends of one were without an answer and without effect. */
  readonly handedOver: number;
  readonly badExits: number;
  readonly feed: {
    readonly events: number;
    readonly missed: number;
    readonly repeated: number;
    readonly losses: number;
  };
  /** From the last kill until nothing was left to do. Null: it never came to that. */
  readonly drainedSeconds: number | null;
  readonly drainLimitSeconds: number;
  readonly seconds: number;
  /** What happened on the first suspect line: operations, writes, and the PSA's journal. */
  readonly evidence: readonly string[];
}

const CONTRACTS = 10;
const DRAIN_SECONDS = 60;
const STOP_CHANCE = 0.15;
const FAULT_CHANCE = 0.5;
const BOTH_CHANCE = 0.1;

/** Kills and restarts gateways while changes flow and the PSA misbehaves; then compares what is true with what should be. */
export async function runKills(database: TestDatabase, options: KillRun): Promise<KillReport> {
  const random = createRandom(options.seed);
  const began = performance.now();
  const scene = await createScene({
    databaseUrl: database.url,
    quarantineSeconds: options.quarantineSeconds,
    switches: { latencyMs: 5 },
  });
  try {
    const fleet = await startFleet(scene, options.instances);
    const lines = await mapLines(fleet, options.subscriptions, random);
    const follower = follow(fleet.one);
    const person = standIn(fleet, database);
    const counts = { kills: 0, stops: 0, faults: 0 };

    while (counts.kills < options.kills) {
      if (random.chance(FAULT_CHANCE)) {
        counts.faults += 1;
        await scene.psa.addFault(planFault(random, options.quarantineSeconds * 1000));
      }
      const planned = planChanges(random, lines, options.changesPerKill);
      for (const each of planned) each.line.recording = each.line.recording.then(() => record(fleet, each));
      const recorded = Promise.all(planned.map(({ line }) => line.recording));
      await delay(random.whole(0, 400));
      const place = random.whole(0, fleet.size - 1);
      const how = random.chance(STOP_CHANCE) ? 'stop' : 'kill';
      const victims = random.chance(BOTH_CHANCE) ? [place, (place + 1) % fleet.size] : [place];
      await Promise.all(victims.map((each) => fleet.replace(each, how)));
      if (how === 'kill') counts.kills += victims.length;
      else counts.stops += victims.length;
      await recorded;
      options.onProgress(Math.min(counts.kills, options.kills));
    }

    const last = performance.now();
    await scene.psa.clearFaults();
    await fleet.whole();
    const drainLimitSeconds = DRAIN_SECONDS + options.quarantineSeconds;
    const drained = await person.untilDrained(drainLimitSeconds);
    const drainedSeconds = drained ? (performance.now() - last) / 1000 : null;
    const feed = await judgeFeed(database, follower);
    const verdict = judge(
      await Promise.all(lines.map((line) => asWanted(line, scene.psa, database))),
      await scene.psa.ledger(),
      await claimsOf(database),
    );
    const [writes] = await database.sql<{ count: number }>('SELECT count(*)::int AS "count" FROM "Step"');
    return {
      verdict,
      ...counts,
      changes: lines.reduce((sum, { changes }) => sum + changes.length, 0),
      writes: writes?.count ?? 0,
      handedOver: person.handedOver(),
      badExits: fleet.badExits.length,
      feed: { ...feed, losses: follower.losses() },
      drainedSeconds,
      drainLimitSeconds,
      seconds: (performance.now() - began) / 1000,
      evidence: await evidenceOf(
        lines.find(({ externalId }) => externalId === verdict.suspects[0]),
        scene.psa,
        database,
      ),
    };
  } finally {
    await scene.close();
  }
}

async function mapLines(fleet: Fleet, count: number, random: ReturnType<typeof createRandom>): Promise<LineState[]> {
  const { csp } = await fleet.one();
  const stage = await createStage(csp, { offers: Math.ceil(count / CONTRACTS) });
  const lines: LineState[] = [];
  const numbers = Array.from({ length: count }, (_, at) => at);
  // A few at once: the PSA lets nobody do more.
  while (numbers.length > 0) {
    const made = numbers.splice(0, 8).map(async (at) => {
      const quantity = random.whole(1, 20);
      const line = await stage.subscribe({ contract: at % CONTRACTS, service: Math.floor(at / CONTRACTS), quantity });
      return newLine(line, quantity);
    });
    lines.push(...(await Promise.all(made)));
  }
  return lines;
}

async function record(fleet: Fleet, { line, eventId, change }: Planned): Promise<void> {
  const input = { eventId, externalId: line.externalId, ...change };
  const { result } = (await fleet.ask(mutation('recordSubscriptionChange'), { input })) as {
    result: { userErrors: readonly object[] };
  };
  if (result.userErrors.length > 0) throw new Error(`A change was refused: ${JSON.stringify(result.userErrors)}`);
}

/** Who settles what is given to a person: states what the PSA's own read-back shows, as the operation's hint says. */
function standIn(fleet: Fleet, database: TestDatabase) {
  let handedOver = 0;

  async function settleReviews(): Promise<void> {
    const reviews = await database.sql<{ id: string; code: string | null }>(
      `SELECT a."id"::text AS "id", a."errorCode" AS "code" FROM "LaneOperation" o JOIN "AuditLog" a ON a."id" = o."auditLogId"
        WHERE o."state" = 'NEEDS_REVIEW'`,
    );
    for (const { id, code } of reviews) {
      if (code !== 'SENT_TWICE_WITHOUT_EFFECT') continue;
      handedOver += 1;
      const auditLogId = `aud_${id.replaceAll('-', '')}`;
      const input = { auditLogId, outcome: 'NOT_APPLIED', reason: 'The units in the PSA are those before.' };
      const document = `mutation ($input: ResolveSubscriptionOperationInput!) {
        resolveSubscriptionOperation(input: $input) { userErrors { code message } } }`;
      await fleet.ask(document, { input });
    }
  }

  return {
    handedOver: () => handedOver,
    async untilDrained(withinSeconds: number): Promise<boolean> {
      for (const until = performance.now() + withinSeconds * 1000; performance.now() < until; ) {
        await settleReviews();
        const [open] = await database.sql<{ count: number }>(
          `SELECT count(*)::int AS "count" FROM "LaneOperation" WHERE "state" NOT IN ('SUCCEEDED', 'CANCELED')`,
        );
        if (open?.count === 0) return true;
        await delay(100);
      }
      return false;
    },
  };
}

async function asWanted(line: LineState, psa: PsaProcess, database: TestDatabase) {
  const [row] = await database.sql<{ quantity: number }>(
    'SELECT "quantity" FROM "CloudSubscription" WHERE "externalId" = $1',
    [line.externalId],
  );
  const { contractId, serviceId, initial, changes } = line;
  const billed = unitsOn(await psa.units(contractId), serviceId, CONTRACT_END);
  return { name: line.externalId, contractId, serviceId, initial, changes, marketplace: row?.quantity ?? -1, billed };
}

/** The entries of changes as they stand; an entry that was tried again under another counts as that one. */
async function claimsOf(database: TestDatabase): Promise<Claim[]> {
  const rows = await database.sql<{ line: string; status: string; details: Details }>(
    `SELECT s."externalId" AS "line", a."status"::text AS "status", a."details" FROM "LaneOperation" o
      JOIN "AuditLog" a ON a."id" = o."auditLogId" JOIN "Mapping" m ON m."id" = o."laneId"
      JOIN "CloudSubscription" s ON s."id" = m."cloudSubscriptionId" WHERE o."kind" <> 'create'`,
  );
  return rows.map(({ line, status, details: { writes, change } }) => ({
    line,
    status,
    write: writes && change ? { date: change.effectiveDate, unitChange: change.units } : null,
  }));
}

interface Details {
  readonly writes?: number;
  readonly change?: { readonly units: number; readonly effectiveDate: string };
}

async function evidenceOf(line: LineState | undefined, psa: PsaProcess, database: TestDatabase): Promise<string[]> {
  if (!line) return [];
  const operations = await database.sql<{ text: string }>(
    `SELECT concat_ws(' ', o."position", o."kind", o."effectiveDate", o."movedTo", o."target", o."state", a."summary",
        (SELECT json_agg(concat_ws(' ', s."state", s."sentAt", s."settledAt", s."step" ->> 'label', s."result") ORDER BY s."attempt")
          FROM "Step" s WHERE s."operationId" = o."id")) AS "text"
      FROM "LaneOperation" o JOIN "AuditLog" a ON a."id" = o."auditLogId" JOIN "Mapping" m ON m."id" = o."laneId"
      JOIN "CloudSubscription" c ON c."id" = m."cloudSubscriptionId" WHERE c."externalId" = $1 ORDER BY o."position"`,
    [line.externalId],
  );
  const posts = (await psa.posts(line.contractId)).filter(
    ({ body }) => String((body as { serviceID?: number }).serviceID) === line.serviceId,
  );
  return [
    `${line.externalId} on contract ${line.contractId}, service ${line.serviceId}:`,
    ...operations.map(({ text }) => text),
    ...posts.map(
      ({ time, status, committed, fault, body }) => `${time} ${status} ${committed} ${fault} ${JSON.stringify(body)}`,
    ),
  ];
}

/** Every event of the organization, by its number: missed and repeated ones. */
async function judgeFeed(database: TestDatabase, follower: ReturnType<typeof follow>) {
  const rows = await database.sql<{ number: string }>(
    `SELECT "seq"::text AS "number" FROM "AuditLogEvent" WHERE "organizationId" =
      (SELECT "organizationId" FROM "Connection" LIMIT 1) ORDER BY "seq"`,
  );
  const all = rows.map(({ number }) => number);
  const seen = await follower.upTo(all.at(-1) ?? '0');
  const known = new Set(seen);
  const gaps = all.filter((seq, at) => seq !== String(at + 1)).length;
  return {
    events: all.length,
    missed: all.filter((seq) => !known.has(seq)).length + gaps,
    repeated: seen.length - known.size,
  };
}
