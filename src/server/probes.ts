import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { ServerOptions } from './options.js';

/** How long a check may take before it counts as failed. */
const READY_WITHIN_MS = 3_000;

/** What machines ask: /health (the process lives), /ready (it can serve), /metrics. Null: another path. */
export interface Probes {
  answer(request: IncomingMessage, response: ServerResponse): Promise<void> | null;
  /** /metrics, /health and /ready on a port of their own. */
  readonly ownServer: Server | null;
  /** The server is on its way out: not ready any more. */
  stop(): void;
}

export function createProbes(options: Pick<ServerOptions, 'unready' | 'metrics'>): Probes {
  const { metrics } = options;
  let stopping = false;

  async function ready(response: ServerResponse): Promise<void> {
    const failing = stopping ? ['stopping'] : await checked(options.unready);
    const body = failing.length === 0 ? { ready: true } : { ready: false, failing };
    json(response, failing.length === 0 ? 200 : 503, body);
  }

  async function scrape(request: IncomingMessage, response: ServerResponse, own: boolean): Promise<void> {
    if (!metrics || !allowed(request, metrics.token, own)) {
      const status = metrics?.token ? 401 : 404;
      response.writeHead(status, status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}).end();
      return;
    }
    const text = await metrics.scrape();
    response.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' }).end(text);
  }

  function answerTo(request: IncomingMessage, response: ServerResponse, own: boolean): Promise<void> | null {
    const path = request.url?.split('?', 1)[0];
    if (path === '/ready') return ready(response);
    if (path === '/health') return json(response, 200, { alive: true });
    return path === '/metrics' ? scrape(request, response, own) : null;
  }

  const listener: RequestListener = (request, response) => {
    const answer = answerTo(request, response, true);
    if (!answer) response.writeHead(404).end();
    else answer.catch(() => response.destroy());
  };
  return {
    answer: (request, response) => answerTo(request, response, false),
    ownServer: metrics?.port == null ? null : createServer(listener),
    stop() {
      stopping = true;
    },
  };

  /** By a token; without one on the own port, or by a caller on this machine that no proxy brought. */
  function allowed(request: IncomingMessage, token: string | null, own: boolean): boolean {
    if (!own && metrics?.port != null) return false;
    if (token !== null) return sameText(request.headers.authorization ?? '', `Bearer ${token}`);
    const brought = request.headers['x-forwarded-for'] ?? request.headers.forwarded;
    return own || (isLoopback(request.socket.localAddress) && brought === undefined);
  }
}

async function checked(unready: ServerOptions['unready']): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly string[]>((resolve) => {
    timer = setTimeout(resolve, READY_WITHIN_MS, ['database']);
  });
  try {
    return await Promise.race([unready(), late]);
  } catch {
    return ['database'];
  } finally {
    clearTimeout(timer);
  }
}

async function json(response: ServerResponse, status: number, body: object): Promise<void> {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

function sameText(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function isLoopback(address: string | undefined): boolean {
  return /^(::ffff:)?127\.|^::1$/.test(address ?? '');
}
