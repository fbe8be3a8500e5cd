import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from './body.js';

export interface AdminCall {
  readonly body: Readonly<Record<string, unknown>>;
  readonly params: URLSearchParams;
  /** What stands in the path where the route says `:name`. */
  readonly path: Readonly<Record<string, string>>;
}

interface AdminRoute<Admin> {
  /** For the list of calls. */
  readonly about: string;
  /** What answers nothing answers `{ done: true }`; what throws is answered 400 with its message. */
  run(admin: Admin, call: AdminCall): unknown;
}

/** By verb and path below /admin, as in `PATCH users/:name`. */
export type AdminRoutes<Admin> = Readonly<Record<string, AdminRoute<Admin>>>;

/** A whole seed may be large. */
const BODY_LIMIT = 64_000_000;

/** What a simulator's functions for tests and demos look like over HTTP. */
export function adminServer<Admin>(admin: Admin, routes: AdminRoutes<Admin>) {
  const parts = (path: string) => path.split('/').filter(Boolean);
  const table = Object.entries(routes).map(([call, route]) => {
    const [verb = '', path = ''] = call.split(' ');
    return { verb, path: parts(path), call: `${verb} ${['/admin', ...parts(path)].join('/')}`, route };
  });
  const index = table.map(({ call, route }) => ({ call, about: route.about }));

  async function answer(incoming: IncomingMessage): Promise<readonly [status: number, value: unknown]> {
    // No password here, so nobody from outside this machine is heard.
    if (!/^(::1$|127\.|::ffff:127\.)/.test(incoming.socket.remoteAddress ?? '')) {
      return [403, { error: 'the admin side answers this machine only' }];
    }
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const asked = parts(url.pathname).slice(1).map(decodeURIComponent);
    const text = await readBody(incoming, BODY_LIMIT);
    if (asked.length === 0 && incoming.method === 'GET') return [200, index];
    const found = table.filter(
      ({ path }) =>
        path.length === asked.length && path.every((part, at) => part.startsWith(':') || part === asked[at]),
    );
    const match = found.find(({ verb }) => verb === incoming.method);
    if (!match) return [found.length > 0 ? 405 : 404, { error: 'no such call; GET /admin lists them' }];
    const body: unknown = text === '' ? {} : JSON.parse(text);
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      return [400, { error: 'the body must be a JSON object' }];
    }
    const path = Object.fromEntries(match.path.map((part, at) => [part.replace(/^:/, ''), asked[at] ?? '']));
    const call = { body: body as AdminCall['body'], params: url.searchParams, path };
    return [200, (await match.route.run(admin, call)) ?? { done: true }];
  }

  return async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const [status, value] = await answer(incoming).catch(
      (error: unknown) => [400, { error: error instanceof Error ? error.message : String(error) }] as const,
    );
    outgoing.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
    outgoing.end(JSON.stringify(value));
  };
}
