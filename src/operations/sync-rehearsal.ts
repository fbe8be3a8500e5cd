import { violatedUnique } from '../storage/database.js';
import { createConnectionCustomerMapping } from './create-connection-customer-mapping.js';
import { createConnectionOfferMapping } from './create-connection-offer-mapping.js';
import { mapSubscription } from './create-connection-subscription-mapping.js';
import { conflict, liveMapping } from './mapping-access.js';
import type { SubscriptionSource } from './mapping-sources.js';
import { type Preview, rehearse } from './rehearsal.js';
import type { Outcome, Work } from './run.js';

export interface Wanted {
  readonly connectionId: string;
  readonly companyId?: string | null | undefined;
  readonly serviceId?: string | null | undefined;
  readonly contractId: string;
}

type Made = Outcome<{ mappingId: string }>;

/**
 * What the three mappings would write to the PSA: each is checked by its own verb, then all that are missing are made in one
 * transaction, looked at and taken back. Throws the refusal of the first that would be refused.
 */
export async function rehearseParts(work: Work, wanted: Wanted, subscription: SubscriptionSource): Promise<Preview> {
  const { connectionId, companyId, serviceId, contractId } = wanted;
  const { customer, variant } = subscription;
  const customerMapping = await liveMapping(work, connectionId, 'CUSTOMER', { customerId: customer.id });
  const made: Made[] = [];
  let company = { id: customerMapping?.remoteId ?? '', name: customerMapping?.remoteName ?? '' };
  if (!customerMapping) {
    const given = { connectionId, customerId: customer.id, companyId: companyId ?? '' };
    const outcome = await createConnectionCustomerMapping.run(work, given);
    made.push(outcome);
    company = outcome.details?.company as typeof company;
  }
  const offerMapping = await liveMapping(work, connectionId, 'OFFER', { offerVariantId: variant.id });
  let service = { id: offerMapping?.remoteId ?? '', name: offerMapping?.remoteName ?? '' };
  if (!offerMapping) {
    const given = { connectionId, offerVariantId: variant.id, serviceId: serviceId ?? '' };
    const outcome = await createConnectionOfferMapping.run(work, given);
    made.push(outcome);
    service = outcome.details?.service as typeof service;
  }
  const given = { connectionId, cloudSubscriptionId: subscription.id, contractId };
  made.push(await mapSubscription(work, given, { company, service }));
  try {
    return await rehearse(work, async (tx) => {
      for (const { commit } of made) await commit(tx);
    });
  } catch (error) {
    if (violatedUnique(error) === null) throw error;
    const message = 'Somebody made one of these mappings at this very moment. Ask again.';
    throw conflict('R37', 'MAPPED_MEANWHILE', message, ['input', 'cloudSubscriptionId'], null);
  }
}
