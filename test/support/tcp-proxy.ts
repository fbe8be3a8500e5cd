import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from 'node:net';

/** What the network does to the links of a proxy, present and new ones. May be changed while bytes flow. */
export interface Weather {
  /** Every piece waits so long, either way. */
  readonly latencyMs: number;
  /**
   * `refuse`: links are reset as soon as they are made. `blackhole`: bytes are taken and go nowhere, the link stays open.
   * `halfOpen`: the server still hears the client, the client hears nothing more.
   */
  readonly mode: 'pass' | 'refuse' | 'blackhole' | 'halfOpen';
  /** So many bytes of a link's answers pass, then it is reset. */
  readonly cutAfterBytes: number;
}

export const CALM: Weather = { latencyMs: 0, mode: 'pass', cutAfterBytes: Number.POSITIVE_INFINITY };

export type Direction = 'toServer' | 'toClient';

/** Reads along on one link. A piece goes on when the answer resolves to true, and ends the link when to false. */
export type Tap = (direction: Direction, piece: Buffer) => boolean | Promise<boolean>;

export interface TcpProxy {
  readonly port: number;
  set(weather: Partial<Weather>): void;
  /** Resets all present links; answers how many there were. */
  cut(): number;
  close(): Promise<void>;
}

/**
 * A TCP proxy that can misbehave, to stand between a gateway and its database or its PSA. Pieces keep their order. `tapOf`
 * makes the tap of one link; `gone` ends when its client has closed or died.
 */
export async function startTcpProxy(
  target: NetConnectOpts,
  tapOf: (gone: Promise<void>) => Tap = () => () => true,
): Promise<TcpProxy> {
  let weather = CALM;
  const links = new Set<() => void>();

  const server = createServer((client) => {
    if (weather.mode === 'refuse') return void client.resetAndDestroy();
    const upstream = connect(target);
    const tap = tapOf(new Promise((gone) => client.once('close', () => gone())));
    let answered = 0;
    const end = () => {
      links.delete(end);
      if (!client.destroyed) client.resetAndDestroy();
      upstream.destroy();
    };
    links.add(end);

    async function carry(direction: Direction, piece: Buffer, to: Socket): Promise<void> {
      if (weather.latencyMs > 0) await new Promise((waited) => setTimeout(waited, weather.latencyMs));
      if (!(await tap(direction, piece))) return end();
      if (weather.mode === 'blackhole' || (weather.mode === 'halfOpen' && direction === 'toClient')) return;
      const left = direction === 'toClient' ? weather.cutAfterBytes - answered : Number.POSITIVE_INFINITY;
      if (direction === 'toClient') answered += piece.length;
      if (to.destroyed) return;
      await new Promise<void>((written) =>
        to.write(piece.length > left ? piece.subarray(0, left) : piece, () => written()),
      );
      if (piece.length >= left) end();
    }

    for (const [direction, from, to] of [
      ['toServer', client, upstream],
      ['toClient', upstream, client],
    ] as const) {
      from.setNoDelay();
      // One after another: what was sent first arrives first, and an end arrives last.
      let before = Promise.resolve();
      const then = (next: () => Promise<void> | void) => {
        before = before.then(next).catch(end);
      };
      from.on('data', (piece) => then(() => carry(direction, piece, to)));
      from.on('end', () => then(() => void to.end()));
      from.on('error', () => then(end));
      from.on('close', () => then(() => void (weather.mode === 'blackhole' ? null : to.destroySoon())));
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));

  return {
    port: (server.address() as AddressInfo).port,
    set(changes) {
      weather = { ...weather, ...changes };
    },
    cut() {
      const present = [...links];
      for (const end of present) end();
      return present.length;
    },
    async close() {
      const closed = new Promise((done) => server.close(done));
      for (const end of [...links]) end();
      await closed;
    },
  };
}
