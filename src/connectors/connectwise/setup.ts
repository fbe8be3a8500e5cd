import type { SetupStep } from '../contract.js';
import { menu, roleRow } from './menu.js';

/** The work in ConnectWise before a connection is made. `checks` are the ids of the diagnostics that prove a step. */
export function setupSteps(product: string): readonly SetupStep[] {
  return [
    {
      id: 'security-role',
      title: 'Create the security role',
      where: menu.securityRoles,
      fields: [{ name: 'Role ID', value: `${product} API` }],
      checks: [],
      unprovable: 'ConnectWise does not tell the role of an API member; what it may do is checked right by right.',
    },
    {
      id: 'security-role-rights',
      title: 'Set the rights of the role',
      where: roleRow(),
      fields: [
        { name: 'Companies: Company Maintenance', value: 'Inquire All' },
        { name: 'Finance: Agreements', value: 'Add All, Edit All, Inquire All; Delete None' },
        { name: 'Procurement: Product Catalog', value: 'Inquire All' },
        { name: 'System: Table Setup', value: 'Inquire All' },
        { name: 'Everything else', value: 'None' },
      ],
      checks: ['permission.companies', 'permission.catalog', 'permission.agreements', 'permission.tableSetup'],
    },
    {
      id: 'api-member',
      title: 'Create the API member',
      where: menu.apiMembers,
      fields: [
        { name: 'Member ID', value: `${product.replace(/\s+/g, '').slice(0, 10)}API` },
        { name: 'Role ID', value: `${product} API` },
        { name: 'Level, Location, Department', value: 'the widest, so that no company stays hidden' },
      ],
      checks: ['credentials', 'visibility.companies'],
    },
    {
      id: 'api-keys',
      title: 'Create the keys',
      where: menu.apiKeys,
      fields: [
        { name: 'Public key', value: 'create and copy' },
        { name: 'Private key', value: 'copy; it is shown once' },
      ],
      checks: ['credentials'],
    },
    {
      id: 'site',
      title: 'Note where you log in',
      where: menu.login,
      fields: [
        { name: 'Site', value: 'the host of the address, such as na.myconnectwise.net' },
        { name: 'Company', value: 'the first field of the log-in form' },
      ],
      checks: ['site'],
    },
    {
      id: 'proration',
      title: 'Let agreements prorate',
      where: [...menu.agreements, 'the agreement', 'Invoicing'],
      fields: [{ name: 'Prorate additions', value: 'On' }],
      checks: [],
      unprovable: 'It is a switch of each agreement; a mapping to one without it is warned of.',
    },
  ];
}
