import { z } from 'zod';
import { followPolicy } from '../delivery/held.js';
import { changedPolicy, type Policy, policyInput, policyOf } from '../delivery/policy.js';
import type { Prisma, Queries } from '../storage/database.js';
import { ownConnection } from './connection-access.js';
import { idempotencyKeyInput } from './credentials.js';
import { liveMapping } from './mapping-access.js';
import { customerSource } from './mapping-sources.js';
import { notFound, Refusal } from './refusal.js';
import type { Verb, Work } from './run.js';

const input = policyInput.extend({
  connectionId: z.string(),
  customerId: z.string().nullish(),
  idempotencyKey: idempotencyKeyInput,
});

export interface UpdatedPolicy {
  readonly connectionId: string;
  /** Of the customer whose policy it is; null: the connection's own. */
  readonly mappingId: string | null;
}

interface Written extends UpdatedPolicy {
  readonly before: Policy;
  readonly after: Policy;
  readonly released: number;
}

/**
 * Changes how a connection writes to its PSA, or what differs there for one customer. It counts at once: what was held by
 * WATCH_ONLY goes on where writing is allowed now, and nothing planned by the old policy is sent any more.
 */
export const updateConnectionPolicy: Verb<z.infer<typeof input>, Written> = {
  code: 'UpdateConnectionPolicy',
  input,
  summary: ({ customerId }) => (customerId ? 'Change the policy for a customer' : 'Change the policy of a connection'),
  async run(work, { connectionId, customerId = null, idempotencyKey: _key, ...change }) {
    const connection = await ownConnection(work, connectionId, ['input', 'connectionId']);
    if (Object.values(change).every((member) => member === undefined)) throw nothingGiven();
    const customer = customerId === null ? null : await mappedCustomer(work, connectionId, customerId);
    return {
      status: 'SUCCEEDED',
      subject: {
        connectionId,
        target: customer
          ? { kind: 'Mapping', id: customer.mappingId, name: customer.companyName }
          : { kind: 'Connection', id: connectionId, name: connection.alias },
        ...(customer && { customer: { id: customer.id, name: customer.companyName } }),
      },
      summary: customer
        ? `Changed the policy of "${connection.alias}" for "${customer.companyName}"`
        : `Changed the policy of "${connection.alias}"`,
      detailsOf: ({ before, after, released }) => ({ before, after, released }),
      async commit(tx) {
        const stored = await lockedPolicies(tx, work, connectionId, customer?.mappingId ?? null);
        const before = policyOf(stored.connection, stored.customer);
        const next = {
          connection: customer ? stored.connection : changedPolicy(stored.connection, change),
          customer: customer ? changedPolicy(stored.customer, change) : null,
        };
        const { tenantId } = work.scope;
        const updatedAt = work.now();
        if (customer) {
          const policy = next.customer as Prisma.InputJsonObject;
          await tx.mapping.update({
            where: { tenantId_id: { tenantId, id: customer.mappingId } },
            data: { policy, updatedAt },
          });
        } else {
          const policy = next.connection as Prisma.InputJsonObject;
          await tx.connection.update({
            where: { tenantId_id: { tenantId, id: connectionId } },
            data: { policy, updatedAt },
          });
        }
        const place = { connectionId, customerId };
        const released = await followPolicy(tx, work.scope, work.jobs, place);
        const after = policyOf(next.connection, next.customer);
        return { connectionId, mappingId: customer?.mappingId ?? null, before, after, released };
      },
    };
  },
};

async function mappedCustomer(work: Work, connectionId: string, id: string) {
  const { companyName } = await customerSource(work, id);
  const mapping = await liveMapping(work, connectionId, 'CUSTOMER', { customerId: id });
  if (!mapping) throw notMapped(companyName);
  return { id, companyName, mappingId: mapping.id };
}

function notMapped(companyName: string): Refusal {
  return new Refusal({
    type: 'MappingRule',
    rule: 'R36',
    code: 'CUSTOMER_NOT_MAPPED',
    message: `The customer "${companyName}" is not mapped on this connection. Map it first; its policy belongs to that mapping.`,
    path: ['input', 'customerId'],
  });
}

function nothingGiven(): Refusal {
  return new Refusal({
    type: 'InvalidInput',
    code: 'NOTHING_TO_CHANGE',
    message: 'Name at least one member of the policy; null sets it back to the wider one.',
    path: ['input'],
  });
}

/** As they are stored, with the row that will change locked: of two changes at once the second sees the first. */
async function lockedPolicies(tx: Queries, work: Work, connectionId: string, mappingId: string | null) {
  const [connection] = await tx.$queryRaw<{ policy: unknown }[]>`
    SELECT "policy" FROM "Connection" WHERE "tenantId" = ${work.scope.tenantId}::uuid AND "id" = ${connectionId}::uuid
      AND "deletedAt" IS NULL FOR NO KEY UPDATE`;
  if (!connection) throw notFound('connection', ['input', 'connectionId']);
  if (mappingId === null) return { connection: connection.policy, customer: null };
  const [mapping] = await tx.$queryRaw<{ policy: unknown }[]>`
    SELECT "policy" FROM "Mapping" WHERE "tenantId" = ${work.scope.tenantId}::uuid AND "id" = ${mappingId}::uuid
      AND "deletedAt" IS NULL`;
  if (!mapping) throw notFound('customer mapping', ['input', 'customerId']);
  return { connection: connection.policy, customer: mapping.policy };
}
