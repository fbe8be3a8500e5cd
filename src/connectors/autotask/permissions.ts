import type { Permission } from '../contract.js';
import { levelSection, menu } from './menu.js';

export type Verb = 'query' | 'create' | 'update';

/** One permission, the entity that proves it, and which rights on it are required or merely good to have. */
export interface Right extends Permission {
  /** Autotask: `GET /{entity}/entityInformation` tells the user's access; null = no entity can tell. */
  readonly entity: string | null;
  readonly required: readonly Verb[];
  readonly optional: readonly Verb[];
}

/**
 * The rights of the security level, in the order they are checked. Least privilege: the gateway reads companies,
 * contracts and services, reads unit rows, and creates adjustments; Autotask makes the contract service by itself.
 */
export const rights: readonly Right[] = [
  {
    id: 'permission.companies',
    title: 'See customers',
    where: levelSection('CRM', 'Organization & contact access', 'Customer & Cancelation: All'),
    access: ['read'],
    purpose: 'Companies are searched and checked when a customer is mapped.',
    verifiable: 'partly',
    entity: 'Companies',
    required: ['query'],
    optional: [],
  },
  {
    id: 'permission.contracts',
    title: 'See all contracts',
    where: levelSection('Contracts', 'Object permissions: View All; Contract visibility: Full'),
    access: ['read'],
    purpose: 'Contracts are searched and read before each change. Without full visibility their units stay hidden.',
    verifiable: 'partly',
    entity: 'Contracts',
    required: ['query'],
    optional: ['create', 'update'],
  },
  {
    id: 'permission.services',
    title: 'See services',
    where: levelSection('Admin', 'Products & Services', 'Services'),
    access: ['read'],
    purpose: 'Services are searched and checked when an offer is mapped.',
    verifiable: 'yes',
    entity: 'Services',
    required: ['query'],
    optional: [],
  },
  {
    id: 'permission.contractServices',
    title: 'Change services of contracts',
    where: levelSection('Contracts', 'Modify service/bundle selections'),
    access: ['read', 'create', 'update'],
    purpose: 'The first change of a subscription puts its service on the contract; later ones change price and cost.',
    verifiable: 'partly',
    entity: 'ContractServices',
    required: ['query', 'create', 'update'],
    optional: [],
  },
  {
    id: 'permission.contractServiceUnits',
    title: 'See billed units',
    where: levelSection('Contracts', 'Object permissions: View All; Contract visibility: Full'),
    access: ['read'],
    purpose: 'Units are read before each change and read back after it.',
    verifiable: 'yes',
    entity: 'ContractServiceUnits',
    required: ['query'],
    optional: [],
  },
  {
    id: 'permission.contractServiceAdjustments',
    title: 'Adjust units and prices',
    where: levelSection('Contracts', 'Modify service/bundle selections'),
    access: ['create'],
    purpose: 'Each change of a subscription is one adjustment.',
    verifiable: 'yes',
    entity: 'ContractServiceAdjustments',
    required: ['create'],
    optional: [],
  },
  {
    id: 'permission.billingItems',
    title: 'See posted billing items',
    where: levelSection('Contracts', 'Approve & Post: view'),
    access: ['read'],
    purpose: 'Not needed for synchronisation; helps a person who compares what was billed.',
    verifiable: 'yes',
    entity: 'BillingItems',
    required: [],
    optional: ['query'],
  },
  {
    id: 'permission.billingCodes',
    title: 'See billing codes',
    where: levelSection('Admin', 'Billing codes'),
    access: ['read'],
    purpose: 'Not needed for synchronisation; names what a service is billed as.',
    verifiable: 'yes',
    entity: 'BillingCodes',
    required: [],
    optional: ['query'],
  },
  {
    id: 'permission.currencies',
    title: 'See currencies',
    where: levelSection('Admin', 'Company Settings: view'),
    access: ['read'],
    purpose: 'A connection has one currency; companies in another one are refused.',
    verifiable: 'yes',
    entity: null,
    required: [],
    optional: [],
  },
  {
    id: 'permission.costs',
    title: 'Read costs',
    where: levelSection('Other', 'Can view internal cost data'),
    access: ['read'],
    purpose: 'Unit costs are compared. A level without it shows 0 or nothing in place of a cost.',
    verifiable: 'partly',
    entity: null,
    required: [],
    optional: [],
  },
  {
    id: 'permission.login',
    title: 'Use the Web Services API',
    where: levelSection('Web Services API'),
    access: [],
    purpose: 'Without it no call is answered. Impersonation is not needed.',
    verifiable: 'yes',
    entity: null,
    required: [],
    optional: [],
  },
  {
    id: 'permission.lineOfBusiness',
    title: 'See items of all lines of business',
    where: [...menu.lineOfBusiness, 'Resource can view items with no assigned Line of Business'],
    access: ['read'],
    purpose: 'Without it contracts and companies are missing from every answer, and nothing says so (R13).',
    verifiable: 'partly',
    entity: null,
    required: [],
    optional: [],
  },
];

/** The rights as the contract wants them: without what only the preflight needs. */
export const permissions: readonly Permission[] = rights.map(({ id, title, where, access, purpose, verifiable }) => ({
  id,
  title,
  where,
  access,
  purpose,
  verifiable,
}));

export function right(id: string): Right {
  const found = rights.find((each) => each.id === id);
  if (!found) throw new Error(`There is no permission ${id}.`);
  return found;
}
