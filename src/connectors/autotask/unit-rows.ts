import type { MappedTarget } from '../contract.js';
import type { Client } from './client.js';
import { refuse } from './errors.js';
import { numeric } from './lookups.js';
import { type UnitRow, unitRowOf } from './units.js';

/** Pages of 500 rows: 36 rows a line for three monthly years, so one page in practice. */
const PAGES = 4;

/**
 * All unit rows of the service on the contract, ordered by id. Not narrowed by line or date: it must show a second
 * line of the same service, and dates of rows are calendar dates that the vendor's filter takes for instants.
 */
export async function readUnitRows(client: Client, target: MappedTarget, signal?: AbortSignal): Promise<UnitRow[]> {
  const filter = [
    { op: 'eq', field: 'contractID', value: numeric(target.contractId) },
    { op: 'eq', field: 'serviceID', value: numeric(target.serviceId) },
  ];
  const permissionId = 'permission.contractServiceUnits';
  const found = await client.query('ContractServiceUnits', filter, { pages: PAGES, permissionId, signal });
  const rows = found.rows.map(unitRowOf);
  if (found.more || rows.includes(null)) {
    throw refuse('protocol', 'UNITS_INCOMPLETE', 'The unit rows of this line cannot be read completely.');
  }
  return (rows as UnitRow[]).sort((a, b) => Number(a.id) - Number(b.id));
}
