import {
  type Switches,
  sampleWorld,
  startCloudCockpitSimulator,
  type World,
} from '../../../simulators/cloudcockpit/index.js';
import { cloudcockpit } from '../../../src/connectors/cloudcockpit/index.js';
import { ConnectorError } from '../../../src/connectors/errors.js';
import { createHttpClient } from '../../../src/connectors/http.js';
import type { SourcePage } from '../../../src/connectors/source.js';

/** The options of the source as an operator sets them, by variable. */
export function valuesOf({ url, tokenUrl }: { url: string; tokenUrl: string }, world: World = sampleWorld()) {
  const [client] = world.clients;
  return {
    CLOUDCOCKPIT_TENANT: world.domains[0],
    CLOUDCOCKPIT_CLIENT_ID: client?.clientId,
    CLOUDCOCKPIT_CLIENT_SECRET: client?.clientSecret,
    CLOUDCOCKPIT_URL: url,
    CLOUDCOCKPIT_TOKEN_URL: tokenUrl,
    CLOUDCOCKPIT_SCOPE: world.scope,
  };
}

/** The source against its simulator, through the host's own client. */
export async function startSimulated(more: { world?: World; switches?: Partial<Switches>; options?: object } = {}) {
  const { world = sampleWorld(), switches = {} } = more;
  const simulator = await startCloudCockpitSimulator({ world, switches });
  const byVariable: Record<string, string | undefined> = valuesOf(simulator, world);
  const named = cloudcockpit.options.map(({ name, variable }) => [name, byVariable[variable]]);
  const source = cloudcockpit.create({ ...Object.fromEntries(named), ...more.options });
  // Long enough for a busy machine, short enough for a call that hangs.
  const http = createHttpClient({
    allows: (url) => source.allows(url),
    mayBePrivate: (url) => source.mayBePrivate?.(url) ?? false,
    timeoutMs: 2000,
  });
  // The clock of the simulator is the one of the source too, so that tokens end for both.
  const session = source.connect({ http, now: () => simulator.admin.clock.now() });
  return {
    simulator,
    source,
    session,
    /** All pages behind a cursor. */
    async pages(from: string | null = null): Promise<SourcePage[]> {
      const found: SourcePage[] = [];
      for (let cursor = from; ; ) {
        const page = await session.pull(cursor);
        found.push(page);
        cursor = page.cursor;
        if (!page.more) return found;
      }
    },
    /** What a pull throws; fails when it does not. */
    async failure(cursor: string | null = null, signal?: AbortSignal): Promise<ConnectorError> {
      const thrown = await session.pull(cursor, signal).catch((error: unknown) => error);
      if (thrown instanceof ConnectorError) return thrown;
      throw new Error('The pull throws no ConnectorError.', { cause: thrown });
    },
    calls: (entity: string) => simulator.admin.journal.list({ entity }),
    async close() {
      await http.close();
      await simulator.close();
    },
  };
}

export type Simulated = Awaited<ReturnType<typeof startSimulated>>;
