import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tsImport } from 'tsx/esm/api';
import type { ConnectorFactory } from '../../connectors/contract.js';
import { createConnectors, loadConnectors } from '../../connectors/installed.js';
import { type ConformanceSubject, partsToWrite } from '../../connectors/kit/index.js';
import type { ConnectorPackage } from './package.js';
import { worldOf } from './world.js';

/** What a package exports, looked at and fit to be used. */
export interface LoadedPackage {
  readonly factory: ConnectorFactory;
  readonly subject: ConformanceSubject;
  readonly title: string;
  /** Parts that are still to be written. */
  readonly todo: readonly string[];
}

/** The package cannot be used; the message is one sentence that names the fault. */
export class PackageError extends Error {
  override readonly name = 'PackageError';
}

/**
 * Loads the connector as the gateway loads those that CONNECTORS names, and the simulator as the conformance suite does, and
 * tries both out. Throws PackageError.
 */
export async function loadPackage(found: ConnectorPackage, productName: string): Promise<LoadedPackage> {
  try {
    const load = async (file: string) =>
      tsImport(pathToFileURL(file).href, pathToFileURL(join(found.folder, '_')).href);
    const factory = await connectorOf(found, await load(found.main));
    const { conformance: subject } = (await load(found.simulator)) as { readonly conformance?: ConformanceSubject };
    if (typeof subject?.start !== 'function') {
      throw new PackageError(`${relative(found.folder, found.simulator)} does not export \`conformance\`.`);
    }
    const simulation = await subject.start(worldOf(new Date(), []));
    try {
      const [connector] = createConnectors([{ ...factory, create: () => simulation.connector }], {}, { productName });
      const todo = connector ? await partsToWrite(connector, simulation.credentials) : [];
      return { factory, subject, title: simulation.connector.descriptor.title, todo };
    } finally {
      await simulation.close();
    }
  } catch (error) {
    throw error instanceof PackageError ? error : new PackageError(sentenceOf(error, found.folder));
  }
}

async function connectorOf({ main, name }: ConnectorPackage, module: unknown): Promise<ConnectorFactory> {
  const { factories, faults } = await loadConnectors([main], [], async () => module);
  const [factory] = factories;
  if (factory) return factory;
  throw new PackageError((faults[0] ?? '').replace(/^CONNECTORS names ".*?", which/, name));
}

/** One sentence with the place of the fault, where it is one of the package's files. */
export function sentenceOf(error: unknown, folder: string): string {
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  const syntax = /^(.+?):(\d+):(\d+): ERROR: (.+)$/m.exec(message);
  if (syntax) return `${placeOf(syntax[1], folder)}:${syntax[2]}:${syntax[3]} ${syntax[4]}`;
  const [text = ''] = message.split('\n');
  const frame = stack.split('\n').find((line) => line.includes(folder) && !line.includes('node_modules'));
  const [, file, line] = /(?:file:\/\/)?(\/[^)?]+)[^:)]*:(\d+):\d+\)?$/.exec(frame ?? '') ?? [];
  return file === undefined ? text : `${text} (${placeOf(file, folder)}:${line})`;
}

function placeOf(file = '', folder: string): string {
  const place = relative(folder, file.replace(/^file:\/\//, ''));
  return place.startsWith('..') ? file : place;
}
