import { z } from 'zod';
import { activeSession } from './connection-access.js';
import { idempotencyKeyInput } from './credentials.js';
import { checkProposal, conflict, holdConnection, liveMapping, remoteRecord } from './mapping-access.js';
import { serviceReasons, variantReasons } from './mapping-rules.js';
import { variantSource } from './mapping-sources.js';
import { Refusal } from './refusal.js';
import type { Verb, Work } from './run.js';

const input = z.object({
  connectionId: z.string(),
  offerVariantId: z.string(),
  serviceId: z.string().min(1).max(100),
  idempotencyKey: idempotencyKeyInput,
});
type Input = z.infer<typeof input>;

/** Maps an offer variant to a service, one to one per connection (R24-R35). */
export const createConnectionOfferMapping: Verb<Input, { mappingId: string }> = {
  code: 'CreateConnectionOfferMapping',
  input,
  summary: () => 'Map an offer to a service',
  async run(work, { connectionId, offerVariantId, serviceId }) {
    const { connection, session } = await activeSession(work, connectionId, ['input', 'connectionId']);
    const variant = await variantSource(work, offerVariantId);
    const impossible = variantReasons(variant);
    if (impossible.length > 0) throw new Refusal(...impossible);
    const ofVariant = await liveMapping(work, connectionId, 'OFFER', { offerVariantId });
    if (ofVariant) throw offerConflict(ofVariant.id);
    const service = await remoteRecord(session, 'service', serviceId, ['input', 'serviceId']);
    const ofService = await liveMapping(work, connectionId, 'OFFER', { remoteId: service.id });
    if (ofService) throw serviceTaken(ofService.id);
    const reasons = serviceReasons(service, variant);
    const warnings = await checkProposal(session, { kind: 'offer', service }, reasons, ['input', 'serviceId']);
    const id = work.newId();
    const offer = `${variant.offerName} (${variant.term}, ${variant.billingFrequency})`;
    return {
      status: 'SUCCEEDED',
      subject: { connectionId, target: { kind: 'Mapping', id, name: `${offer} -> ${service.name}` } },
      summary: `Mapped the offer "${offer}" to the service "${service.name}"`,
      details: { offer, service: { id: service.id, name: service.name }, warnings },
      async commit(tx) {
        await holdConnection(tx, work, connection);
        await tx.mapping.create({
          data: {
            ...work.scope,
            id,
            connectionId,
            kind: 'OFFER',
            offerVariantId,
            remoteId: service.id,
            remoteName: service.name,
            warnings,
          },
        });
        return { mappingId: id };
      },
    };
  },
  conflicts: {
    Mapping_offer_key: async (work: Work, { connectionId, offerVariantId }: Input) =>
      offerConflict((await liveMapping(work, connectionId, 'OFFER', { offerVariantId }))?.id ?? null),
    Mapping_service_key: async (work: Work, { connectionId, serviceId }: Input) =>
      serviceTaken((await liveMapping(work, connectionId, 'OFFER', { remoteId: serviceId }))?.id ?? null),
  },
};

/** R24: an offer variant is mapped once per connection. */
export function offerConflict(existingId: string | null) {
  return conflict(
    'R24',
    'OFFER_ALREADY_MAPPED',
    'This offer with this segment, term and billing frequency is mapped on this connection already.',
    ['input', 'offerVariantId'],
    existingId,
  );
}

function serviceTaken(existingId: string | null) {
  return conflict(
    'R25',
    'SERVICE_ALREADY_MAPPED',
    'Another offer is mapped to this service on this connection. A service takes one offer.',
    ['input', 'serviceId'],
    existingId,
  );
}
