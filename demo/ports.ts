import { createServer } from 'node:net';

/** Something in the way of the demo, with what to do about it. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}

/** How far the simulator's port lies above the gateway's. */
const SIMULATOR_OFFSET = 10;

/** Both ports, free at this moment. Asked before anything is started: a late refusal would be an expensive one. */
export async function choosePorts(port: number, host: string): Promise<{ gateway: number; simulator: number }> {
  if (port === 0) return { gateway: 0, simulator: 0 };
  const simulator = port + SIMULATOR_OFFSET <= 65_535 ? port + SIMULATOR_OFFSET : port - SIMULATOR_OFFSET;
  await Promise.all([
    demandFree(port, host, 'the gateway', port),
    demandFree(simulator, '127.0.0.1', 'the Autotask simulator', port),
  ]);
  return { gateway: port, simulator };
}

function demandFree(port: number, host: string, whom: string, base: number): Promise<void> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, port, whom, base)));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve()));
  });
}

function explain(error: NodeJS.ErrnoException, port: number, whom: string, base: number): Error {
  const other = base + 100 <= 65_535 ? base + 100 : base - 100;
  const fix = `Choose another one, such as GATEWAY_PORT=${other} npm run demo, or GATEWAY_PORT=0 for any that is free.`;
  if (error.code === 'EADDRINUSE') return new DemoError(`Port ${port}, wanted for ${whom}, is taken. ${fix}`);
  if (error.code === 'EACCES') return new DemoError(`This account may not open port ${port} for ${whom}. ${fix}`);
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new DemoError('GATEWAY_HOST is no address of this machine. Use 127.0.0.1, or 0.0.0.0 for all.');
  }
  return error;
}
