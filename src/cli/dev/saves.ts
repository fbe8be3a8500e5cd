import { type FSWatcher, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ConnectorPackage, sourceFolders } from './package.js';

/** An editor writes a file in several moves, and "save all" several files: one save is what comes in such a time. */
const QUIET_MS = 80;
const SOURCE = /\.([cm]?[jt]sx?|json)$/;
const ASIDE = /^(node_modules|\..*)$/;

/**
 * The files of each save of the package, relative to it; what is saved while the last save is worked on is one more. Watching
 * has begun when it resolves.
 */
export async function watchSaves(
  found: ConnectorPackage,
  signal: AbortSignal,
): Promise<AsyncGenerator<readonly string[], void>> {
  const changed = new Set<string>();
  let wake = () => {};
  signal.addEventListener('abort', () => wake());
  await watchFolders(sourceFolders(found), signal, (path) => {
    if (!SOURCE.test(path)) return;
    changed.add(relative(found.folder, path));
    wake();
  });
  const saved = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
      if (changed.size > 0 || signal.aborted) resolve();
    });
  return (async function* () {
    for (await saved(); !signal.aborted; await saved()) {
      await quiet(changed);
      const files = [...changed].sort();
      changed.clear();
      yield files;
    }
  })();
}

/**
 * Folder by folder: a watched folder tells of every file in it, also of one that was put in another's place, as editors do when
 * they save. Node's own recursive watch goes on watching the file that is gone.
 */
async function watchFolders(roots: readonly string[], signal: AbortSignal, onChange: (path: string) => void) {
  const watched = new Map<string, FSWatcher>();

  async function add(folder: string): Promise<void> {
    if (watched.has(folder)) return;
    const watcher = watch(folder, { signal }, (_event, name) => {
      if (name === null || ASIDE.test(name)) return;
      onChange(join(folder, name));
      // A new folder; of a file that is none.
      if (!SOURCE.test(name)) void add(join(folder, name)).catch(() => undefined);
    });
    const forget = () => void watched.delete(folder);
    watched.set(folder, watcher.on('error', forget).on('close', forget));
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isDirectory() && !ASIDE.test(entry.name)) await add(join(folder, entry.name));
    }
  }

  for (const root of roots) await add(root);
}

async function quiet(changed: ReadonlySet<string>): Promise<void> {
  for (let seen = 0; seen !== changed.size; await delay(QUIET_MS)) seen = changed.size;
}
