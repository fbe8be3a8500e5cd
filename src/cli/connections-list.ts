import { encodeId } from '../schema/ids.js';
import type { Context } from './context.js';
import { organizationsOf } from './organizations.js';
import { withStore } from './store.js';

export async function listConnections(context: Context, organization?: string): Promise<void> {
  await withStore(context, async ({ db }) => {
    const organizations = await organizationsOf(db, organization);
    const names = new Map(organizations.map(({ organizationId, name }) => [organizationId, name]));
    const found = await db.client.connection.findMany({
      where: { organizationId: { in: [...names.keys()] }, deletedAt: null },
      orderBy: [{ organizationId: 'asc' }, { id: 'asc' }],
    });
    const rows = found.map((row) => ({
      id: encodeId('Connection', row.id),
      organization: names.get(row.organizationId) ?? '',
      alias: row.alias,
      connector: row.connectorId,
      currency: row.currency,
      status: row.status,
      reason: row.statusReason,
      checkedAt: row.checkedAt?.toISOString() ?? null,
    }));
    context.terminal.rows(
      rows,
      {
        ALIAS: ({ alias }) => alias,
        CONNECTOR: ({ connector }) => connector,
        CURRENCY: ({ currency }) => currency,
        STATUS: ({ status }) => status,
        CHECKED: ({ checkedAt }) => checkedAt,
        ORGANIZATION: (row) => row.organization,
        ID: ({ id }) => id,
      },
      'There is no connection.',
    );
  });
}
