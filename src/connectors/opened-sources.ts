import { createHttpClient } from './http.js';
import type { SourceFactory, SourceSession } from './source.js';

/** A source that is in use, and the organization it is pulled for. */
export interface OpenedSource {
  readonly id: string;
  readonly title: string;
  /** Id or externalId of an organization, as the operator wrote it. */
  readonly organization: string;
  readonly session: SourceSession;
}

export interface OpenedSources {
  readonly all: readonly OpenedSource[];
  find(id: string): OpenedSource | undefined;
  close(): Promise<void>;
}

/** A source's id and whom it is for. */
export interface SourceUse {
  readonly source: string;
  readonly organization: string;
}

interface Host {
  /** Values of the options, by variable. */
  readonly values: { readonly [variable: string]: string | undefined };
  readonly now: () => Date;
  readonly onCall?: (call: { source: string; method: string; status: number | null; milliseconds: number }) => void;
}

/** Opens the sources the operator uses. Throws a sentence for one that cannot be used. */
export function openSources(
  factories: readonly SourceFactory[],
  uses: readonly SourceUse[],
  { values, now, onCall }: Host,
): OpenedSources {
  const clients: { close(): Promise<void> }[] = [];
  const byId = new Map<string, OpenedSource>();
  for (const { source: id, organization } of uses) {
    const fault = (text: string) => new Error(`The source "${id}" cannot be used: ${text}.`);
    const factory = factories.find((each) => each.id === id);
    if (!factory) throw fault(`there are ${factories.map((each) => each.id).join(', ')}`);
    if (byId.has(id)) throw fault('it is named twice');
    for (const { required, variable } of factory.options) {
      if (required && values[variable] === undefined) throw fault(`${variable} is missing`);
    }
    const options = factory.options.map(({ name, variable }) => [name, values[variable]] as const);
    const source = factory.create(Object.fromEntries(options));
    const http = createHttpClient({
      allows: (url) => source.allows(url),
      mayBePrivate: (url) => source.mayBePrivate?.(url) ?? false,
      onCall: ({ method, status, milliseconds }) => onCall?.({ source: id, method, status, milliseconds }),
    });
    clients.push(http);
    byId.set(id, { id, title: source.descriptor.title, organization, session: source.connect({ http, now }) });
  }
  return {
    all: [...byId.values()],
    find: (id) => byId.get(id),
    async close() {
      for (const { session } of byId.values()) await session.dispose?.();
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}
