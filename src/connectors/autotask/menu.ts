/** Menu paths of Autotask, outermost first, used by set-up steps, permissions and the advice of diagnostics. */
const RESOURCES = ['Admin', 'Company Settings & Users', 'Resources/Users (HR)'] as const;

export const menu = {
  securityLevels: [...RESOURCES, 'Security Levels'],
  users: [...RESOURCES, 'Resources/Users'],
  credentials: [...RESOURCES, 'Resources/Users', 'the API user', 'Credentials'],
  trackingIdentifier: [...RESOURCES, 'Resources/Users', 'the API user', 'API Tracking Identifier'],
  lineOfBusiness: [...RESOURCES, 'Resources/Users', 'the API user', 'Line of Business'],
  internalLocations: ['Admin', 'Company Settings & Users', 'Your Organization', 'Internal Locations'],
  currencies: ['Admin', 'Features & Settings', 'Finance, Accounting & Invoicing', 'Currencies'],
  contracts: ['Contracts', 'Search', 'Contracts'],
  services: ['Admin', 'Features & Settings', 'Products & Services', 'Services'],
} as const;

/** A section of the security level, for the advice that names what to switch on. */
export function levelSection(...section: string[]): readonly string[] {
  return [...menu.securityLevels, 'the API user level', ...section];
}
