import { type Scope, SYSTEM } from '../audit/entry.js';
import type { NewId } from '../storage/ids.js';
import type { Caller } from './run.js';

/** The gateway itself, acting for one organization: what a schedule starts is an operation with an entry like any other. */
export function systemCaller(scope: Scope, newId: NewId): Caller {
  return {
    principal: {
      ...scope,
      organizationKind: scope.tenantId === scope.organizationId ? 'CSP' : 'RESELLER',
      organizationName: SYSTEM.name,
      role: 'ADMINISTRATOR',
      actor: { kind: 'API_KEY', id: '', name: SYSTEM.name },
    },
    actor: SYSTEM,
    correlationId: newId(),
    requestId: newId(),
  };
}
