import { randomBytes } from 'node:crypto';
import type { Connector } from '../../src/connectors/contract.js';
import { openSources } from '../../src/connectors/opened-sources.js';
import { createRegistry } from '../../src/connectors/registry.js';
import { createVendorBudget, DEFAULT_SHARE } from '../../src/delivery/budget.js';
import { createSecretStop } from '../../src/delivery/secret-stop.js';
import { createSessions } from '../../src/delivery/sessions.js';
import { createJobEngine } from '../../src/jobs/engine.js';
import { migrateJobs } from '../../src/jobs/tables.js';
import type { Scope } from '../../src/marketplace/visibility.js';
import { run, type Verb } from '../../src/operations/run.js';
import type { Services } from '../../src/operations/services.js';
import type { Database } from '../../src/storage/database.js';
import { newId } from '../../src/storage/ids.js';
import { createLocalKeys } from '../../src/storage/key-provider.js';
import { createVault } from '../../src/storage/vault.js';

export interface ServiceOptions {
  readonly now: () => Date;
  readonly connectors?: readonly Connector[];
  readonly nettingSeconds?: number;
}

/** What verbs work with, on a database of a test; the job engine is never started: jobs stay where they were put. */
export async function createTestServices(db: Database, options: ServiceOptions): Promise<Services> {
  const { now, nettingSeconds = 0 } = options;
  const sealing = { id: 'test', key: randomBytes(32) };
  const provider = await createLocalKeys(async () => [sealing]);
  const vault = createVault({ db, provider, newId });
  const connectors = createRegistry(options.connectors ?? []);
  const instanceId = newId();
  const budget = createVendorBudget({ databaseUrl: db.url, instanceId, newId, now, share: DEFAULT_SHARE });
  await migrateJobs(db.url);
  return {
    ...{ db, vault, connectors, now, newId, nettingSeconds },
    vendorShare: DEFAULT_SHARE,
    quarantineMs: () => 1000,
    sources: openSources([], [], { values: {}, now }),
    sessions: createSessions({
      connectors,
      vault,
      budget,
      now,
      refused: createSecretStop({ db, log: () => undefined }),
    }),
    jobs: createJobEngine({ databaseUrl: db.url, concurrency: 1, log: () => undefined }),
    instanceId,
    log: () => undefined,
  };
}

/** Calls a verb as an organization's API key does. */
export function perform<Input, Value>(
  services: Services,
  verb: Verb<Input, Value>,
  scope: Scope,
  input: unknown,
  role: 'ADMINISTRATOR' | 'VIEWER' = 'ADMINISTRATOR',
) {
  const principal = {
    ...scope,
    ...({ organizationKind: 'CSP', organizationName: 'x', role } as const),
    actor: { kind: 'API_KEY', id: newId(), name: 'test' } as const,
  };
  return run(services, verb, { principal, correlationId: newId(), requestId: 'r' }, input);
}
