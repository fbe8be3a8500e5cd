import type { ConnectorContext, CurrencyCode } from '../contract.js';
import { isConnectorError } from '../errors.js';
import type { Client } from './client.js';
import type { Currencies } from './currencies.js';
import { isId } from './ids.js';
import { readByIds } from './in-batches.js';

/** The currencies of companies by id; null where it cannot be told. Asks for those it does not know, 500 in a call. */
export type CompanyCurrencies = (
  ids: readonly string[],
  signal?: AbortSignal,
) => Promise<Map<string, CurrencyCode | null>>;

const HOURS = 6 * 3_600_000;
const MINUTES = 10 * 60_000;

/**
 * Autotask: a contract has no currency of its own, it follows its company. A company's currency hardly ever changes, so
 * it is kept for hours; a failure to read it never spoils what needs it, because nothing is written by it.
 */
export function createCompanyCurrencies(
  context: ConnectorContext,
  client: Client,
  currencies: () => Promise<Currencies>,
): CompanyCurrencies {
  const kept = new Map<string, { currency: CurrencyCode | null; until: number }>();

  return async (ids, signal) => {
    const now = context.now().getTime();
    const missing = [...new Set(ids)].filter((id) => isId(id) && (kept.get(id)?.until ?? 0) <= now);
    if (missing.length > 0) await read(missing, now, signal);
    return new Map(ids.map((id) => [id, kept.get(id)?.currency ?? null]));
  };

  async function read(ids: readonly string[], now: number, signal?: AbortSignal): Promise<void> {
    try {
      const all = await currencies();
      const query = { entity: 'Companies', permissionId: 'permission.companies', signal };
      const rows = all.readable ? await readByIds(client, ids, query) : new Map();
      for (const id of ids) {
        const row = rows.get(id);
        const currency = row ? all.of(row.id('currencyID')) : null;
        kept.set(id, { currency, until: now + (currency === null ? MINUTES : HOURS) });
      }
    } catch (error) {
      if (!isConnectorError(error) || !MAY_GO_WITHOUT.includes(error.kind)) throw error;
      for (const id of ids) kept.set(id, { currency: null, until: now + MINUTES });
    }
  }
}

const MAY_GO_WITHOUT = ['permissionMissing', 'notFound', 'protocol', 'invalid', 'precondition'];
