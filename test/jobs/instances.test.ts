import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createInstances } from '../../src/jobs/instances.js';
import { migrateJobs } from '../../src/jobs/tables.js';
import { createDatabase, type Database } from '../../src/storage/database.js';
import { newId } from '../../src/storage/ids.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let db: Database;
/** The id of a process that has ended. */
let gone: number;
beforeAll(async () => {
  database = await createTestDatabase();
  await migrateJobs(database.url);
  db = createDatabase(database.url);
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  gone = child.pid ?? 0;
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

const HERE = 'one boot pid:[1]';

/** Those an instance of one host and this pid space buries at its first beat, of some that beat just now. */
async function buried(pidSpace: string | null, others: Record<string, { pid: number; pidSpace: string | null }>) {
  const ids = new Map<string, string>();
  for (const [name, other] of Object.entries(others)) {
    const id = newId();
    ids.set(id, name);
    await database.sql(
      'INSERT INTO "Instance" ("id", "host", "pid", "pidSpace", "workers", "beatAt") VALUES ($1, $2, $3, $4, $5, now())',
      [id, hostname(), other.pid, other.pidSpace, []],
    );
  }
  const dead: string[] = [];
  const one = createInstances({
    ...{ db, id: newId(), pidSpace, workerIds: () => [], activeJobIds: () => [], log: () => {} },
    onDeath: async (id) => void dead.push(ids.get(id) ?? id),
  });
  await one.start();
  await one.stop();
  const left = await database.sql<{ id: string }>('DELETE FROM "Instance" RETURNING "id"');
  expect(left).toHaveLength(ids.size - dead.length);
  return dead;
}

it('a killed process is buried at once where its id is known to be of the same processes', async () => {
  const dead = await buried(HERE, {
    killed: { pid: gone, pidSpace: HERE },
    living: { pid: process.pid, pidSpace: HERE },
  });
  expect(dead).toEqual(['killed']);
});

it('an instance of the same host name whose process ids are others, or unknown, is not taken for dead', async () => {
  const others = {
    container: { pid: gone, pidSpace: 'one boot pid:[2]' },
    otherBoot: { pid: gone, pidSpace: 'other boot pid:[1]' },
    untold: { pid: gone, pidSpace: null },
  };
  expect(await buried(HERE, others)).toEqual([]);
  expect(await buried(null, { ...others, here: { pid: gone, pidSpace: HERE } })).toEqual([]);
});
