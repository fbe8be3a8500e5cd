import type { Scope } from '../../src/marketplace/visibility.js';
import type { Database } from '../../src/storage/database.js';
import { newId } from '../../src/storage/ids.js';

/** An ACTIVE connection as a row; nothing is ever called through it. */
export async function connectionRow(
  db: Database,
  scope: Scope,
  more: { currency?: string; connectorId?: string } = {},
): Promise<string> {
  const id = newId();
  const { currency = 'EUR', connectorId = 'none' } = more;
  await db.client.connection.create({ data: { ...scope, id, connectorId, alias: id, currency, status: 'ACTIVE' } });
  return id;
}

export interface MappedRow {
  readonly connectionId: string;
  readonly cloudSubscriptionId: string;
  readonly contractId?: string;
  readonly serviceId?: string;
  readonly queueName?: string;
}

/** A mapped cloud subscription with its lane, as rows; answers the id of both. */
export async function mappedRow(db: Database, scope: Scope, row: MappedRow): Promise<string> {
  const id = newId();
  const { connectionId, cloudSubscriptionId, contractId = newId(), serviceId = newId() } = row;
  await db.client.mapping.create({
    data: {
      ...scope,
      ...{ id, connectionId, cloudSubscriptionId, kind: 'SUBSCRIPTION', syncState: 'SYNCED' },
      ...{ remoteId: contractId, remoteName: contractId, companyId: '1', serviceId },
      billingFrequency: 'MONTHLY',
    },
  });
  const queueName = row.queueName ?? `${connectionId}/0`;
  await db.client.lane.create({ data: { ...scope, id, connectionId, queueName } });
  return id;
}
