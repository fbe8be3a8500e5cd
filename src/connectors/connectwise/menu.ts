/** Menu paths of ConnectWise PSA, outermost first, used by set-up steps, permissions and the advice of diagnostics. */
export const menu = {
  apiMembers: ['System', 'Members', 'API Members'],
  apiKeys: ['System', 'Members', 'API Members', 'the API member', 'API Keys'],
  securityRoles: ['System', 'Security Roles'],
  agreements: ['Finance', 'Agreements'],
  additions: ['Finance', 'Agreements', 'the agreement', 'Additions'],
  products: ['Procurement', 'Product Catalog'],
  companies: ['Companies', 'Companies'],
  billingCycles: ['System', 'Setup Tables', 'Billing Cycle'],
  currencies: ['System', 'Setup Tables', 'Currency'],
  login: ['the log-in page of ConnectWise PSA'],
} as const;

/** A row of the security role of the API member. */
export function roleRow(...section: string[]): readonly string[] {
  return [...menu.securityRoles, 'the role of the API member', ...section];
}
