/**
 * A strict simulator of the Autotask PSA REST API over real HTTP: it refuses what autotask refuses, can fail on command
 * and keeps a journal. Where the sources leave a question open the code says `inferred` and `switches.ts` has a switch.
 */

import { adminServer } from '../common/admin-server.js';
import { createApiServer } from '../common/api-server.js';
import { createLateCommits } from '../common/late-commits.js';
import { listen } from '../common/listening.js';
import { type Admin, createAdmin } from './admin.js';
import { createCore } from './core.js';
import { ROUTES } from './http/admin-routes.js';
import { apiOf } from './http/server.js';
import { sampleWorld } from './sample-world.js';
import type { Switches } from './switches.js';
import type { World } from './world.js';

export type { JournalEntry, JournalFilter } from '../common/journal.js';
export type { Admin, PublicUser, UserPatch } from './admin.js';
export type { PicklistValue, UserDefinedFieldDef } from './entities/define.js';
export type { ActiveFault, FaultAction, FaultRule } from './faults.js';
export type { Row } from './rows.js';
export { sampleWorld } from './sample-world.js';
export { defaultSwitches, type Switches } from './switches.js';
export type { Access, Permissions, SeedLine, SeedRow, World, WorldUser } from './world.js';

export interface AutotaskSimulatorOptions {
  /** 0 = any free one (default). */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** The seed; default `sampleWorld()`. */
  world?: World;
  /** Where time comes from; default the real clock. */
  clock?: () => Date;
  /** Loaded at start when it exists; written whole before any write is answered. */
  stateFile?: string;
  switches?: Partial<Switches>;
}

export interface AutotaskSimulator {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** Where a client that knows nothing begins: `{url}/atservicesrest`. */
  discoveryUrl: string;
  adminUrl: string;
  admin: Admin;
  close(): Promise<void>;
}

export async function startAutotaskSimulator(options: AutotaskSimulatorOptions = {}): Promise<AutotaskSimulator> {
  const core = createCore({
    world: options.world ?? sampleWorld(),
    ...(options.clock ? { clock: options.clock } : {}),
    ...(options.stateFile ? { stateFile: options.stateFile } : {}),
    ...(options.switches ? { switches: options.switches } : {}),
  });
  const lateCommits = createLateCommits();
  const admin = createAdmin(core, lateCommits);
  const server = createApiServer(apiOf(core, lateCommits), adminServer(admin, ROUTES));
  const listening = await listen(server, options);
  const { url } = listening;
  return {
    url,
    discoveryUrl: `${url}/atservicesrest`,
    adminUrl: `${url}/admin`,
    admin,
    async close() {
      lateCommits.cancel();
      await listening.close();
    },
  };
}
