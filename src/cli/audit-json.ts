import type { Finding } from '../audit/proof/finding.js';
import { encodeId } from '../schema/ids.js';

/** What `--json` prints, with ids as the API gives them. */
export function findingAsJson({ auditLogId, ...finding }: Finding) {
  return { ...ofOrganization(finding), auditLog: auditLogId === null ? null : encodeId('AuditLog', auditLogId) };
}

/** The same of anything that belongs to an organization; '' names none. */
export function ofOrganization<Row extends { readonly tenantId: string; readonly organizationId: string }>({
  tenantId,
  organizationId,
  ...row
}: Row) {
  return { ...row, organization: organizationId === '' ? null : encodeId('Organization', organizationId) };
}
