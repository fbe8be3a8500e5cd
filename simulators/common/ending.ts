import type { ServerResponse } from 'node:http';
import type { JournalEntry } from './journal.js';

/** An answer as it goes over the wire. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How a request ends: answered, cut off before or in the middle of its answer, or never answered. */
export type Ending = Reply | 'drop' | 'hang' | { truncate: Reply };

/** A body as the journal keeps it. */
export function parsed(body: string): unknown {
  if (body === '') return null;
  try {
    return JSON.parse(body);
  } catch {
    return body.slice(0, 2000);
  }
}

/** Ends a request and notes in its journal entry what was answered; without an answer nothing is noted. */
export function finish(outgoing: ServerResponse, entry: JournalEntry, ending: Ending): void {
  if (ending === 'hang') return;
  if (ending === 'drop') {
    // The socket itself: a half-finished HTTP answer would tell the client more than a lost connection does.
    outgoing.socket?.destroy();
    return;
  }
  if ('truncate' in ending) {
    const { status, headers, body } = ending.truncate;
    entry.status = status;
    outgoing.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
    outgoing.write(body.slice(0, Math.floor(body.length / 2)), () => outgoing.socket?.destroy());
    return;
  }
  entry.status = ending.status;
  send(outgoing, ending);
}

export function send(outgoing: ServerResponse, { status, headers, body }: Reply): void {
  outgoing.writeHead(status, { ...headers, ...(status !== 204 && { 'Content-Length': Buffer.byteLength(body) }) });
  outgoing.end(body);
}
