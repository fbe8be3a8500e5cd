import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Admin } from '../admin.js';
import { Refusal } from '../replies.js';
import { isObject } from '../rows.js';
import type { World } from '../world.js';
import { readBody } from './request.js';

type Body = Record<string, unknown>;
interface AdminCall {
  readonly body: Body;
  readonly params: URLSearchParams;
  readonly name: string;
}
type Handler = (admin: Admin, call: AdminCall) => unknown;
interface AdminRoute {
  readonly verb: string;
  readonly path: string;
  readonly about: string;
  readonly run: Handler;
}

const DONE = { done: true };
const route = (verb: string, path: string, about: string, run: Handler): AdminRoute => ({ verb, path, about, run });
const done =
  (run: (admin: Admin, call: AdminCall) => void): Handler =>
  (admin, call) => {
    run(admin, call);
    return DONE;
  };

const ROUTES: readonly AdminRoute[] = [
  route('GET', '', 'this list', () => index()),
  route(
    'POST',
    'reset',
    'back to the seed',
    done((admin) => admin.reset()),
  ),
  route(
    'POST',
    'seed',
    'a World as body replaces all data; ?merge=true adds to it',
    done((admin, { body, params }) => admin.seed(body as unknown as World, { merge: params.get('merge') === 'true' })),
  ),
  route('GET', 'clock', 'the time', (admin) => ({ now: admin.clock.now(), ...admin.clock.state() })),
  route('POST', 'clock', '{ set: instant | null } freezes or frees time; { advanceMs } or { advanceDays }', setClock),
  route('GET', 'faults', 'the fault rules', (admin) => admin.faults.list()),
  route(
    'POST',
    'faults',
    '{ match: { method, path, entity, writesOnly }, times, skip, action: { kind, ... } }',
    (admin, { body }) => admin.faults.add(body as unknown as Parameters<Admin['faults']['add']>[0]),
  ),
  route(
    'DELETE',
    'faults',
    'forgets all fault rules',
    done((admin) => admin.faults.clear()),
  ),
  route('GET', 'journal', 'every request; ?writes=true &committed=true &entity= &since=seq', journal),
  route(
    'DELETE',
    'journal',
    'empties the journal',
    done((admin) => admin.journal.clear()),
  ),
  route('POST', 'post-period', '{ contractID, throughDate }: approve and post', (admin, { body }) =>
    admin.postPeriod({ contractID: Number(body.contractID), throughDate: String(body.throughDate) }),
  ),
  route(
    'POST',
    'remove',
    '{ entity: "Contracts" | "Services", id }: a person deletes a record',
    done((admin, { body }) => admin.remove(body.entity === 'Services' ? 'Services' : 'Contracts', Number(body.id))),
  ),
  route('GET', 'switches', 'all switches', (admin) => admin.switches.get()),
  route('PATCH', 'switches', 'changes some switches', (admin, { body }) => admin.switches.patch(body)),
  route('GET', 'users', 'the API users, without secrets', (admin) => admin.users.list()),
  route('GET', 'users/:name', 'one user', (admin, { name }) => admin.users.get(name)),
  route('PATCH', 'users/:name', '{ locked, secret, permissions, linesOfBusiness, canSeeCosts, ... }', (admin, call) =>
    admin.users.patch(call.name, call.body),
  ),
  route('POST', 'move-zone', '{ name: "zone2" }: the tenant moves; "" moves it back', (admin, { body }) =>
    admin.moveZone(String(body.name ?? '')),
  ),
  route('POST', 'threshold', '{ count }: pretends that many requests were made', (admin, { body }) =>
    admin.fillThreshold(Number(body.count)),
  ),
  route('POST', 'late-commits', 'carries out late commits now', async (admin) => ({
    carriedOut: await admin.flushLateCommits(),
  })),
  route('GET', 'state', 'all stored rows', (admin) => admin.state()),
  route('GET', 'contracts/:name/units', 'the unit rows of a contract', (admin, { name }) => admin.units(Number(name))),
];

const index = () =>
  ROUTES.map(({ verb, path, about }) => ({ call: `${verb} /admin/${path}`.replace(/\/$/, ''), about }));

const DAY = 86_400_000;
function setClock(admin: Admin, { body }: AdminCall): unknown {
  if ('set' in body) admin.clock.set(body.set === null ? null : String(body.set));
  if ('advanceMs' in body) admin.clock.advance(Number(body.advanceMs));
  if ('advanceDays' in body) admin.clock.advance(Number(body.advanceDays) * DAY);
  return { now: admin.clock.now(), ...admin.clock.state() };
}

function journal(admin: Admin, { params }: AdminCall): unknown {
  const [committed, entity, since] = [params.get('committed'), params.get('entity'), params.get('since')];
  const entries = admin.journal.list({
    writes: params.get('writes') === 'true',
    ...(committed === null ? {} : { committed: committed === 'true' }),
    ...(entity === null ? {} : { entity }),
    ...(since === null ? {} : { since: Number(since) }),
  });
  return { counters: admin.journal.counters(), entries };
}

/** A whole seed may be large. */
const ADMIN_BODY_LIMIT = 64_000_000;

export async function serveAdmin(admin: Admin, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const send = (status: number, value: unknown): void => {
    outgoing.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
    outgoing.end(JSON.stringify(value));
  };
  // No password here, so nobody from outside this machine is heard.
  const remote = incoming.socket.remoteAddress ?? '';
  if (!/^(::1$|127\.|::ffff:127\.)/.test(remote))
    return send(403, { error: 'the admin side answers this machine only' });
  try {
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const segments = url.pathname.split('/').filter(Boolean).slice(1);
    const found = ROUTES.filter((candidate) => fits(candidate.path, segments));
    const match = found.find((candidate) => candidate.verb === incoming.method);
    const text = await readBody(incoming, ADMIN_BODY_LIMIT);
    if (!match) return send(found.length > 0 ? 405 : 404, { error: 'no such call; GET /admin lists them' });
    const body: unknown = text === '' ? {} : JSON.parse(text);
    if (!isObject(body)) return send(400, { error: 'the body must be a JSON object' });
    const name = decodeURIComponent(segments[1] ?? '');
    send(200, (await match.run(admin, { body, params: url.searchParams, name })) ?? DONE);
  } catch (error) {
    if (error instanceof Refusal) return send(error.reply.status, JSON.parse(error.reply.body));
    send(400, { error: error instanceof Error ? error.message : String(error) });
  }
}

function fits(path: string, segments: readonly string[]): boolean {
  const parts = path.split('/').filter(Boolean);
  return parts.length === segments.length && parts.every((part, at) => part.startsWith(':') || part === segments[at]);
}
