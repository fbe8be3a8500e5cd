import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** As little of a load balancer as there can be: TCP, in turn, to those that say they are ready. It never sends anything twice. */
export interface Balancer {
  readonly port: number;
  /** Ends when the gateway behind that port has said that it is ready. */
  add(port: number): Promise<void>;
  remove(port: number): void;
  close(): Promise<void>;
}

const CHECK_EVERY_MS = 200;

export async function startBalancer(): Promise<Balancer> {
  const behind = new Map<number, boolean>();
  const links = new Set<Socket>();
  let turn = 0;

  const server = createServer((client) => {
    links.add(client);
    client.on('error', () => undefined);
    client.once('close', () => links.delete(client));
    client.pause();
    const ready = [...behind].filter(([, isReady]) => isReady).map(([port]) => port);
    turn += 1;
    reach(client, [...ready.slice(turn % ready.length), ...ready.slice(0, turn % ready.length)]);
  });

  /** Who refuses the connection has accepted nothing: the next one is asked. */
  function reach(client: Socket, [port, ...others]: readonly number[]): void {
    if (port === undefined) return void client.destroy();
    const upstream = connect(port, '127.0.0.1');
    upstream.once('error', () =>
      upstream.connecting || !upstream.remotePort ? reach(client, others) : client.destroy(),
    );
    upstream.once('connect', () => {
      upstream.on('error', () => client.destroy());
      client.once('close', () => upstream.destroy());
      upstream.once('close', () => client.destroySoon());
      client.pipe(upstream).pipe(client);
    });
  }

  const isReady = (port: number) =>
    fetch(`http://127.0.0.1:${port}/ready`).then(
      ({ status }) => status === 200,
      () => false,
    );

  const timer = setInterval(async () => {
    for (const port of [...behind.keys()]) {
      const now = await isReady(port);
      if (behind.has(port)) behind.set(port, now);
    }
  }, CHECK_EVERY_MS);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));

  return {
    port: (server.address() as AddressInfo).port,
    async add(port) {
      while (!(await isReady(port))) await new Promise((waited) => setTimeout(waited, 50));
      behind.set(port, true);
    },
    remove: (port) => void behind.delete(port),
    async close() {
      clearInterval(timer);
      const closed = new Promise((done) => server.close(done));
      for (const link of links) link.destroy();
      await closed;
    },
  };
}
