import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { DemoError } from './ports.js';

/** The server notices a killed owner within this. */
const PATIENCE_MS = 2_000;

/**
 * One demo per data folder: two would write one state file of the simulator. The lock is the database's, so it ends with
 * its process however that ends.
 */
export async function lockFolder(databaseUrl: string, dataDir: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  // The database may go first when everything stops.
  client.on('error', () => undefined);
  await client.connect();
  const key = createHash('sha256').update(`connector-gateway demo ${dataDir}`).digest().readInt32BE(0);
  for (const deadline = Date.now() + PATIENCE_MS; ; await delay(50)) {
    const { rows } = await client.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [key]);
    if (rows[0]?.got) return () => client.end().catch(() => undefined);
    if (Date.now() < deadline) continue;
    await client.end();
    throw new DemoError(
      `A demo is running on ${dataDir} already. Stop it first, or give this one a folder of its own: ` +
        'GATEWAY_DATA_DIR=.gateway/second npm run demo',
    );
  }
}
