import type { AdminCall, AdminRoutes } from '../common/admin-server.js';
import type { Admin } from './admin.js';
import type { TableName } from './database.js';
import type { FaultRule } from './faults.js';
import type { World } from './world.js';

export const ROUTES: AdminRoutes<Admin> = {
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
    run: (admin, { path, body }) => admin.patchMember(path.name ?? '', body),
  },
  'PATCH rows/:table/:id': {
    about: 'a person changes a record',
    run: (admin, { path, body }) => admin.edit(path.table as TableName, Number(path.id), body),
  },
  'POST invoicing': {
    about: '{ agreementId }: an invoice run',
    run: (admin, { body }) => admin.runInvoicing(Number(body.agreementId)),
  },
  'POST late-commits': {
    about: 'carries out late commits now',
    run: async (admin) => ({ carriedOut: await admin.flushLateCommits() }),
  },
  'GET additions/:agreement': {
    about: 'the additions of an agreement',
    run: (admin, { path }) => admin.additions(Number(path.agreement)),
  },
  'GET state': { about: 'all stored rows', run: (admin) => admin.state() },
};

function setClock(admin: Admin, { body }: AdminCall): unknown {
  if ('set' in body) admin.clock.set(body.set === null ? null : String(body.set));
  if ('advanceMs' in body) admin.clock.advance(Number(body.advanceMs));
  return { now: admin.clock.now(), ...admin.clock.state() };
}
