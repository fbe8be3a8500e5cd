import type { ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';

/** What a client may leave unread: of a socket so many bytes, of a socket or an answer for so long. */
export interface Unread {
  readonly bytes: number;
  readonly ms: number;
}

export const UNREAD: Unread = { bytes: 4 * 1024 * 1024, ms: 15_000 };

/** Clients come back after it by themselves, with a fresh socket and, for the audit feed, behind their last cursor. */
const TRY_AGAIN_LATER = 1013;
/** For the close to arrive, should the reader wake up. */
const GOODBYE_MS = 2_000;

/**
 * Sends texts, each as soon as the one before it was taken by the network: a slow reader slows its source. One that leaves too
 * much unread, or takes nothing for too long, is cut off. A socket that is gone takes anything.
 */
export function createWriter(socket: WebSocket, unread: Unread): (text: string) => Promise<void> {
  const cut = (): void => {
    if (socket.readyState !== socket.OPEN) return;
    socket.close(TRY_AGAIN_LATER, 'Reading too slowly');
    const goodbye = setTimeout(() => socket.terminate(), GOODBYE_MS);
    socket.once('close', () => clearTimeout(goodbye));
  };
  const full = () => socket.bufferedAmount > unread.bytes;
  // Answered by the library itself.
  socket.on('ping', () => full() && cut());

  return (text) =>
    new Promise((resolve) => {
      if (full()) cut();
      if (socket.readyState !== socket.OPEN) return resolve();
      const late = setTimeout(cut, unread.ms);
      socket.send(text, () => {
        clearTimeout(late);
        resolve();
      });
    });
}

/**
 * Cuts off whoever takes nothing of its answer for `ms`, up to twice as long. Of server-sent events the source waits meanwhile,
 * so that no more than one of them is kept.
 */
export function watchReaders(ms: number): { watch(response: ServerResponse): void; stop(): void } {
  const wasStuck = new Map<ServerResponse, boolean>();
  const timer = setInterval(() => {
    for (const [response, before] of wasStuck) {
      const stuck = response.writableEnded ? !response.writableFinished : response.writableNeedDrain;
      if (stuck && before) response.destroy();
      else wasStuck.set(response, stuck);
    }
  }, ms).unref();
  return {
    watch(response) {
      wasStuck.set(response, false);
      response.on('drain', () => wasStuck.set(response, false));
      response.once('close', () => wasStuck.delete(response));
    },
    stop: () => clearInterval(timer),
  };
}
