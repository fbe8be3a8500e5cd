import { open, readFile, rename } from 'node:fs/promises';

/** The API keys of the demo, by what they may do. */
export interface DemoKeys {
  readonly csp: string;
  readonly cspViewer: string;
  readonly reseller: string;
  readonly otherReseller: string;
}

/**
 * The gateway keeps only hashes of API keys, but the demo prints the same ones at every start. So their texts lie in the
 * data folder, readable by its owner alone. Whatever is not such a file counts as none.
 */
export async function readKeys(file: string): Promise<DemoKeys | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return 'null';
    throw error;
  });
  try {
    const found = JSON.parse(text) as Partial<DemoKeys> | null;
    return found?.csp && found.cspViewer && found.reseller && found.otherReseller ? (found as DemoKeys) : null;
  } catch {
    return null;
  }
}

/** Written aside, flushed, then renamed over, so that a killed start leaves the old file or the new one. */
export async function writeKeys(file: string, keys: DemoKeys): Promise<void> {
  const aside = `${file}.tmp`;
  const handle = await open(aside, 'w', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(keys, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(aside, file);
}
