import type { OrganizationKind, Role } from '../../prisma/generated/client/enums.js';

/** Who is calling, whatever proved it. Only CSPs and Resellers can be principals (R1). */
export interface Principal {
  readonly tenantId: string;
  readonly organizationId: string;
  readonly organizationKind: OrganizationKind;
  readonly organizationName: string;
  readonly role: Role;
  /** When the key or token behind it ends; absent: it does not end by itself. */
  readonly expiresAt?: Date;
  readonly actor: { readonly kind: 'API_KEY' | 'USER'; readonly id: string; readonly name: string };
}

/** Viewers read and change nothing (R2, R3). */
export function mayChange(principal: Principal): boolean {
  return principal.role === 'ADMINISTRATOR';
}

/** Whether a caller who was let in as the first may go on as the second, when the token is looked at again. */
export function sameRights(before: Principal, after: Principal): boolean {
  return (
    before.tenantId === after.tenantId &&
    before.organizationId === after.organizationId &&
    before.role === after.role &&
    before.actor.id === after.actor.id
  );
}

/** It is known who is calling, and that this one may not use the gateway, whatever it asks (R1). */
export class RefusedCallerError extends Error {
  override readonly name = 'RefusedCallerError';
  readonly code: 'CUSTOMER_CONTEXT' | 'UNKNOWN_ORGANIZATION' | 'NO_ROLE' | 'UNREADABLE_CLAIM';

  constructor(code: RefusedCallerError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Who is calling cannot be told now; it can later. */
export class SignInUnavailableError extends Error {
  override readonly name = 'SignInUnavailableError';
}
