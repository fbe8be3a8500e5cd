import { watch } from 'node:fs';
import type { SourceFactory } from '../source.js';
import { pullPage } from './page.js';

/** A folder with what a marketplace exports: customers, offers and subscriptions, each as .csv or .ndjson. */
export const files: SourceFactory = {
  id: 'files',
  options: [
    {
      name: 'folder',
      variable: 'FILES_FOLDER',
      title: 'Folder',
      help: 'Folder of the source "files": customers, offers and subscriptions, each as .csv or .ndjson (docs/sources.md).',
      secret: false,
      required: true,
    },
  ],
  create({ folder = '' }) {
    return {
      descriptor: { role: 'source', id: 'files', title: 'Files', vendor: 'connector-gateway', egress: [] },
      allows: () => false,
      connect: () => ({
        pull: (cursor, signal) => pullPage(folder, cursor, signal),
        watch(changed) {
          try {
            const watcher = watch(folder, { persistent: false }, () => changed());
            // A folder that is taken away is told by the next pull.
            watcher.on('error', () => watcher.close());
            return () => watcher.close();
          } catch {
            return () => undefined;
          }
        },
      }),
    };
  },
};
