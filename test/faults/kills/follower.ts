import type { Gateway } from '../support/scene.js';

/** A dashboard that follows the live feed through every crash: each time it comes back where it was. */
export interface Follower {
  /** Ends when everything up to this cursor has come; the cursors of all events, in the order they came. */
  upTo(cursor: string): Promise<readonly string[]>;
  readonly losses: () => number;
}

type Message = { auditLogEvents: { type: string; cursor: string } };
const FEED = 'subscription ($after: String) { auditLogEvents(after: $after) { type cursor } }';

export function follow(one: () => Promise<Gateway>): Follower {
  const seen: string[] = [];
  let cursor = '0';
  let losses = 0;
  let wanted: string | null = null;
  let done = () => {};
  const finished = new Promise<void>((resolve) => {
    done = resolve;
  });

  async function run(): Promise<void> {
    for (;;) {
      const { csp } = await one();
      try {
        for await (const { auditLogEvents } of csp.live<Message>(FEED, { after: cursor })) {
          cursor = auditLogEvents.cursor;
          if (auditLogEvents.type !== 'CHECKPOINT') seen.push(cursor);
          if (wanted !== null && BigInt(cursor) >= BigInt(wanted)) return done();
        }
      } catch {
        // The socket went with its gateway.
      }
      losses += 1;
      await new Promise((turn) => setTimeout(turn, 50));
    }
  }
  void run();

  return {
    losses: () => losses,
    async upTo(last) {
      wanted = last;
      if (BigInt(cursor) >= BigInt(last)) done();
      await finished;
      return seen;
    },
  };
}
