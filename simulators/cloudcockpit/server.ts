import type { IncomingMessage } from 'node:http';
import type { Serve } from '../common/api-server.js';
import { readBody } from '../common/body.js';
import { type Ending, finish, type Reply } from '../common/ending.js';
import { type ApiRequest, answer, type Route, routeOf } from './api.js';
import type { Core } from './core.js';
import type { FaultAction } from './faults.js';
import { empty, failure, json, page, tooMany } from './replies.js';

const BODY_LIMIT = 64_000;

export function apiOf(core: Core): Serve {
  return async (incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const request: ApiRequest = {
      method: (incoming.method ?? 'GET').toUpperCase(),
      path: url.pathname,
      params: url.searchParams,
      headers: incoming.headers,
      body: await readBody(incoming, BODY_LIMIT),
    };
    const route = routeOf(request.path);
    const entry = core.journal.open(describe(core, request, route, incoming));
    const fault = core.faults.take({ ...request, entity: entry.entity, isWrite: false });
    entry.fault = fault?.kind ?? null;
    if (fault?.kind === 'delay') await new Promise((done) => setTimeout(done, fault.ms));
    finish(outgoing, entry, fault ? broken(fault, () => answer(core, request, route)) : answer(core, request, route));
  };
}

/** How a request ends that a fault hits. */
function broken(fault: FaultAction, reply: () => Reply): Ending {
  switch (fault.kind) {
    case 'drop':
    case 'hang':
      return fault.kind;
    case 'truncated':
      return { truncate: reply() };
    case 'halfJson': {
      const whole = reply();
      return { ...whole, body: whole.body.slice(0, Math.floor(whole.body.length / 2)) };
    }
    case 'html200':
      return page(200, 'Sign in');
    case 'html502':
      return page(502, '502 - Bad Gateway');
    case 'json500':
      return failure(500, 'ServerError', 'Something went wrong.');
    case 'status401':
      return empty(401);
    case 'status403':
      return empty(403);
    case 'status404':
      return failure(404, 'NotFound', 'There is no such resource.');
    case 'status429':
      return tooMany(fault.retryAfter);
    case 'redirect':
      return empty(302, { Location: fault.to });
    case 'body':
      return json(200, fault.value);
    case 'delay':
      return reply();
  }
}

/** Of a form only the names of its fields are kept: one is the secret. */
function describe({ clock }: Core, request: ApiRequest, route: Route | undefined, incoming: IncomingMessage) {
  return {
    time: clock.now().toISOString(),
    method: request.method,
    path: incoming.url ?? '/',
    entity: route?.entity ?? null,
    isWrite: false,
    user: null,
    headers: incoming.rawHeaders.filter((_, index) => index % 2 === 0),
    body: [...new URLSearchParams(request.body).keys()],
  };
}
