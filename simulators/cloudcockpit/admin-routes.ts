import type { AdminRoutes } from '../common/admin-server.js';
import type { Admin } from './admin.js';
import type { FaultRule } from './faults.js';
import { type Row, TABLES, type TableName } from './world.js';

/** The records a person can change. */
function known(table: string | undefined): TableName {
  const found = TABLES.find((name) => name === table);
  if (!found) throw new Error(`there are ${TABLES.join(', ')}`);
  return found;
}

export const ROUTES: AdminRoutes<Admin> = {
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
  'POST rows/:table': {
    about: 'a new record',
    run: (admin, { path, body }) => admin.add(known(path.table), body as Row),
  },
  'PATCH rows/:table/:id': {
    about: 'a person changes a record: customers, offers or subscriptions',
    run: (admin, { path, body }) => admin.edit(known(path.table), path.id ?? '', body),
  },
  'DELETE rows/:table/:id': {
    about: 'a record goes',
    run: (admin, { path }) => admin.remove(known(path.table), path.id ?? ''),
  },
};
