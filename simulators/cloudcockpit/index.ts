/**
 * A strict simulator of the CloudCockpit REST API, and of the token endpoint in front of it, over real HTTP: it refuses what
 * cloudcockpit refuses, can fail on command and keeps a journal. Where the documentation leaves a question open the code says
 * `inferred` and `switches.ts` has a switch.
 */

import { adminServer } from '../common/admin-server.js';
import { createApiServer } from '../common/api-server.js';
import { listen } from '../common/listening.js';
import { type Admin, createAdmin } from './admin.js';
import { ROUTES } from './admin-routes.js';
import { createCore } from './core.js';
import { sampleWorld } from './sample-world.js';
import { apiOf } from './server.js';
import type { Switches } from './switches.js';
import type { World } from './world.js';

export type { Admin } from './admin.js';
export type { FaultAction, FaultRule } from './faults.js';
export { customer, offer, offerPrice, sampleWorld, subscription, uuid } from './sample-world.js';
export { defaultSwitches, type Switches } from './switches.js';
export type { ApiClient, Row, World } from './world.js';

export interface CloudCockpitSimulatorOptions {
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

export interface CloudCockpitSimulator {
  /** `http://127.0.0.1:PORT`, where the API begins. */
  url: string;
  /** Where tokens are given. */
  tokenUrl: string;
  adminUrl: string;
  admin: Admin;
  close(): Promise<void>;
}

export async function startCloudCockpitSimulator(
  options: CloudCockpitSimulatorOptions = {},
): Promise<CloudCockpitSimulator> {
  const core = createCore({
    world: structuredClone(options.world ?? sampleWorld()),
    ...(options.clock ? { clock: options.clock } : {}),
    ...(options.switches ? { switches: options.switches } : {}),
  });
  const admin = createAdmin(core);
  const server = createApiServer(apiOf(core), adminServer(admin, ROUTES));
  const listening = await listen(server, options);
  const { url } = listening;
  return {
    url,
    tokenUrl: `${url}/directory/oauth2/v2.0/token`,
    adminUrl: `${url}/admin`,
    admin,
    close: listening.close,
  };
}
