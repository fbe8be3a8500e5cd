import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Admin } from './admin.js';
import type { TableName } from './database.js';
import type { FaultRule } from './faults.js';
import { readBody } from './request.js';
import type { World } from './world.js';

type Body = Record<string, unknown>;
interface Call {
  readonly body: Body;
  readonly params: URLSearchParams;
  readonly name: string;
  readonly id: number;
}
type Handler = (admin: Admin, call: Call) => unknown;

/** By `VERB path`; what answers nothing answers `{done: true}`. */
const ROUTES: Readonly<Record<string, { readonly about: string; readonly run: Handler }>> = {
  'GET ': { about: 'this list', run: () => Object.entries(ROUTES).map(([call, { about }]) => ({ call, about })) },
  'POST reset': { about: 'back to the seed', run: (admin) => admin.reset() },
  'POST seed': {
    about: 'a World as body replaces all data',
    run: (admin, { body }) => admin.seed(body as unknown as World),
  },
  'GET clock': { about: 'the time', run: (admin) => ({ now: admin.clock.now(), ...admin.clock.state() }) },
  'POST clock': { about: '{ set: instant | null } freezes or frees time; { advanceMs }', run: setClock },
  'GET faults': { about: 'the fault rules', run: (admin) => admin.faults.list() },
  'POST faults': {
    about: '{ match: { method, path, entity, writesOnly }, times, skip, action: { kind, ... } }',
    run: (admin, { body }) => admin.faults.add(body as unknown as FaultRule),
  },
  'DELETE faults': { about: 'forgets all fault rules', run: (admin) => admin.faults.clear() },
  'GET journal': {
    about: 'every request; ?writes=true &since=seq',
    run: (admin, { params }) => ({
      counters: admin.journal.counters(),
      entries: admin.journal.list({ writes: params.get('writes') === 'true', since: Number(params.get('since') ?? 0) }),
    }),
  },
  'DELETE journal': { about: 'empties the journal', run: (admin) => admin.journal.clear() },
  'GET switches': { about: 'all switches', run: (admin) => admin.switches.get() },
  'PATCH switches': { about: 'changes some switches', run: (admin, { body }) => admin.switches.patch(body) },
  'PATCH members/:name': {
    about: 'changes the API member with this public key: { inactive, privateKey, role }',
    run: (admin, { name, body }) => admin.patchMember(name, body),
  },
  'PATCH rows/:name/:id': {
    about: 'a person changes a record',
    run: (admin, { name, id, body }) => admin.edit(name as TableName, id, body),
  },
  'POST invoicing': {
    about: '{ agreementId }: an invoice run',
    run: (admin, { body }) => admin.runInvoicing(Number(body.agreementId)),
  },
  'POST late-commits': {
    about: 'carries out late commits now',
    run: async (admin) => ({ carriedOut: await admin.flushLateCommits() }),
  },
  'GET additions/:name': {
    about: 'the additions of an agreement',
    run: (admin, { name }) => admin.additions(Number(name)),
  },
  'GET state': { about: 'all stored rows', run: (admin) => admin.state() },
};

function setClock(admin: Admin, { body }: Call): unknown {
  if ('set' in body) admin.clock.set(body.set === null ? null : String(body.set));
  if ('advanceMs' in body) admin.clock.advance(Number(body.advanceMs));
  return { now: admin.clock.now(), ...admin.clock.state() };
}

/** A whole seed may be large. */
const ADMIN_BODY_LIMIT = 64_000_000;

export async function serveAdmin(admin: Admin, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const send = (status: number, value: unknown): void => {
    outgoing.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
    outgoing.end(JSON.stringify(value));
  };
  // No password here, so nobody from outside this machine is heard.
  if (!/^(::1$|127\.|::ffff:127\.)/.test(incoming.socket.remoteAddress ?? '')) {
    return send(403, { error: 'the admin side answers this machine only' });
  }
  try {
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const [, name = '', id = ''] = url.pathname.split('/').filter(Boolean).slice(1).map(decodeURIComponent);
    const segments = url.pathname.split('/').filter(Boolean).slice(1);
    const shape = segments.map((segment, at) => (at === 0 ? segment : at === 1 ? ':name' : ':id')).join('/');
    const route = ROUTES[`${incoming.method} ${shape}`];
    const text = await readBody(incoming, ADMIN_BODY_LIMIT);
    if (!route) return send(404, { error: 'no such call; GET /admin lists them' });
    const body = text === '' ? {} : (JSON.parse(text) as Body);
    send(200, (await route.run(admin, { body, params: url.searchParams, name, id: Number(id) })) ?? { done: true });
  } catch (error) {
    send(400, { error: error instanceof Error ? error.message : String(error) });
  }
}
