import type { Principal } from '../access/principal.js';
import { DEFAULT_SHARE } from '../delivery/budget.js';
import { type Caller, type Result, run, type Verb } from '../operations/run.js';
import type { Services } from '../operations/services.js';
import type { Database } from '../storage/database.js';
import { newId } from '../storage/ids.js';
import { operator } from './context.js';
import { CommandError } from './errors.js';
import type { NamedScope } from './organizations.js';

/**
 * Acts for an organization as the account that runs the command: the same verb, and the same audit entry, as by the API.
 * Only for verbs that need nothing but the database. Throws CommandError with the reasons of a refusal.
 */
export async function actFor<Input, Value>(
  db: Database,
  organization: NamedScope,
  verb: Verb<Input, Value>,
  input: Input,
): Promise<Result<Value> & { readonly value: Value }> {
  const { value, userErrors, ...result } = await run(offline(db), verb, callerFor(organization), input);
  if (value === null) throw new CommandError(userErrors.map(({ message }) => message).join('\n'));
  return { ...result, value, userErrors };
}

/** The account that runs the command, as an administrator of an organization. */
export function callerFor({ name: organizationName, tenantId, organizationId }: NamedScope): Caller {
  const { id, name } = operator();
  const principal: Principal = {
    ...{ tenantId, organizationId, organizationName },
    // Not looked at by the verbs of the command line.
    organizationKind: 'CSP',
    role: 'ADMINISTRATOR',
    actor: { kind: 'USER', id: id ?? '', name },
  };
  return { principal, correlationId: newId(), requestId: newId() };
}

/** Services of a process that opens no credentials, runs no jobs and calls no vendor. */
function offline(db: Database): Services {
  const absent = (what: string) => () => {
    throw new Error(`The command line has no ${what}.`);
  };
  return {
    db,
    connectors: { all: [], find: () => undefined },
    sources: { all: [], find: () => undefined, close: async () => undefined },
    sessions: {
      of: absent('sessions'),
      open: absent('sessions'),
      seal: absent('key'),
      openPending: absent('key'),
      takePending: absent('key'),
      forget: () => undefined,
      close: async () => undefined,
    },
    jobs: { enqueue: absent('jobs') },
    vault: {
      ...{ seal: absent('key'), open: absent('key'), openNow: absent('key') },
      ...{ fingerprint: absent('key'), rotate: absent('key') },
    },
    vendorShare: DEFAULT_SHARE,
    nettingSeconds: 0,
    quarantineMs: absent('lanes'),
    instanceId: newId(),
    now: () => new Date(),
    newId,
    log: () => undefined,
  };
}
