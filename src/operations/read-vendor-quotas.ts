import { allowances, budgetKey } from '../delivery/budget.js';
import type { Services } from './services.js';

/** How much of a vendor instance's calls is used, by everybody and by this gateway. */
export interface VendorQuotaState {
  /** Calls the vendor allows to everybody in its window: as it told last, else as the connector declares. */
  readonly limit: number;
  /** Calls everybody had made when the vendor told last; null: it never did. */
  readonly used: number | null;
  readonly readAt: Date | null;
  readonly windowSeconds: number;
  /** Calls of this gateway, over all its instances and connections, that count now. */
  readonly ours: number;
  readonly share: number;
  readonly pausedUntil: Date | null;
}

interface Row {
  readonly limit: number | null;
  readonly used: number | null;
  readonly readAt: Date | null;
  readonly ours: number | null;
  readonly pausedUntil: Date | null;
}

/** In the order of the connections, from what is stored: no vendor is asked. Null where calls are not limited by number. */
export async function readVendorQuotas(
  { db, connectors, vendorShare }: Pick<Services, 'db' | 'connectors' | 'vendorShare'>,
  connections: readonly Parameters<typeof budgetKey>[0][],
): Promise<(VendorQuotaState | null)[]> {
  const wanted = connections.map((connection) => {
    const limits = connectors.find(connection.connectorId)?.descriptor.limits ?? [];
    const limited = limits.some(({ requests }) => requests);
    return { key: budgetKey(connection), limited, ...allowances(limits, vendorShare) };
  });
  const rows = await db.client.$queryRaw<Row[]>`
    SELECT b."quotaLimit" AS "limit", b."quotaUsed" AS "used", b."quotaReadAt" AS "readAt",
      CASE WHEN b."pausedUntil" > clock_timestamp() THEN b."pausedUntil" END AS "pausedUntil",
      vendor_used(b."head", b."calls", k."seconds" / 60, clock_timestamp()) AS "ours"
    FROM unnest(${wanted.map(({ key }) => key)}::text[], ${wanted.map((each) => each.windowSeconds)}::float8[])
      WITH ORDINALITY k("key", "seconds", "at")
    LEFT JOIN "VendorBudget" b ON b."key" = k."key" ORDER BY k."at"`;
  return wanted.map(({ limited, declared, share, windowSeconds }, at) => {
    const row = rows[at];
    if (!limited || !row) return null;
    const limit = row.limit ?? declared;
    return {
      ...{ limit, used: row.used, readAt: row.readAt, windowSeconds },
      ours: row.ours ?? 0,
      share: Math.floor(share * Math.min(1, limit / declared)),
      pausedUntil: row.pausedUntil,
    };
  });
}
