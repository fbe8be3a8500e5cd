import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';

/** What the relay answers in place of the PSA, which has carried the request out by then. */
export type Spoiling = 'malformed' | 'truncated' | 'huge' | 'gzipBomb' | 'wrongShape';

export interface Relay {
  /** Where a client that knows nothing begins; the PSA's own answers lead here too. */
  readonly discoveryUrl: string;
  /** Spoils the answers to requests that fit, from now on. Ends when the first of them has been spoilt. */
  spoil(rule: { readonly method?: string; readonly path: RegExp; readonly as: Spoiling }): Promise<void>;
  calm(): void;
  close(): Promise<void>;
}

const HUGE_BYTES = 50 * 1024 * 1024;

/** Stands between a gateway and a PSA and spoils answers on the way back. */
export async function startRelay(target: string): Promise<Relay> {
  const { hostname, port } = new URL(target);
  let rules: { method?: string; path: RegExp; as: Spoiling; spoilt: () => void }[] = [];

  const server = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const forward = httpRequest({ hostname, port, method, path, headers }, (answer) => void pass(answer));
    forward.on('error', () => incoming.destroy());
    incoming.pipe(forward);

    async function pass(answer: IncomingMessage): Promise<void> {
      const pieces: Buffer[] = [];
      for await (const piece of answer) pieces.push(piece as Buffer);
      const body = Buffer.concat(pieces);
      const rule = rules.find((one) => (one.method ?? method) === method && one.path.test(path ?? ''));
      if (!rule) return void outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(body);
      rule.spoilt();
      spoil(rule.as, body, outgoing);
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port: own } = server.address() as AddressInfo;
  return {
    discoveryUrl: `http://127.0.0.1:${own}/atservicesrest`,
    spoil: (rule) => new Promise((spoilt) => rules.push({ ...rule, spoilt })),
    calm() {
      rules = [];
    },
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

function spoil(as: Spoiling, body: Buffer, outgoing: ServerResponse): void {
  const json = { 'content-type': 'application/json; charset=utf-8' };
  if (as === 'malformed') outgoing.writeHead(200, json).end('{"items":[{"id":1,');
  if (as === 'wrongShape') outgoing.writeHead(200, json).end('[null, 42, {"items": "none", "pageDetails": []}]');
  if (as === 'gzipBomb') outgoing.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(bomb());
  if (as === 'truncated') {
    outgoing.writeHead(200, { ...json, 'content-length': body.length + 1000 });
    outgoing.write(body, () => outgoing.destroy());
  }
  if (as === 'huge') {
    outgoing.writeHead(200, { ...json, 'content-length': HUGE_BYTES });
    const pieces = Array.from({ length: HUGE_BYTES / PIECE.length }, () => PIECE);
    Readable.from(pieces).pipe(outgoing);
  }
}

const PIECE = Buffer.alloc(64 * 1024, ' ');

let made: Buffer | undefined;
/** About half a megabyte that unpacks to 512 MB: a gzip stream may have several members. */
function bomb(): Buffer {
  const member = made ?? gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
  made = member;
  return Buffer.concat(Array.from({ length: 8 }, () => member));
}
