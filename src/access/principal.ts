import type { OrganizationKind, Role } from '../../prisma/generated/client/enums.js';

/** Who is calling, whatever proved it. Only CSPs and Resellers can be principals (R1). */
export interface Principal {
  readonly tenantId: string;
  readonly organizationId: string;
  readonly organizationKind: OrganizationKind;
  readonly organizationName: string;
  readonly role: Role;
  readonly actor: { readonly kind: 'API_KEY' | 'USER'; readonly id: string; readonly name: string };
}

/** Viewers read and change nothing (R2, R3). */
export function mayChange(principal: Principal): boolean {
  return principal.role === 'ADMINISTRATOR';
}
