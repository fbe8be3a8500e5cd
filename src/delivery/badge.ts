import type { Queries } from '../storage/database.js';

/** The badge of a lane's mapping, computed anew (R66) by the database's function. The lane's row must be locked. */
export async function refreshBadge(tx: Queries, tenantId: string, laneId: string): Promise<void> {
  await tx.$queryRaw`SELECT refresh_badge(${tenantId}::uuid, ${laneId}::uuid)::text`;
}
