import type { Serve } from '../../common/api-server.js';
import { BodyTooLarge, readBody } from '../../common/body.js';
import { finish, parsed, send } from '../../common/ending.js';
import type { LateCommits } from '../../common/late-commits.js';
import type { Core } from '../core.js';
import { message } from '../replies.js';
import { answer, type Resolved, resolve } from './api.js';
import { applyAfter, applyBefore } from './fault-replies.js';
import { type ApiRequest, header, toRequest } from './request.js';

export function apiOf(core: Core, lateCommits: LateCommits): Serve {
  return async (incoming, outgoing) => {
    const host = incoming.headers.host ?? 'localhost';
    let body = '';
    try {
      body = await readBody(incoming, core.switches.bodyLimit);
    } catch (error) {
      return error instanceof BodyTooLarge
        ? send(outgoing, message(413, 'The request entity is too large.'))
        : undefined;
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
    if (fault?.kind === 'hold') await core.faults.released(fault);
    const { reply } = await run(fault?.kind === 'delay' ? fault.ms : 0);
    return finish(outgoing, entry, fault ? applyAfter(fault, reply) : reply);
  };
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
