import type { Registry } from '../connectors/registry.js';
import type { Sessions } from '../delivery/sessions.js';
import type { Jobs } from '../jobs/engine.js';
import type { Database } from '../storage/database.js';
import type { NewId } from '../storage/ids.js';
import type { Sealer } from '../storage/sealed.js';

/** What operations work with; made once in app.ts. */
export interface Services {
  readonly db: Database;
  readonly connectors: Registry;
  readonly sessions: Sessions;
  readonly jobs: Jobs;
  readonly sealer: Sealer;
  readonly instanceId: string;
  readonly now: () => Date;
  readonly newId: NewId;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
}
