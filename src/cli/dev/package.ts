import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CommandError, EXIT } from '../errors.js';

/** A connector package in its folder. */
export interface ConnectorPackage {
  readonly name: string;
  /** Absolute, as are the files. */
  readonly folder: string;
  /** The file that exports `connector`. */
  readonly main: string;
  /** The file that exports `conformance`. */
  readonly simulator: string;
}

type Target = string | { readonly [condition: string]: Target | undefined } | undefined;

/**
 * The package in a folder, by the sources its exports name under the condition `source`, so that a save needs no build; else
 * by what it publishes. Throws CommandError.
 */
export async function findPackage(path: string): Promise<ConnectorPackage> {
  const folder = resolve(path);
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => null);
  if (text === null) throw unfit(`${folder} has no package.json.`);
  const { name = '', exports = {} } = manifestOf(text, folder);
  const entry = async (key: string): Promise<string> => {
    const target = fileOf(typeof exports === 'string' && key === '.' ? exports : at(exports, key));
    if (target === null) throw unfit(`The package ${name} does not export "${key}".`);
    const file = join(folder, target);
    if (await stat(file).catch(() => null)) return file;
    throw unfit(`The package ${name} exports "${key}" as ${target}, which is not there.`);
  };
  return { name, folder, main: await entry('.'), simulator: await entry('./conformance') };
}

/** Folders whose files make up the package. */
export const sourceFolders = ({ main, simulator }: ConnectorPackage): string[] => [
  ...new Set([dirname(main), dirname(simulator)]),
];

function manifestOf(text: string, folder: string): { readonly name?: string; readonly exports?: Target } {
  try {
    return JSON.parse(text) as { readonly name?: string };
  } catch (error) {
    throw unfit(`The package.json of ${folder} cannot be read: ${(error as Error).message}`);
  }
}

const at = (target: Target, key: string): Target => (typeof target === 'object' ? target[key] : undefined);

function fileOf(target: Target): string | null {
  if (typeof target === 'string') return target;
  const chosen = at(target, 'source') ?? at(target, 'import') ?? at(target, 'default');
  return chosen === undefined ? null : fileOf(chosen);
}

const unfit = (sentence: string) =>
  new CommandError(
    `${sentence} Run "dev" in the folder of a connector package, or name it with --package; "new-connector" makes one.`,
    EXIT.wrongUse,
  );
