import type { Serve } from '../common/api-server.js';
import { BodyTooLarge, readBody } from '../common/body.js';
import { type Ending, finish, parsed, type Reply, send } from '../common/ending.js';
import type { LateCommits } from '../common/late-commits.js';
import { answer, type Route, routeOf } from './api.js';
import type { Core } from './core.js';
import type { FaultAction } from './faults.js';
import { tooMany } from './limit.js';
import { failure, page } from './replies.js';
import { type ApiRequest, toRequest } from './request.js';

export function apiOf(core: Core, lateCommits: LateCommits): Serve {
  return async (incoming, outgoing) => {
    let request: ApiRequest;
    try {
      request = toRequest(incoming, await readBody(incoming, core.switches.bodyLimit));
    } catch (error) {
      return send(
        outgoing,
        error instanceof BodyTooLarge
          ? failure(413, 'TooLarge', 'The body is too large.')
          : failure(400, 'InvalidArgument', 'The request is invalid.'),
      );
    }
    const route = routeOf(request.path);
    const isWrite = request.method !== 'GET';
    const entry = core.journal.open(describe(core, request, route, isWrite));
    const { method, path } = request;
    const fault = core.faults.take({ method, path, entity: entry.entity, isWrite });
    entry.fault = fault?.kind ?? null;
    const early = fault && before(fault);
    if (early) return finish(outgoing, entry, early);
    const run = () => answer(core, request, route, () => core.journal.count(entry));
    if (fault?.kind === 'lateCommit') {
      lateCommits.schedule(fault.ms, async () => void run());
      return finish(outgoing, entry, 'drop');
    }
    if (fault?.kind === 'delay') await new Promise((done) => setTimeout(done, fault.ms));
    const reply = run();
    return finish(outgoing, entry, fault ? after(fault, reply) : reply);
  };
}

/** The ending of a request that never reaches the application; null lets it through. */
function before(fault: FaultAction): Ending | null {
  switch (fault.kind) {
    case 'dropBefore':
      return 'drop';
    case 'hang':
      return 'hang';
    case 'html502':
      return page(502, '502 - Bad Gateway');
    case 'html500':
      return page(500, '500 - Internal server error.');
    case 'json500':
      return undefinedError(fault.text);
    case 'status401':
      return failure(401, 'Unauthorized', 'UserNotAuthenticated');
    case 'status403':
      return failure(403, 'Forbidden', 'The security role of this member does not allow this.');
    case 'status409':
      return failure(409, 'ConflictingRecord', 'The record is in use.');
    case 'status429':
      return tooMany(fault.retryAfter);
    default:
      return null;
  }
}

/** What the client gets in place of the answer, once the request has been carried out. */
function after(fault: FaultAction, reply: Reply): Ending {
  switch (fault.kind) {
    case 'dropAfterCommit':
      return 'drop';
    case 'hangAfterCommit':
      return 'hang';
    case 'html502AfterCommit':
      return page(502, '502 - Bad Gateway');
    case 'html500AfterCommit':
      return page(500, '500 - Internal server error.');
    case 'json500AfterCommit':
      // What was refused keeps the reason of the refusal: only a success is answered by this lie.
      return reply.status < 400 ? undefinedError(fault.text) : reply;
    case 'truncated':
      return { truncate: reply };
    default:
      return reply;
  }
}

const undefinedError = (text = 'Execution Timeout Expired. The timeout period elapsed.') =>
  failure(500, 'InternalServerError', text);

function describe(core: Core, request: ApiRequest, route: Route | undefined, isWrite: boolean) {
  const [, user = ''] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? [];
  return {
    time: core.clock.now().toISOString(),
    method: request.method,
    path: request.target,
    entity: route?.def?.name ?? null,
    isWrite,
    user: Buffer.from(user, 'base64').toString('utf8').split(':')[0] || null,
    headers: [...request.headerNames],
    body: parsed(request.body),
  };
}
