import type { LineSnapshot } from '../connectors/contract.js';
import { callsSoFar, meterCalls } from './call-meter.js';
import { type LaneKey, LeaseLost } from './lane.js';
import { createTurns, type DrainOptions, type Seen, type Turn } from './turn.js';

/**
 * Drains a lane, and with it the lanes of its engine queue that have work: reads all their lines at once, gives each lane
 * its turn (settle, plan, send), reads again, until every lane stops. So one read is the read-back of one write and the plan
 * of the next, for many lanes together. A wake-up, nothing more: calling it twice, or for an empty lane, is harmless.
 */
export function createDrain(options: DrainOptions) {
  const { store } = options;
  const takeTurn = createTurns(options);

  return async function drain(lane: LaneKey): Promise<void> {
    const taken = await store.take(lane);
    if (!taken) return;
    if ('busyUntil' in taken) {
      // Its owner works on it or died; look again when the lease ends.
      await store.wakeLater(lane, taken.busyUntil);
      return;
    }
    const turns = taken.map((lease): Turn => ({ lease, item: null, acknowledged: null, verifying: null, calls: 0 }));
    const failures: unknown[] = [];
    let known: readonly LineSnapshot[] = [];
    try {
      let reading = await round(turns, () => null, failures);
      while (reading.length > 0) {
        const seen = await read(reading, known);
        known = seen.flatMap((each) => ('line' in each ? [each.line] : []));
        reading = await round(reading, (at) => seen[at] ?? null, failures);
      }
    } finally {
      await store.release(turns.map(({ lease }) => lease));
    }
    // The engine tries again what the database did not take.
    if (failures.length > 0) throw failures[0];
  };

  /** One turn for each; answers those that want to read. Who lost its lease is out; a failure is only its own lane's. */
  async function round(
    turns: readonly Turn[],
    seenBy: (at: number) => Seen | null,
    failures: unknown[],
  ): Promise<Turn[]> {
    const reading: Turn[] = [];
    for (const [at, turn] of turns.entries()) {
      try {
        if ((await takeTurn(turn, seenBy(at))) === 'read') reading.push(turn);
      } catch (error) {
        if (!(error instanceof LeaseLost)) failures.push(error);
      }
    }
    return reading;
  }

  /** One read for all. A failure is what each of them has seen. */
  async function read(turns: readonly Turn[], known: readonly LineSnapshot[]): Promise<Seen[]> {
    const items = turns.map(({ item }) => item!);
    const { connection } = items[0]!;
    const began = options.monotonic();
    return meterCalls(async () => {
      try {
        const [from = ''] = turns.flatMap(daysOf).sort();
        const targets = items.map(({ mapped }) => mapped);
        const lines = await options.session(connection).snapshot({ targets, from, known });
        const ended = options.monotonic();
        return lines.map((line) => ({ line, from, began, ended }));
      } catch (error) {
        return turns.map(() => ({ error }));
      } finally {
        for (const turn of turns) turn.calls += callsSoFar() / turns.length;
      }
    });
  }
}

function daysOf({ item, acknowledged }: Turn): string[] {
  const days = [item?.effectiveDate, item?.movedTo, (acknowledged?.sent ?? item?.sent)?.step.after.date];
  return days.filter((day) => day != null);
}
