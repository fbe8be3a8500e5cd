import pg from 'pg';
import { hasCode } from './errors.js';

/** Too many connections: all of them are others'. */
const FULL = '53300';

/** Who only asks is no user: two that stop at once would else each leave the server to the other. */
const ASKER = 'gateway-embedded-usage';

/** Do other clients have connections to this server? One that does not answer has none. */
export async function isUsed(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, application_name: ASKER });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const others = `SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> '${ASKER}'`;
    // Our own closed connections linger for a moment.
    for (const deadline = Date.now() + 1_000; ; ) {
      const { rowCount } = await client.query(others);
      if (!rowCount) return false;
      if (Date.now() > deadline) return true;
      await client.query('SELECT pg_sleep(0.02)');
    }
  } catch (error) {
    return hasCode(error, FULL);
  } finally {
    await client.end().catch(() => undefined);
  }
}
