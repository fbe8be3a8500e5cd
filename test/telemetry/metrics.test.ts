import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeId } from '../../src/schema/ids.js';
import { createDatabase } from '../../src/storage/database.js';
import { createMetrics } from '../../src/telemetry/metrics.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createStage } from '../support/stage.js';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app?.close());

const nobody = { feed: () => ({ followers: 0, tails: 0 }), live: () => ({ sockets: 0, streams: 0 }) };

/** The value of the series with these labels; undefined when it is not there. */
function figure(text: string, name: string, labels: { readonly [label: string]: string } = {}): number | undefined {
  const line = text.split('\n').find((one) => {
    const fits = Object.entries(labels).every(([label, value]) => one.includes(`${label}="${value}"`));
    return fits && (one.startsWith(`gateway_${name} `) || one.startsWith(`gateway_${name}{`));
  });
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1));
}

const scrape = async () => (await fetch(new URL('/metrics', app.url))).text();

describe('/metrics', () => {
  test('tells what a change cost, from the request to the vendor and to whoever follows the log', async () => {
    const stage = await createStage(app);
    const staged = await stage.subscribe();
    const live = app.csp.live<{ auditLogEvents: { type: string } }>('subscription { auditLogEvents { type } }');
    await live.next();
    const before = await scrape();
    await stage.changed(staged, { kind: 'QUANTITY', quantity: 9, effectiveDate: null });
    await live.next();
    const text = await scrape();
    const grown = (name: string, labels: { readonly [label: string]: string } = {}) =>
      (figure(text, name, labels) ?? 0) - (figure(before, name, labels) ?? 0);
    const operation = 'UpdateSubscriptionOnConnection';
    expect(grown('operations_total', { operation, status: 'PENDING' })).toBe(1);
    expect(grown('operations_total', { operation, status: 'SUCCEEDED' })).toBe(1);
    expect(grown('vendor_calls_total', { method: 'POST', answer: '2xx' })).toBeGreaterThan(0);
    expect(grown('vendor_call_seconds_count', { method: 'POST' })).toBeGreaterThan(0);
    expect(grown('http_request_seconds_count', { route: '/graphql', status: '2xx' })).toBeGreaterThan(0);
    expect(grown('sql_seconds_count')).toBeGreaterThan(10);
    expect(grown('live_lag_seconds_count')).toBeGreaterThan(1);
    expect(figure(text, 'live_subscribers')).toBe(1);
    expect(figure(text, 'websockets')).toBe(1);
    expect(figure(text, 'database_up')).toBe(1);
    await live.return();

    // What is there belongs to nobody: no id, no name, no key.
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-|First CSP|cgk_/);
    const long = '?'.padEnd(200, 'x');
    await Promise.all(['a', 'b', 'c'].map((path) => fetch(new URL(`/${path}${long}`, app.url))));
    const routes = new Set(
      [...(await scrape()).matchAll(/http_request_seconds_count\{route="([^"]+)"/g)].map(([, route]) => route),
    );
    expect([...routes].sort()).toEqual(['/graphql', '/metrics', 'other']);
  });

  test('names what waits and for how long, and what nobody waits for any more is gone', async () => {
    const stage = await createStage(app);
    const staged = await stage.subscribe();
    const state = (to: string) =>
      app.database.sql(
        `UPDATE "LaneOperation" SET "state" = $2::"OperationState", "createdAt" = now() - interval '1 hour' WHERE "auditLogId" = $1`,
        [decodeId(staged.entry.id, 'AuditLog'), to],
      );
    const read = () => createMetrics('1').scrape({ db: app.app.db, ...nobody });
    await state('NEEDS_REVIEW');
    const text = await read();
    expect(figure(text, 'queue_depth', { state: 'NEEDS_REVIEW' })).toBe(1);
    expect(figure(text, 'queue_oldest_seconds', { state: 'NEEDS_REVIEW' })).toBeGreaterThanOrEqual(3_600);
    await state('SUCCEEDED');
    expect(figure(await read(), 'queue_depth', { state: 'NEEDS_REVIEW' })).toBeUndefined();
  });

  test('costs one statement, whoever scrapes at once', async () => {
    let statements = 0;
    const db = createDatabase(app.database.url, {
      onStatement: () => {
        statements += 1;
      },
    });
    const metrics = createMetrics('1');
    await Promise.all(Array.from({ length: 20 }, () => metrics.scrape({ db, ...nobody })));
    await db.close();
    expect(statements).toBe(1);
  });

  test('is answered without a database, and says so', async () => {
    const db = createDatabase('postgresql://nobody@127.0.0.1:1/nothing');
    const text = await createMetrics('1').scrape({ db, ...nobody });
    await db.close();
    expect(figure(text, 'database_up')).toBe(0);
    expect(figure(text, 'info', { version: '1' })).toBe(1);
  });
});
