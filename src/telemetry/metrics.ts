import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Database } from '../storage/database.js';
import { type Backlog, readBacklog } from './backlog.js';

/** What is asked for at each scrape. */
export interface Sources {
  readonly db: Database;
  readonly feed: () => { readonly followers: number; readonly tails: number };
  readonly live: () => { readonly sockets: number; readonly streams: number };
}

export type Metrics = ReturnType<typeof createMetrics>;

/** Scrapes that come together, or right after each other, ask the database once. */
const FRESH_MS = 1_000;
/** A database that does not answer must not make the other figures late. */
const PATIENCE_MS = 2_000;
const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * The figures of one gateway. Labels are from closed lists (statuses, operations, connectors, tasks): never a tenant, an id or
 * a text, so their number does not grow. docs/operations.md names them all.
 */
export function createMetrics(version: string) {
  const register = new Registry();
  const registers = [register];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name: `gateway_${name}`, help, labelNames, registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Gauge({ name: `gateway_${name}`, help, labelNames, registers });
  const histogram = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Histogram({ name: `gateway_${name}`, help, labelNames, registers, buckets: SECONDS });

  gauge('info', 'Always 1; the version is its label.', ['version']).set({ version }, 1);
  const operations = counter('operations_total', 'Audit entries that came to a status, by this process.', [
    'operation',
    'status',
  ]);
  const retries = counter('retries_total', 'Operations put back to be tried again, by this process.', ['operation']);
  const open = gauge('operations_open', 'Audit entries that are not settled, over all instances.', ['status']);
  const openAge = gauge('operations_oldest_seconds', 'Age of the oldest entry of that status.', ['status']);
  const lanes = gauge('queue_depth', 'Operations in the lanes that are not done, over all instances.', ['state']);
  const laneAge = gauge('queue_oldest_seconds', 'Age of the oldest operation of that state.', ['state']);
  const jobs = gauge('jobs', 'Jobs of the engine: ready, later, running, or dead (given up).', ['task', 'state']);
  const jobAge = gauge('jobs_oldest_seconds', 'How long the oldest of them is due.', ['task', 'state']);
  const paused = gauge('vendor_paused', 'Vendor instances that take no calls just now.', ['connector']);
  const quota = gauge('vendor_quota_used_ratio', "Highest known use of a vendor instance's allowance, 0 to 1.", [
    'connector',
  ]);
  const calls = counter('vendor_calls_total', 'Calls to vendors by answer: 2xx, 4xx, 429, 5xx, none.', [
    'connector',
    'method',
    'answer',
  ]);
  const callTime = histogram('vendor_call_seconds', 'How long vendors took to answer.', ['connector', 'method']);
  const requests = histogram('http_request_seconds', 'Requests over HTTP, until the answer was sent.', [
    'route',
    'status',
  ]);
  const lag = histogram(
    'live_lag_seconds',
    'From an event in the log until its followers in this process can have it.',
  );
  const followers = gauge('live_subscribers', 'Live fields that follow the audit log in this process.');
  const tails = gauge('live_organizations', 'Organizations whose log is followed in this process.');
  const sockets = gauge('websockets', 'WebSockets open in this process.');
  const streams = gauge('event_streams', 'Streams of server-sent events open in this process.');
  const statements = histogram('sql_seconds', 'SQL statements, waiting for a connection included.');
  const pool = gauge('sql_connections', 'Connections of the pool: used, idle, and callers waiting for one.', ['state']);
  const database = gauge('database_up', 'Whether the database answered this scrape: 1 or 0.');

  let last: { readonly at: number; readonly rows: Promise<Backlog[] | null> } | null = null;

  /** Null when the database does not answer in time. */
  function backlog(db: Database): Promise<Backlog[] | null> {
    if (last && performance.now() - last.at < FRESH_MS) return last.rows;
    const late = new Promise<null>((resolve) => setTimeout(resolve, PATIENCE_MS, null).unref());
    const rows = Promise.race([readBacklog(db).catch(() => null), late]);
    last = { at: performance.now(), rows };
    return rows;
  }

  function show(rows: readonly Backlog[] | null): void {
    database.set(rows ? 1 : 0);
    // What nobody knows is not shown at its last value.
    for (const one of [open, openAge, lanes, laneAge, jobs, jobAge, paused, quota]) one.reset();
    for (const { what, name, count, oldest, used } of rows ?? []) {
      if (what === 'entries') {
        open.set({ status: name }, count);
        openAge.set({ status: name }, oldest);
      } else if (what === 'lanes') {
        lanes.set({ state: name }, count);
        laneAge.set({ state: name }, oldest);
      } else if (what === 'jobs') {
        const [task = '', state = ''] = name.split(' ');
        jobs.set({ task, state }, count);
        jobAge.set({ task, state }, oldest);
      } else {
        paused.set({ connector: name }, count);
        if (used !== null) quota.set({ connector: name }, used);
      }
    }
  }

  return {
    contentType: register.contentType,
    /** Adds memory, CPU, event loop and garbage collection: once for a process. */
    ofProcess: () => collectDefaultMetrics({ register }),
    entry(operation: string, status: string) {
      operations.inc({ operation, status });
      if (status === 'RETRYING') retries.inc({ operation });
    },
    vendorCall(connector: string, method: string, status: number | null, milliseconds: number) {
      calls.inc({ connector, method, answer: answerOf(status) });
      callTime.observe({ connector, method }, milliseconds / 1000);
    },
    request: (route: string, status: number, milliseconds: number) =>
      requests.observe({ route, status: `${Math.floor(status / 100)}xx` }, milliseconds / 1000),
    statement: (milliseconds: number) => statements.observe(milliseconds / 1000),
    /** An event of that moment, by the database's clock, was read for its followers. */
    followed: (at: Date) => lag.observe(Math.max(0, Date.now() - at.getTime()) / 1000),
    /** The text of a scrape: one statement at most, and an answer also without a database. */
    async scrape({ db, feed, live }: Sources): Promise<string> {
      show(await backlog(db));
      followers.set(feed().followers);
      tails.set(feed().tails);
      sockets.set(live().sockets);
      streams.set(live().streams);
      const { open: total, idle, waiting } = db.pool();
      for (const [state, count] of Object.entries({ used: total - idle, idle, waiting })) pool.set({ state }, count);
      return register.metrics();
    },
  };
}

function answerOf(status: number | null): string {
  if (status === null) return 'none';
  return status === 429 ? '429' : `${Math.floor(status / 100)}xx`;
}
