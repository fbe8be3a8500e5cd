import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Connections that are kept open and have no request under way: a client may be sending one into any of them just now. */
export interface IdleConnections {
  /** Ends when there is none any more, or after that time. */
  gone(withinMs: number): Promise<void>;
}

export function watchIdle(server: Server): IdleConnections {
  const idle = new Set<Socket>();
  let tell = () => {};

  function remove(socket: Socket): void {
    idle.delete(socket);
    if (idle.size === 0) tell();
  }

  server.on('connection', (socket) => {
    idle.add(socket);
    socket.once('close', () => remove(socket));
  });
  server.on('request', ({ socket }, response) => {
    idle.delete(socket);
    response.once('close', () => {
      if (!socket.destroyed) idle.add(socket);
    });
  });
  // It is a WebSocket's from here on.
  server.on('upgrade', (_request, socket) => remove(socket as Socket));

  return {
    gone(withinMs) {
      if (idle.size === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, withinMs);
        tell = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}
