import { afterAll, beforeAll, expect, it } from 'vitest';
import { createJobEngine } from '../../src/jobs/engine.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type PostgresProxy, startPostgresProxy } from '../support/postgres-proxy.js';

let database: TestDatabase;
let proxy: PostgresProxy;
beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startPostgresProxy(database.url);
});
afterAll(async () => {
  await proxy?.close();
  await database?.drop();
});

const add = (name: string) => database.sql('SELECT graphile_worker.add_job($1, json_build_object())', [name]);
const endsJob = ({ sql }: { sql: string }) => /delete from[\s\S]*_private_jobs/i.test(sql);

/** A task of which a test holds the end. */
function heldTask() {
  let begin = () => {};
  let end = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const held = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    begun,
    end,
    task() {
      begin();
      return held;
    },
  };
}

it('goes on after the database has refused two results at once', async () => {
  const [one, other, next] = [heldTask(), heldTask(), heldTask()];
  let again = () => {};
  const begunAgain = new Promise<void>((resolve) => {
    again = resolve;
  });
  const engine = createJobEngine({
    ...{ databaseUrl: proxy.url, concurrency: 4 },
    log: (_level, message) => message === 'The job engine ended and is started again.' && again(),
  });
  await engine.start({ one: one.task, other: other.task, next: next.task });
  await Promise.all([add('one'), add('other')]);
  await Promise.all([one.begun, other.begun]);
  for (const { end } of [one, other]) {
    const result = proxy.trap(endsJob, 'holdBefore');
    end();
    await result.sprung;
  }
  expect(proxy.cut()).toBeGreaterThan(1);

  await begunAgain;
  await add('next');
  await next.begun;
  next.end();
  await engine.stop();
});
