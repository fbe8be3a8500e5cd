import type { Permission } from '../contract.js';
import { roleRow } from './menu.js';

/** The rows of the security role, in the order they are checked. Nothing is ever deleted, so no right to delete is asked for. */
export const permissions: readonly Permission[] = [
  {
    id: 'permission.companies',
    title: 'See companies',
    where: roleRow('Companies', 'Company Maintenance', 'Inquire: All'),
    access: ['read'],
    purpose: 'Companies are searched and checked when a customer is mapped.',
    verifiable: 'yes',
  },
  {
    id: 'permission.catalog',
    title: 'See the product catalog',
    where: roleRow('Procurement', 'Product Catalog', 'Inquire: All'),
    access: ['read'],
    purpose: 'Products are searched and checked when an offer is mapped.',
    verifiable: 'yes',
  },
  {
    id: 'permission.agreements',
    title: 'See agreements and additions',
    where: roleRow('Finance', 'Agreements', 'Inquire: All'),
    access: ['read'],
    purpose: 'Agreements are searched; their additions are read before each change and read back after it.',
    verifiable: 'yes',
  },
  {
    id: 'permission.agreements.write',
    title: 'Add and change additions',
    where: roleRow('Finance', 'Agreements', 'Add: All; Edit: All'),
    access: ['create', 'update'],
    purpose: 'A change of a subscription begins a new addition and ends the old one.',
    verifiable: 'no',
  },
  {
    id: 'permission.tableSetup',
    title: 'See billing cycles and currencies',
    where: roleRow('System', 'Table Setup', 'Inquire: All'),
    access: ['read'],
    purpose: 'The billing cycle of an agreement must be that of the offer, its currency that of the connection.',
    verifiable: 'yes',
  },
];

export function permission(id: string): Permission {
  const found = permissions.find((each) => each.id === id);
  if (!found) throw new Error(`There is no permission ${id}.`);
  return found;
}
