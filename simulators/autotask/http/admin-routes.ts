import type { AdminCall, AdminRoutes } from '../../common/admin-server.js';
import type { Admin } from '../admin.js';
import type { World } from '../world.js';

export const ROUTES: AdminRoutes<Admin> = {
  'POST reset': { about: 'back to the seed', run: (admin) => admin.reset() },
  'POST seed': {
    about: 'a World as body replaces all data; ?merge=true adds to it',
    run: (admin, { body, params }) => admin.seed(body as unknown as World, { merge: params.get('merge') === 'true' }),
  },
  'GET clock': { about: 'the time', run: (admin) => ({ now: admin.clock.now(), ...admin.clock.state() }) },
  'POST clock': {
    about: '{ set: instant | null } freezes or frees time; { advanceMs } or { advanceDays }',
    run: setClock,
  },
  'GET faults': { about: 'the fault rules', run: (admin) => admin.faults.list() },
  'POST faults': {
    about: '{ match: { method, path, entity, writesOnly }, times, skip, action: { kind, ... } }',
    run: (admin, { body }) => admin.faults.add(body as unknown as Parameters<Admin['faults']['add']>[0]),
  },
  'DELETE faults': { about: 'forgets all fault rules', run: (admin) => admin.faults.clear() },
  'GET journal': { about: 'every request; ?writes=true &committed=true &entity= &since=seq', run: journal },
  'DELETE journal': { about: 'empties the journal', run: (admin) => admin.journal.clear() },
  'POST post-period': {
    about: '{ contractID, throughDate }: approve and post',
    run: (admin, { body }) =>
      admin.postPeriod({ contractID: Number(body.contractID), throughDate: String(body.throughDate) }),
  },
  'POST remove': {
    about: '{ entity: "Contracts" | "Services", id }: a person deletes a record',
    run: (admin, { body }) => admin.remove(body.entity === 'Services' ? 'Services' : 'Contracts', Number(body.id)),
  },
  'GET switches': { about: 'all switches', run: (admin) => admin.switches.get() },
  'PATCH switches': { about: 'changes some switches', run: (admin, { body }) => admin.switches.patch(body) },
  'GET users': { about: 'the API users, without secrets', run: (admin) => admin.users.list() },
  'GET users/:name': { about: 'one user', run: (admin, { path }) => admin.users.get(path.name ?? '') },
  'PATCH users/:name': {
    about: '{ locked, secret, permissions, linesOfBusiness, canSeeCosts, ... }',
    run: (admin, { path, body }) => admin.users.patch(path.name ?? '', body),
  },
  'POST move-zone': {
    about: '{ name: "zone2" }: the tenant moves; "" moves it back',
    run: (admin, { body }) => admin.moveZone(String(body.name ?? '')),
  },
  'POST threshold': {
    about: '{ count }: pretends that many requests were made',
    run: (admin, { body }) => admin.fillThreshold(Number(body.count)),
  },
  'POST late-commits': {
    about: 'carries out late commits now',
    run: async (admin) => ({ carriedOut: await admin.flushLateCommits() }),
  },
  'GET state': { about: 'all stored rows', run: (admin) => admin.state() },
  'GET contracts/:id/units': {
    about: 'the unit rows of a contract',
    run: (admin, { path }) => admin.units(Number(path.id)),
  },
};

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
