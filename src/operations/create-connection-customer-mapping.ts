import { z } from 'zod';
import { activeSession } from './connection-access.js';
import { idempotencyKeyInput } from './credentials.js';
import { checkProposal, conflict, holdConnection, liveMapping, remoteRecord } from './mapping-access.js';
import { companyReasons } from './mapping-rules.js';
import { customerSource } from './mapping-sources.js';
import type { Verb, Work } from './run.js';

const input = z.object({
  connectionId: z.string(),
  customerId: z.string(),
  companyId: z.string().min(1).max(100),
  idempotencyKey: idempotencyKeyInput,
});
type Input = z.infer<typeof input>;

/** Maps a customer to a company (R17-R23). Several customers may share one company, with a warning (R20). */
export const createConnectionCustomerMapping: Verb<Input, { mappingId: string }> = {
  code: 'CreateConnectionCustomerMapping',
  input,
  summary: () => 'Map a customer to a company',
  async run(work, { connectionId, customerId, companyId }) {
    const { connection, session } = await activeSession(work, connectionId, ['input', 'connectionId']);
    const customer = await customerSource(work, customerId);
    const existing = await liveMapping(work, connectionId, 'CUSTOMER', { customerId });
    if (existing) throw customerConflict(existing.id);
    const company = await remoteRecord(session, 'company', companyId, ['input', 'companyId']);
    const reasons = companyReasons(company, connection.currency);
    const warnings = await checkProposal(session, { kind: 'customer', company }, reasons, ['input', 'companyId']);
    if (await liveMapping(work, connectionId, 'CUSTOMER', { remoteId: company.id })) {
      warnings.push(
        `Another customer is mapped to "${company.name}" too; their services are billed to one company (R20).`,
      );
    }
    const id = work.newId();
    return {
      status: 'SUCCEEDED',
      subject: {
        connectionId,
        target: { kind: 'Mapping', id, name: `${customer.companyName} -> ${company.name}` },
        customer: { id: customer.id, name: customer.companyName },
      },
      summary: `Mapped the customer "${customer.companyName}" to the company "${company.name}"`,
      details: { customer: customer.companyName, company: { id: company.id, name: company.name }, warnings },
      async commit(tx) {
        await holdConnection(tx, work, connection);
        await tx.mapping.create({
          data: {
            ...work.scope,
            id,
            connectionId,
            kind: 'CUSTOMER',
            customerId,
            remoteId: company.id,
            remoteName: company.name,
            warnings,
          },
        });
        return { mappingId: id };
      },
    };
  },
  conflicts: {
    Mapping_customer_key: async (work: Work, { connectionId, customerId }: Input) =>
      customerConflict((await liveMapping(work, connectionId, 'CUSTOMER', { customerId }))?.id ?? null),
  },
};

/** R19: a customer is mapped once per connection. */
export function customerConflict(existingId: string | null) {
  return conflict(
    'R19',
    'CUSTOMER_ALREADY_MAPPED',
    'This customer is mapped on this connection already. Delete that mapping first.',
    ['input', 'customerId'],
    existingId,
  );
}
