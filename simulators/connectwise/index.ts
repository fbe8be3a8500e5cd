/**
 * A strict simulator of the ConnectWise PSA REST API over real HTTP: it refuses what connectwise refuses, can fail on
 * command and keeps a journal. Where the sources leave a question open the code says `inferred` and `switches.ts` has a
 * switch.
 */

import { adminServer } from '../common/admin-server.js';
import { createApiServer } from '../common/api-server.js';
import { createLateCommits } from '../common/late-commits.js';
import { listen } from '../common/listening.js';
import { type Admin, createAdmin } from './admin.js';
import { ROUTES } from './admin-routes.js';
import { createCore } from './core.js';
import { sampleWorld } from './sample-world.js';
import { apiOf } from './server.js';
import type { Switches } from './switches.js';
import type { World } from './world.js';

export type { JournalEntry } from '../common/journal.js';
export type { Admin } from './admin.js';
export type { Row } from './database.js';
export type { FaultAction, FaultRule } from './faults.js';
export { sampleWorld } from './sample-world.js';
export { defaultSwitches, type Switches } from './switches.js';
export type { ApiMember, SeedRow, World } from './world.js';

export interface ConnectWiseSimulatorOptions {
  /** 0 = any free one (default). */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** The seed; default `sampleWorld()`. */
  world?: World;
  /** Where time comes from; default the real clock. */
  clock?: () => Date;
  switches?: Partial<Switches>;
}

export interface ConnectWiseSimulator {
  /** `http://127.0.0.1:PORT`, what is entered as the site. */
  url: string;
  /** Where the API begins: `{url}/v4_6_release/apis/3.0`. */
  apiUrl: string;
  adminUrl: string;
  admin: Admin;
  close(): Promise<void>;
}

export async function startConnectWiseSimulator(
  options: ConnectWiseSimulatorOptions = {},
): Promise<ConnectWiseSimulator> {
  const core = createCore({
    world: structuredClone(options.world ?? sampleWorld()),
    ...(options.clock ? { clock: options.clock } : {}),
    ...(options.switches ? { switches: options.switches } : {}),
  });
  const lateCommits = createLateCommits();
  const admin = createAdmin(core, lateCommits);
  const server = createApiServer(apiOf(core, lateCommits), adminServer(admin, ROUTES));
  const listening = await listen(server, options);
  const { url } = listening;
  return {
    url,
    apiUrl: `${url}/v4_6_release/apis/3.0`,
    adminUrl: `${url}/admin`,
    admin,
    async close() {
      lateCommits.cancel();
      await listening.close();
    },
  };
}
