import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Admin } from './admin.js';
import type { FaultRule } from './faults.js';
import { readBody } from './server.js';
import { type Row, TABLES, type TableName } from './world.js';

type Body = Record<string, unknown>;
interface Call {
  readonly body: Body;
  readonly table: TableName;
  readonly id: string;
}
type Handler = (admin: Admin, call: Call) => unknown;

/** By `VERB path`; what answers nothing answers `{done: true}`. */
const ROUTES: Readonly<Record<string, { readonly about: string; readonly run: Handler }>> = {
  'GET ': { about: 'this list', run: () => Object.entries(ROUTES).map(([call, { about }]) => ({ call, about })) },
  'POST reset': { about: 'back to the seed', run: (admin) => admin.reset() },
  'POST clock': {
    about: '{ set: instant | null } freezes or frees time; { advanceMs }',
    run(admin, { body }) {
      if ('set' in body) admin.clock.set(body.set === null ? null : String(body.set));
      if ('advanceMs' in body) admin.clock.advance(Number(body.advanceMs));
      return { now: admin.clock.now() };
    },
  },
  'GET faults': { about: 'the fault rules', run: (admin) => admin.faults.list() },
  'POST faults': {
    about: '{ match: { method, path, entity }, times, skip, action: { kind, ... } }',
    run: (admin, { body }) => admin.faults.add(body as unknown as FaultRule),
  },
  'DELETE faults': { about: 'forgets all fault rules', run: (admin) => admin.faults.clear() },
  'GET journal': {
    about: 'every request',
    run: (admin) => ({ counters: admin.journal.counters(), entries: admin.journal.list() }),
  },
  'DELETE journal': { about: 'empties the journal', run: (admin) => admin.journal.clear() },
  'GET switches': { about: 'all switches', run: (admin) => admin.switches.get() },
  'PATCH switches': { about: 'changes some switches', run: (admin, { body }) => admin.switches.patch(body) },
  'POST revoke': { about: 'all tokens stop working', run: (admin) => admin.revokeTokens() },
  'GET state': { about: 'all records', run: (admin) => admin.state() },
  'POST rows/:table': { about: 'a new record', run: (admin, { table, body }) => admin.add(table, body as Row) },
  'PATCH rows/:table/:id': {
    about: 'a person changes a record: customers, offers or subscriptions',
    run: (admin, { table, id, body }) => admin.edit(table, id, body),
  },
  'DELETE rows/:table/:id': { about: 'a record goes', run: (admin, { table, id }) => admin.remove(table, id) },
};

/** A whole catalogue row may be large. */
const BODY_LIMIT = 16_000_000;

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
    const { pathname } = new URL(incoming.url ?? '/', 'http://localhost');
    const [noun = '', table, id = ''] = pathname.split('/').filter(Boolean).slice(1).map(decodeURIComponent);
    const shape = [noun, ...(table === undefined ? [] : [':table']), ...(id === '' ? [] : [':id'])].join('/');
    const route = ROUTES[`${incoming.method} ${shape}`];
    const text = await readBody(incoming, BODY_LIMIT);
    if (!route) return send(404, { error: 'no such call; GET /admin lists them' });
    const known = TABLES.find((name) => name === table);
    if (table !== undefined && !known) return send(404, { error: `there are ${TABLES.join(', ')}` });
    const body = text === '' ? {} : (JSON.parse(text) as Body);
    send(200, route.run(admin, { body, table: known ?? 'customers', id }) ?? { done: true });
  } catch (error) {
    send(400, { error: error instanceof Error ? error.message : String(error) });
  }
}
