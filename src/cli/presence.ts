import { hostname } from 'node:os';
import { BEAT_MS, showAlive } from '../jobs/instances.js';
import { readPidSpace } from '../jobs/pid-space.js';
import type { Database } from '../storage/database.js';
import { newId } from '../storage/ids.js';

/**
 * For the time of its work a command is an instance without workers: the entries it has open name it, and when it is killed,
 * or its terminal closes, a gateway ends them as those of any dead instance.
 */
export async function present<T>(db: Database, work: (instanceId: string) => Promise<T>): Promise<T> {
  const self = { id: newId(), host: hostname(), pid: process.pid, pidSpace: readPidSpace(), workers: [] };
  await showAlive(db, self);
  const beating = setInterval(() => void showAlive(db, self).catch(() => undefined), BEAT_MS);
  try {
    return await work(self.id);
  } finally {
    clearInterval(beating);
    await db.client.instance.deleteMany({ where: { id: self.id } }).catch(() => undefined);
  }
}
