import { WebSocket } from 'ws';
import { AuditLogEvents } from '../../client/documents/audit-log.js';
import { createLiveClient } from '../../client/live.js';
import { type Line, toQuantity } from '../faults/support/stage.js';
import { unique } from '../support/acts.js';
import { type Caller, createCaller } from '../support/caller.js';
import { nextMonth } from '../support/dates.js';
import { mutation } from '../support/documents.js';

/** Requests without a pause, by callers that send nothing twice: whatever fails is told. */
export interface Load {
  /** Each line is soon told another quantity, from another day on. */
  change(): void;
  /** Ends when the last request is answered. */
  stop(): Promise<{ readonly requests: number; readonly failed: readonly string[] }>;
  /** The quantity each line was last told. */
  readonly wanted: ReadonlyMap<Line, number>;
}

const PAGE = '{ auditLogs(first: 5) { nodes { id status } } }';
const CUSTOMERS =
  'mutation ($input: UpsertCustomersInput!) { upsertCustomers(input: $input) { auditLog { status } userErrors { code } } }';

export function startLoad(url: string, key: string, lines: readonly Line[], others: number): Load {
  const failed: string[] = [];
  const wanted = new Map<Line, number>();
  let requests = 0;
  let changes = 0;
  /** A restart begins with a change. */
  let changedAt = performance.now();
  let over = false;

  async function repeat(request: (caller: Caller, round: number) => Promise<{ status: number; text: string }>) {
    const caller = createCaller(url, key);
    for (let round = 1; !over; round += 1) {
      requests += 1;
      const answer = await request(caller, round).catch((error: Error) => ({
        status: 0,
        text: `${error.message} ${(error.cause as Error | undefined)?.message ?? ''}`,
      }));
      if (answer.status !== 200 || answer.text.includes('"errors"')) {
        const after = Math.round(performance.now() - changedAt);
        failed.push(`change ${changes}, ${after} ms after: ${answer.status} ${answer.text.slice(0, 200)}`);
      }
    }
    await caller.close();
  }

  /** Reads, until there is a change to write. */
  function write(line: Line): Promise<void> {
    let written = 0;
    return repeat((caller) => {
      if (written === changes) return caller.ask(PAGE);
      written += 1;
      const quantity = 5 + written;
      wanted.set(line, quantity);
      const change = toQuantity(quantity, nextMonth(written));
      const input = { eventId: unique('event'), externalId: line.externalId, ...change };
      return caller.ask(mutation('recordSubscriptionChange'), { input });
    });
  }

  const mix = () =>
    repeat((caller, round) => {
      if (round % 3 !== 0) return caller.ask(PAGE);
      const items = [{ externalId: unique('customer'), companyName: 'A customer' }];
      return caller.ask(CUSTOMERS, { input: { items } });
    });
  const running = [...lines.map(write), ...Array.from({ length: others }, mix)];

  return {
    wanted,
    change() {
      changes += 1;
      changedAt = performance.now();
    },
    async stop() {
      over = true;
      await Promise.all(running);
      return { requests, failed };
    },
  };
}

/** A dashboard by the project's own client, which comes back by itself after every loss. */
export function followFeed(url: string, key: string) {
  const cursors: bigint[] = [];
  let losses = 0;
  const client = createLiveClient({
    ...{ url, apiKey: key, webSocketImpl: WebSocket },
    onLost: () => {
      losses += 1;
    },
  });
  const messages = client.follow(AuditLogEvents, { after: '0' });
  const reading = (async () => {
    for await (const { auditLogEvents } of messages) {
      if (auditLogEvents.type !== 'CHECKPOINT') cursors.push(BigInt(auditLogEvents.cursor));
    }
  })();

  return {
    cursors,
    losses: () => losses,
    async close() {
      await messages.return?.();
      await reading;
      await client.dispose();
    },
  };
}
