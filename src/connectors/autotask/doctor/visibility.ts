import type { Diagnostic } from '../../contract.js';
import { numeric } from '../ids.js';
import type { Tools } from '../lookups.js';
import { menu } from '../menu.js';
import { right } from '../permissions.js';
import type { Settings } from '../settings.js';
import { finding, optional } from './finding.js';

/** Are there rows to see? Rights on an entity do not show row filters; a row does. */
export function checkCompanyRows(tools: Tools, signal?: AbortSignal): Promise<Diagnostic[]> {
  const [check, title] = ['visibility.companies', 'Customers are visible'];
  return optional(check, title, 'Companies could not be read', async () => {
    const lists = await tools.picklists();
    const filter = [
      { op: 'gt', field: 'id', value: 0 },
      { op: 'eq', field: 'companyType', value: numeric(lists.customerType) },
    ];
    const { rows } = await tools.client.query('Companies', filter, {
      maxRecords: 1,
      permissionId: 'permission.companies',
      signal,
    });
    if (rows.length > 0) return [finding('pass', check, title, 'At least one company of type Customer is visible.')];
    const text = 'Set the access to customers to All, and open the lines of business of the API user.';
    return [
      finding('warn', check, title, 'No company of type Customer is visible, or there is none.', {
        action: { text, where: right('permission.companies').where },
      }),
    ];
  });
}

export function checkContractRows(tools: Tools, signal?: AbortSignal): Promise<Diagnostic[]> {
  const [check, title] = ['visibility.contracts', 'Contracts are visible'];
  return optional(check, title, 'Contracts could not be read', async () => {
    const lists = await tools.picklists();
    const filter = [{ op: 'eq', field: 'contractType', value: numeric(lists.recurringService) }];
    const { rows } = await tools.client.query('Contracts', filter, {
      maxRecords: 1,
      permissionId: 'permission.contracts',
      signal,
    });
    if (rows.length > 0) return [finding('pass', check, title, 'At least one recurring service contract is visible.')];
    const text = 'Set the contract visibility of the level to Full, and open the lines of business of the API user.';
    return [
      finding('warn', check, title, 'No recurring service contract is visible, or there is none.', {
        action: { text, where: right('permission.contracts').where },
      }),
    ];
  });
}

/** R13. A visible contract without a line of business proves the switch of the seed; nothing proves the other lines. */
export function checkLineOfBusiness(tools: Tools, signal?: AbortSignal): Promise<Diagnostic[]> {
  const [check, title] = ['permission.lineOfBusiness', 'Lines of business'];
  return optional(check, title, 'The line of business of contracts could not be read', async () => {
    const filter = [{ op: 'notExist', field: 'organizationalLevelAssociationID' }];
    const { rows } = await tools.client.query('Contracts', filter, { maxRecords: 1, signal });
    const other = 'Contracts of lines the API user is not associated with would be missing without a word.';
    if (rows.length > 0) {
      return [finding('pass', check, title, `A contract without a line of business is visible. ${other}`)];
    }
    const text = 'Enable "Resource can view items with no assigned Line of Business" on the API user and save.';
    return [
      finding('unverified', check, title, `No contract without a line of business was found. ${other}`, {
        action: { text, where: menu.lineOfBusiness },
      }),
    ];
  });
}

/** Autotask: a level may hide costs; then they come as 0 or nothing. A cost above 0 proves that they are shown. */
export function checkCosts(tools: Tools, signal?: AbortSignal): Promise<Diagnostic[]> {
  const [check, title] = ['permission.costs', 'Costs are shown'];
  return optional(check, title, 'Service costs could not be read', async () => {
    const filter = [{ op: 'gt', field: 'unitCost', value: 0 }];
    const { rows } = await tools.client.query('Services', filter, {
      maxRecords: 1,
      permissionId: 'permission.services',
      signal,
    });
    if (rows.some((row) => !['0', null].includes(row.decimal('unitCost')))) {
      return [finding('pass', check, title, 'A service shows its unit cost.')];
    }
    return [
      finding('unverified', check, title, 'No service shows a unit cost above 0; the level may hide costs.', {
        action: { text: 'Use a level that may read internal costs.', where: right(check).where },
      }),
    ];
  });
}

/** The location of the seed's procedure. Only its name can be found; nothing the gateway does depends on it (R12). */
export function checkInternalLocation(tools: Tools, settings: Settings, signal?: AbortSignal): Promise<Diagnostic[]> {
  const [check, title] = ['internalLocation', 'Internal location'];
  const name = `${settings.productName} API Location`;
  return optional(check, title, 'Internal locations could not be read', async () => {
    const filter = [{ op: 'eq', field: 'name', value: name }];
    const { rows } = await tools.client.query('InternalLocations', filter, { maxRecords: 1, signal });
    if (rows.length > 0) {
      return [finding('pass', check, title, `There is a location "${name}". That the API user has it cannot be read.`)];
    }
    return [
      finding('unverified', check, title, `No location "${name}" was found; another name works as well.`, {
        action: { text: `Create "${name}" and choose it on the API user.`, where: menu.internalLocations },
      }),
    ];
  });
}
