import { autotask } from './autotask/index.js';
import type { ConnectorFactory } from './define.js';

/** The connectors that come with the gateway. Registered by name, never by scanning. */
export const builtInConnectors: readonly ConnectorFactory[] = [autotask];
