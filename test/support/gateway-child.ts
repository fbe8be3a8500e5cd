import { type GatewayOptions, startGateway } from './app.js';

/** A gateway in a process of its own, so that a test can kill it. Tells its address and waits. */
const { url } = await startGateway(JSON.parse(process.env.TEST_GATEWAY ?? '{}') as GatewayOptions);
process.send?.(url);
