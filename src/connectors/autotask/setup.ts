import type { SetupStep } from '../contract.js';
import { levelSection, menu } from './menu.js';

const NO_PERMISSION_SECTIONS = ['Projects', 'Service desk', 'Documents & Knowledge base', 'Timesheets', 'Reports'];

/**
 * The work in Autotask before a connection is made, step by step, as a wizard can show it. `checks` are the ids of the
 * diagnostics that prove a step. Names follow the product (model: "CloudCockpit API User").
 */
export function setupSteps(product: string): readonly SetupStep[] {
  const level = `${product} API User`;
  const location = `${product} API Location`;
  return [
    {
      id: 'security-level',
      title: 'Create the security level',
      where: menu.securityLevels,
      fields: [
        { name: 'Copy of', value: 'API User (system) (API-only)' },
        { name: 'Name', value: level },
      ],
      checks: ['credentials', 'permission.login'],
      unprovable: 'Autotask does not tell the name of a level; accepted credentials prove that it is an API-only one.',
    },
    {
      id: 'security-level-contracts',
      title: 'Set the permissions: Contracts',
      where: levelSection('Contracts'),
      fields: [
        { name: 'Contracts: View', value: 'All' },
        { name: 'Contracts: Add', value: 'Yes' },
        { name: 'Contract visibility', value: 'Full' },
        { name: 'Modify service/bundle selections', value: 'On' },
        { name: 'Modify internal costs', value: 'On' },
        { name: 'Approve & Post, invoices, un-post', value: 'Off' },
      ],
      checks: [
        'permission.contracts',
        'permission.contractServices',
        'permission.contractServiceUnits',
        'permission.contractServiceAdjustments',
        'permission.billingItems',
        'visibility.contracts',
      ],
    },
    {
      id: 'security-level-crm',
      title: 'Set the permissions: CRM',
      where: levelSection('CRM'),
      fields: [
        { name: 'Organization & contact access: Customer & Cancelation', value: 'All' },
        { name: 'Organization & contact access: Vendor & Partner', value: 'None' },
        { name: 'Organization & contact access: Prospect, Lead, Dead', value: 'None' },
        { name: 'Object permissions: Organizations', value: 'View All; Add, Edit and Delete None' },
      ],
      checks: ['permission.companies', 'visibility.companies'],
    },
    {
      id: 'security-level-inventory',
      title: 'Set the permissions: Inventory',
      where: levelSection('Inventory'),
      fields: [{ name: 'All object permissions', value: 'None' }],
      checks: [],
      unprovable: 'The gateway reads nothing of Inventory; that a right is absent there is not checked.',
    },
    {
      id: 'security-level-unused',
      title: 'Set the permissions: sections that stay closed',
      where: levelSection(),
      fields: NO_PERMISSION_SECTIONS.map((name) => ({ name, value: 'No Permission' })),
      checks: [],
      unprovable: 'Autotask does not tell which sections of a level are closed; the gateway never calls them.',
    },
    {
      id: 'security-level-admin',
      title: 'Set the permissions: Admin',
      where: levelSection('Admin'),
      fields: [
        { name: 'Products & Services: Services', value: 'View' },
        { name: 'Billing codes', value: 'View' },
        { name: 'Everything else', value: 'None' },
      ],
      checks: ['permission.services', 'permission.billingCodes', 'permission.currencies'],
    },
    {
      id: 'security-level-other',
      title: 'Set the permissions: Other',
      where: levelSection('Other'),
      fields: [{ name: 'Can view internal cost data', value: 'On' }],
      checks: ['permission.costs'],
    },
    {
      id: 'security-level-web-services',
      title: 'Set the permissions: Web Services API',
      where: levelSection('Web Services API'),
      fields: [
        { name: 'Can log in to the Web Services API', value: 'On' },
        { name: 'Impersonation', value: 'None' },
      ],
      checks: ['permission.login', 'credentials'],
    },
    {
      id: 'internal-location',
      title: 'Create the internal location',
      where: menu.internalLocations,
      fields: [
        { name: 'Name', value: location },
        { name: 'Country', value: 'United States' },
        { name: 'First Day of Week', value: 'Sunday' },
        { name: 'Date Format', value: 'MM/dd/yyyy' },
        { name: 'Time Format', value: 'hh:mm a' },
        { name: 'Number Format', value: 'X,XXX.XX' },
        { name: 'Time Zone', value: '(GMT-08:00) Pacific Time (US & Canada)' },
        { name: 'Holiday Set', value: 'any of your holiday sets' },
      ],
      checks: ['internalLocation'],
      unprovable: 'Only the name can be found over the API; the formats cannot. The gateway depends on none of them.',
    },
    {
      id: 'api-user',
      title: 'Create the API user',
      where: [...menu.users, 'New', 'New API User'],
      fields: [
        { name: 'First Name', value: product },
        { name: 'Last Name', value: 'Integration' },
        { name: 'Email Address', value: 'a person who can act: Autotask sends lock-out and limit mails there' },
        { name: 'Security Level', value: level },
        { name: 'Primary Internal Location', value: location },
      ],
      checks: ['zone', 'credentials'],
      unprovable: 'Name, e-mail address, level and location of an API user cannot be read over the API.',
    },
    {
      id: 'credentials',
      title: 'Generate the credentials',
      where: menu.credentials,
      fields: [
        { name: 'Username (Key)', value: 'generate and copy' },
        { name: 'Password (Secret)', value: 'generate and copy; it is shown once' },
      ],
      checks: ['zone', 'credentials'],
    },
    {
      id: 'tracking-identifier',
      title: 'Choose the API tracking identifier',
      where: menu.trackingIdentifier,
      fields: [{ name: 'Integration Vendor', value: product }],
      checks: ['integrationCode', 'credentials'],
    },
    {
      id: 'line-of-business',
      title: 'Open the lines of business',
      where: menu.lineOfBusiness,
      fields: [{ name: 'Resource can view items with no assigned Line of Business', value: 'Enable' }],
      checks: ['permission.lineOfBusiness'],
      unprovable:
        'Hidden rows are missing without a word. A visible contract without a line of business proves the switch; ' +
        'that every other line of business is open cannot be proved.',
    },
  ];
}
