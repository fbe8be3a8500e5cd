import { autotask } from './autotask/index.js';
import { cloudcockpit } from './cloudcockpit/index.js';
import { connectwise } from './connectwise/index.js';
import type { ConnectorFactory } from './define.js';
import { files } from './files/index.js';
import type { SourceFactory } from './source.js';

/** The connectors that come with the gateway. Registered by name, never by scanning. */
export const builtInConnectors: readonly ConnectorFactory[] = [autotask, connectwise];

/** The sources that come with the gateway. */
export const builtInSources: readonly SourceFactory[] = [files, cloudcockpit];

/** What the operator may set for them. */
export const builtInOptions = [...builtInConnectors, ...builtInSources].flatMap(({ options }) => options);
