import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConnectorError } from '../errors.js';
import type { SourceKind } from '../source.js';

export interface SourceFile {
  readonly name: string;
  readonly path: string;
  readonly kind: SourceKind;
  readonly format: 'csv' | 'ndjson';
}

const NAMES: readonly (readonly [SourceKind, string])[] = [
  ['customers', 'customers'],
  ['offers', 'offers'],
  ['cloudSubscriptions', 'subscriptions'],
];

/** Every file there may be, in the order in which they are read. */
export const FILES = NAMES.flatMap(([kind, base]) =>
  (['csv', 'ndjson'] as const).map((format) => ({ kind, format, name: `${base}.${format}` })),
);

export interface Folder {
  /** The files that are there. */
  readonly files: readonly SourceFile[];
  /** Differs as soon as one of them does. */
  readonly version: string;
}

/** What is there now. Throws `ConnectorError` when the folder is not. */
export async function lookInto(folder: string): Promise<Folder> {
  const found = await stat(folder).catch(() => null);
  if (!found?.isDirectory()) {
    throw new ConnectorError('notFound', 'The folder of the file source is not there.', {
      code: 'FOLDER_MISSING',
      hint: 'Make the folder that FILES_FOLDER names, readable for the gateway, on every machine that runs one.',
    });
  }
  const hash = createHash('sha256');
  const files: SourceFile[] = [];
  for (const file of FILES) {
    const path = join(folder, file.name);
    const facts = await stat(path, { bigint: true }).catch(() => null);
    if (!facts?.isFile()) continue;
    files.push({ ...file, path });
    hash.update(`${file.name}:${facts.size}:${facts.mtimeNs}\n`);
  }
  return { files, version: hash.digest('hex').slice(0, 32) };
}
