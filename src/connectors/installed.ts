import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Connector, ConnectorFactory, InstanceFacts } from './contract.js';
import { checkConnector } from './define.js';

export interface Installed {
  /** The built-in ones first. */
  readonly factories: readonly ConnectorFactory[];
  /** A sentence for each package that cannot be used. */
  readonly faults: readonly string[];
}

/**
 * Loads the connectors of packages that the operator named: a package installed beside the gateway, or a path. `load`: how a
 * module is loaded, for sources that Node does not take as they are.
 */
export async function loadConnectors(
  names: readonly string[],
  builtIn: readonly ConnectorFactory[],
  load: (specifier: string) => Promise<unknown> = (specifier) => import(specifier),
): Promise<Installed> {
  const factories = [...builtIn];
  const faults: string[] = [];
  for (const name of names) {
    const fault = (text: string) => faults.push(`CONNECTORS names "${name}", which cannot be used: ${text}.`);
    let connector: ConnectorFactory | undefined;
    try {
      connector = ((await load(specifierOf(name))) as { readonly connector?: ConnectorFactory }).connector;
    } catch (error) {
      fault((error as Error).message.split('\n')[0] ?? 'it cannot be loaded');
      continue;
    }
    const wrong = factoryFaults(connector, factories);
    for (const text of wrong) fault(text);
    if (connector && wrong.length === 0) factories.push(connector);
  }
  return { factories, faults };
}

const specifierOf = (name: string): string => (/^[./]/.test(name) ? pathToFileURL(resolve(name)).href : name);

function factoryFaults(factory: ConnectorFactory | undefined, others: readonly ConnectorFactory[]): string[] {
  if (typeof factory?.create !== 'function' || typeof factory.id !== 'string' || !Array.isArray(factory.options)) {
    return ['it does not export `connector` with an id, options and a function create'];
  }
  const faults = others.some(({ id }) => id === factory.id) ? [`there is a connector "${factory.id}" already`] : [];
  // Else an option could be named like a secret of the gateway or of another connector, and be handed its value.
  const own = `${factory.id.toUpperCase().replaceAll('-', '_')}_`;
  const foreign = factory.options.filter(({ variable }) => !variable?.startsWith(own));
  return [...faults, ...foreign.map(({ variable }) => `its option ${variable} does not begin with ${own}`)];
}

/** Makes each connector from its own options and nothing else. Throws a sentence that names the one that cannot be used. */
export function createConnectors(
  factories: readonly ConnectorFactory[],
  values: { readonly [variable: string]: string | undefined },
  facts: InstanceFacts,
): Connector[] {
  return factories.map((factory) => {
    const own = factory.options.map(({ name, variable }) => [name, values[variable]] as const);
    let connector: Connector;
    try {
      connector = factory.create(Object.fromEntries(own), facts);
    } catch (error) {
      throw new Error(`The connector "${factory.id}" cannot be used: ${(error as Error).message}`);
    }
    checkConnector(connector);
    if (connector.descriptor.id === factory.id) return connector;
    throw new Error(
      `The connector "${factory.id}" cannot be used: its descriptor has the id "${connector.descriptor.id}".`,
    );
  });
}
