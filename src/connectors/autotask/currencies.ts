import type { CurrencyCode } from '../contract.js';
import { isConnectorError } from '../errors.js';
import type { Client } from './client.js';

/** The currencies of the instance. Autotask: with Multi-Currency on, a company's `currencyID` decides, else the internal one. */
export interface Currencies {
  readonly readable: boolean;
  readonly internal: CurrencyCode | null;
  readonly active: readonly CurrencyCode[];
  /** The currency of a company: its own, or the internal one when it names none. Null when it cannot be told. */
  of(currencyId: string | null): CurrencyCode | null;
}

export async function readCurrencies(client: Client): Promise<Currencies> {
  try {
    const filter = [{ op: 'gte', field: 'id', value: 0 }];
    const { rows } = await client.query('Currencies', filter, { permissionId: 'permission.currencies' });
    const all = rows.map((row) => ({
      id: row.id('id'),
      name: row.text('name')?.trim().toUpperCase() ?? '',
      active: row.boolean('isActive') ?? true,
      internal: row.boolean('isInternalCurrency') ?? false,
    }));
    const internal = all.find((each) => each.internal)?.name ?? null;
    return {
      readable: true,
      internal,
      active: all.filter((each) => each.active && each.name !== '').map((each) => each.name),
      of: (id) => (id === null ? internal : (all.find((each) => each.id === id)?.name ?? null)),
    };
  } catch (error) {
    if (!isConnectorError(error) || !UNREADABLE.includes(error.kind)) throw error;
    return { readable: false, internal: null, active: [], of: () => null };
  }
}

const UNREADABLE = ['permissionMissing', 'notFound', 'protocol', 'invalid', 'precondition'];
