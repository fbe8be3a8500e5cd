import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

export interface Reply {
  readonly status?: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Record<string, string>;
  /** Breaks the connection instead of answering. */
  readonly drop?: boolean;
}

export interface Stub {
  readonly origin: string;
  /** Everything that arrived, in order. */
  readonly seen: Seen[];
  close(): Promise<void>;
}

/** A server that answers what a test says, for answers no strict simulator gives. */
export async function startStub(answer: (request: Seen, origin: string) => Reply | undefined): Promise<Stub> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const one: Seen = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
    seen.push(one);
    const reply = answer(one, origin) ?? { status: 404, text: HTML_404, headers: { 'content-type': 'text/html' } };
    if (reply.drop) {
      request.socket.destroy();
      return;
    }
    response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
    response.end(reply.text ?? (reply.json === undefined ? '' : JSON.stringify(reply.json)));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    seen,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

export const HTML_404 = '<!DOCTYPE html><html><head><title>404 - File or directory not found.</title></head></html>';

/** Answers of a small healthy tenant; a test puts its own in front. */
export function healthy(request: Seen, origin: string): Reply | undefined {
  const path = request.path.toLowerCase();
  if (path.includes('/zoneinformation')) {
    return { json: { zoneName: 'Test', url: `${origin}/ATServicesRest/`, webUrl: origin, ci: 42 } };
  }
  if (path.endsWith('/thresholdinformation')) {
    return {
      json: { externalRequestThreshold: 10000, requestThresholdTimeframe: 60, currentTimeframeRequestCount: 124 },
    };
  }
  if (path.endsWith('/entityinformation')) return { json: { info: granted() } };
  if (path.endsWith('/fields')) return { json: { fields: [] } };
  if (path.endsWith('/currencies/query')) {
    return page([{ id: 1, name: 'EUR', isActive: true, isInternalCurrency: true }]);
  }
  if (path.endsWith('/query')) return page([]);
  return undefined;
}

export function granted(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    canCreate: true,
    canQuery: true,
    canUpdate: true,
    userAccessForCreate: 'All',
    userAccessForQuery: 'All',
    userAccessForUpdate: 'All',
    ...changes,
  };
}

export function page(items: unknown[], nextPageUrl: string | null = null): Reply {
  return { json: { items, pageDetails: { count: items.length, requestCount: 500, prevPageUrl: null, nextPageUrl } } };
}
