import type { OpenedSources } from '../connectors/opened-sources.js';
import type { Registry } from '../connectors/registry.js';
import type { Share } from '../delivery/budget.js';
import type { Sessions } from '../delivery/sessions.js';
import type { Jobs } from '../jobs/engine.js';
import type { Database } from '../storage/database.js';
import type { NewId } from '../storage/ids.js';
import type { Vault } from '../storage/vault.js';

/** What operations work with; made once in app.ts. */
export interface Services {
  readonly db: Database;
  readonly connectors: Registry;
  readonly sources: OpenedSources;
  readonly sessions: Sessions;
  readonly jobs: Jobs;
  readonly vault: Vault;
  readonly instanceId: string;
  readonly now: () => Date;
  readonly newId: NewId;
  readonly vendorShare: Share;
  /** So long a change of quantity waits for a later one of its day (R50). */
  readonly nettingSeconds: number;
  /** How long after a send an unanswered write may still land, for a connector (design 9.4). */
  readonly quarantineMs: (connection: { readonly connectorId: string }) => number;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
}
