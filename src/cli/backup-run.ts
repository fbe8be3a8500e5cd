import { resolve } from 'node:path';
import { migrateJobs } from '../jobs/tables.js';
import { BackupError, backUp, readBackup, restore } from '../storage/backup.js';
import { verifyLog } from './audit-verify.js';
import type { Context } from './context.js';
import { CommandError } from './errors.js';
import { type Store, withStore } from './store.js';
import type { Progress } from './terminal.js';

export async function makeBackup(context: Context, folder: string): Promise<void> {
  const { terminal } = context;
  const path = resolve(folder);
  await withStore(context, async ({ url, signal }) => {
    const { tables, keyIds, madeAt } = await withProgress(context, (onProgress) =>
      backUp(url, path, new Date(), { signal, onProgress }),
    );
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    terminal.value({ folder: path, madeAt, tables: tables.length, rows, keyIds });
    terminal.line(`${rows} rows of ${tables.length} tables are in ${path}.`);
    if (keyIds.length > 0)
      terminal.note(`Not in it: the key ${keyIds.join(', ')} that opens its credentials. Keep it apart.`);
  });
}

export async function restoreBackup(context: Context, folder: string): Promise<void> {
  const path = resolve(folder);
  // Before a database is made for it.
  await asCommand(() => readBackup(path));
  await withStore(context, (store) => putBack(context, store, path), { migrate: true });
  // What was written outside may be elsewhere.
  await verifyLog(context, { checkpoints: [], part: true, publicKey: [] });
}

async function putBack({ terminal, ...context }: Context, { url, signal }: Store, path: string): Promise<void> {
  await migrateJobs(url);
  const { tables, madeAt, keyIds } = await withProgress({ terminal, ...context }, (onProgress) =>
    restore(url, path, { signal, onProgress }),
  );
  terminal.note(
    `${tables.length} tables as of ${madeAt} are restored. Their credentials open with the key ${keyIds.join(', ')}.`,
  );
}

async function withProgress<T>(
  { terminal }: Context,
  work: (onProgress: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  let bar: Progress | null = null;
  try {
    return await asCommand(() =>
      work((done, total) => {
        bar ??= terminal.progress(total, 'tables');
        bar.to(done);
      }),
    );
  } finally {
    (bar as Progress | null)?.end();
  }
}

async function asCommand<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BackupError) throw new CommandError(error.message);
    throw error;
  }
}
