import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Core } from '../core.js';
import type { JournalEntry } from '../journal.js';
import { message, Refusal, type Reply } from '../replies.js';
import { answer, type Resolved, resolve } from './api.js';
import { applyAfter, applyBefore, type Ending } from './fault-replies.js';
import type { LateCommits } from './late-commits.js';
import { type ApiRequest, header, readBody, toRequest } from './request.js';

export interface ServerParts {
  core: Core;
  lateCommits: LateCommits;
  serveAdmin(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void>;
}

export function createApiServer({ core, lateCommits, serveAdmin }: ServerParts): Server {
  const server = createServer((incoming, outgoing) => {
    const work = /^\/+admin(\/|\?|$)/i.test(incoming.url ?? '')
      ? serveAdmin(incoming, outgoing)
      : serveApi(core, lateCommits, incoming, outgoing);
    work.catch(() => incoming.destroy());
  });
  // Longer than any client's pause between two calls, so that a kept connection is not closed under its feet.
  server.keepAliveTimeout = 65_000;
  return server;
}

async function serveApi(
  core: Core,
  lateCommits: LateCommits,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const host = incoming.headers.host ?? 'localhost';
  let body = '';
  try {
    body = await readBody(incoming, core.switches.bodyLimit);
  } catch (error) {
    return error instanceof Refusal ? send(outgoing, error.reply) : undefined;
  }
  let request: ApiRequest;
  let resolved: Resolved;
  try {
    request = toRequest(incoming, body, host);
    resolved = resolve(core, request);
  } catch {
    return send(outgoing, message(400, 'The request is invalid.'));
  }
  const entry = core.journal.open(describe(core, request, resolved));
  const fault = core.faults.take({ ...resolved, method: request.method, path: request.path });
  entry.fault = fault?.kind ?? null;
  const early = fault && applyBefore(fault);
  if (early) return finish(outgoing, entry, early);
  const run = (delayMs = 0) =>
    answer(core, request, resolved, {
      delayMs,
      zoneRedirect: fault?.kind === 'zoneRedirect' ? fault.url : null,
      onCommit: () => {
        core.journal.count(entry);
        core.persist();
      },
    });
  if (fault?.kind === 'lateCommit') {
    lateCommits.schedule(fault.ms, () => run().then(() => undefined));
    return finish(outgoing, entry, 'drop');
  }
  const { reply } = await run(fault?.kind === 'delay' ? fault.ms : 0);
  return finish(outgoing, entry, fault ? applyAfter(fault, reply) : reply);
}

function describe(core: Core, request: ApiRequest, resolved: Resolved) {
  return {
    time: core.clock.now().toISOString(),
    method: request.method,
    path: request.target,
    entity: resolved.entity,
    isWrite: resolved.isWrite,
    user: header(request, 'UserName') || null,
    headers: request.headerNames,
    body: parsed(request.body),
  };
}

function parsed(body: string): unknown {
  if (body === '') return null;
  try {
    return JSON.parse(body);
  } catch {
    return body.slice(0, 2000);
  }
}

function finish(outgoing: ServerResponse, entry: JournalEntry, ending: Ending): void {
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

function send(outgoing: ServerResponse, { status, headers, body }: Reply): void {
  outgoing.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
  outgoing.end(body);
}
