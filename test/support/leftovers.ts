import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';

/** What keeps a process alive and belongs to somebody: sockets, servers, child processes. */
const COUNTED = /^(TCPSocketWrap|TCPServerWrap|PipeWrap|PipeServerWrap|ProcessWrap|TCPWRAP|PIPEWRAP)$/;

export function openHandles(): number {
  return process.getActiveResourcesInfo().filter((name) => COUNTED.test(name)).length;
}

/** Ends when no more handles are open than before; names them when they stay. */
export async function whenGone(before: number, withinMs = 8_000): Promise<void> {
  // Node's own fetch keeps connections for a while.
  const dispatcher = getGlobalDispatcher();
  setGlobalDispatcher(new Agent());
  await dispatcher.close();
  for (const until = Date.now() + withinMs; openHandles() > before; ) {
    if (Date.now() > until) {
      const left = process.getActiveResourcesInfo().filter((name) => COUNTED.test(name));
      throw new Error(`Open before ${before}, now ${left.length}: ${left.join(', ')}`);
    }
    // Closing takes turns of the event loop; there is nothing to be told by.
    await new Promise((turn) => setImmediate(turn));
  }
}
