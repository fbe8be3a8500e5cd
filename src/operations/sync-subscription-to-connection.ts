import { z } from 'zod';
import { ownConnection, requireActive } from './connection-access.js';
import { createConnectionCustomerMapping, customerConflict } from './create-connection-customer-mapping.js';
import { createConnectionOfferMapping, offerConflict } from './create-connection-offer-mapping.js';
import { createConnectionSubscriptionMapping, subscriptionConflict } from './create-connection-subscription-mapping.js';
import { idempotencyKeyInput } from './credentials.js';
import { liveMapping } from './mapping-access.js';
import { subscriptionReasons } from './mapping-rules.js';
import { type SubscriptionSource, subscriptionSource } from './mapping-sources.js';
import { Refusal, type UserErrorData } from './refusal.js';
import { nothingToWrite, type Preview, planInput, requirePlan } from './rehearsal.js';
import { type Result, run, type Verb, type Work } from './run.js';
import { rehearseParts } from './sync-rehearsal.js';

const remoteId = z.string().min(1).max(100);
const input = z.object({
  connectionId: z.string(),
  cloudSubscriptionId: z.string(),
  companyId: remoteId.nullish(),
  serviceId: remoteId.nullish(),
  contractId: remoteId,
  idempotencyKey: idempotencyKeyInput,
  ...planInput.shape,
});
type Input = z.infer<typeof input>;

/** One of the three mappings: there before, made here under an entry of its own, or refused under it. */
export interface SyncedPart {
  readonly mappingId: string | null;
  readonly made: boolean;
  readonly auditLogId: string | null;
}
const NAMES = ['customer', 'offer', 'subscription'] as const;
export type SyncedParts = { readonly [K in (typeof NAMES)[number]]: SyncedPart };

const NOTHING: SyncedPart = { mappingId: null, made: false, auditLogId: null };
export const NO_PARTS: SyncedParts = { customer: NOTHING, offer: NOTHING, subscription: NOTHING };

/**
 * Map at purchase (R45, R46): customer, offer and cloud subscription in one go. What is mapped to the same already is taken
 * as it is; each mapping made is an operation of its own, part of this one, with its correlation id. One that is refused does
 * not undo those before it. Its entry ends with the mappings; the first line is written under the last one's.
 */
export const syncSubscriptionToConnection: Verb<Input, SyncedParts> = {
  code: 'SyncSubscriptionToConnection',
  input,
  summary: () => 'Synchronise a cloud subscription to a connection',
  async run(work, given) {
    const connection = await ownConnection(work, given.connectionId, ['input', 'connectionId']);
    requireActive(connection, ['input', 'connectionId']);
    const subscription = await subscriptionSource(work, given.cloudSubscriptionId);
    await refuseImpossible(work, given, subscription, connection.currency);
    const about = {
      subject: {
        connectionId: connection.id,
        target: { kind: 'CloudSubscription', id: subscription.id, name: subscription.name },
        customer: { id: subscription.customer.id, name: subscription.customer.companyName },
      },
      summary: `Synchronise "${subscription.name}" to the connection "${connection.alias}"`,
    };
    const rehearsed = await rehearsal(work, given, subscription);
    if (given.dryRun) return { ...about, status: 'SUCCEEDED', rehearsed, commit: async () => NO_PARTS };
    const { parts, errors } = await mapParts(work, given, subscription);
    return {
      ...about,
      status: errors.length > 0 ? 'FAILED' : 'SUCCEEDED',
      errors,
      details: { mappings: parts },
      commit: async () => parts,
    };
  },
};

/** What would be written, where that is asked for; the plan that was looked at must be the one that is carried out. */
async function rehearsal(work: Work, given: Input, subscription: SubscriptionSource): Promise<Preview> {
  if (!given.dryRun && !given.fingerprint) return nothingToWrite();
  // Mapped to the same: the call is a repeat.
  if (await subscriptionMapping(work, subscription.id)) return nothingToWrite();
  const preview = await rehearseParts(work, given, subscription);
  if (given.fingerprint) requirePlan(preview, given.fingerprint);
  return preview;
}

/** What the parts of an earlier call were, from the details of its entry. */
export function partsOf(details: unknown): SyncedParts {
  const { mappings } = (details ?? {}) as { mappings?: SyncedParts };
  return mappings ?? NO_PARTS;
}

/** What can be known before anything is made: all of it at once. */
async function refuseImpossible(
  work: Work,
  given: Input,
  subscription: SubscriptionSource,
  currency: string,
): Promise<void> {
  const { connectionId, companyId, serviceId } = given;
  const [customer, offer] = await Promise.all([
    liveMapping(work, connectionId, 'CUSTOMER', { customerId: subscription.customer.id }),
    liveMapping(work, connectionId, 'OFFER', { offerVariantId: subscription.variant.id }),
  ]);
  const errors: UserErrorData[] = [];
  if (customer && companyId && customer.remoteId !== companyId) errors.push(...customerConflict(customer.id).errors);
  if (!customer && !companyId) errors.push(unnamed('customer', 'companyId', subscription.customer.companyName));
  if (offer && serviceId && offer.remoteId !== serviceId) errors.push(...offerConflict(offer.id).errors);
  if (!offer && !serviceId) errors.push(unnamed('offer', 'serviceId', subscription.variant.offerName));
  const mapped = await subscriptionMapping(work, subscription.id);
  if (mapped && !isSame(mapped, given)) errors.push(...(await subscriptionConflict(work, subscription.id)).errors);
  if (!mapped) errors.push(...subscriptionReasons(subscription, currency));
  if (errors.length > 0) throw new Refusal(...errors.map(ofThisInput));
}

async function mapParts(work: Work, given: Input, { id, customer, variant }: SubscriptionSource) {
  const { connectionId, companyId, serviceId, contractId, fingerprint } = given;
  const steps: { readonly [K in keyof SyncedParts]: Step } = {
    customer: {
      existing: () => liveMapping(work, connectionId, 'CUSTOMER', { customerId: customer.id }),
      same: (mapping) => !companyId || mapping.remoteId === companyId,
      make: () => part(work, createConnectionCustomerMapping, { connectionId, customerId: customer.id, companyId }),
    },
    offer: {
      existing: () => liveMapping(work, connectionId, 'OFFER', { offerVariantId: variant.id }),
      same: (mapping) => !serviceId || mapping.remoteId === serviceId,
      make: () => part(work, createConnectionOfferMapping, { connectionId, offerVariantId: variant.id, serviceId }),
    },
    subscription: {
      existing: () => subscriptionMapping(work, id),
      same: (mapping) => isSame(mapping, given),
      make: () =>
        part(work, createConnectionSubscriptionMapping, {
          ...{ connectionId, cloudSubscriptionId: id, contractId },
          ...(fingerprint && { fingerprint }),
        }),
    },
  };
  let parts: SyncedParts = NO_PARTS;
  for (const name of NAMES) {
    const { part: done, errors } = await takeOrMake(steps[name]);
    parts = { ...parts, [name]: done };
    if (errors.length > 0) return { parts, errors: errors.map(ofThisInput) };
  }
  return { parts, errors: [] };
}

interface Existing {
  readonly id: string;
  readonly organizationId: string;
  readonly connectionId: string;
  readonly remoteId: string;
}

interface Step {
  existing(): Promise<Existing | null>;
  /** Whether it is mapped to what was asked for. */
  same(mapping: Existing): boolean;
  make(): Promise<Result<{ mappingId: string }>>;
}

async function takeOrMake(step: Step): Promise<{ part: SyncedPart; errors: readonly UserErrorData[] }> {
  const before = await step.existing();
  if (before && step.same(before)) return { part: { ...NOTHING, mappingId: before.id }, errors: [] };
  const { value, auditLogId, userErrors } = await step.make();
  if (value) return { part: { mappingId: value.mappingId, made: true, auditLogId }, errors: [] };
  // Somebody may have made the very same mapping meanwhile.
  const meanwhile = await step.existing();
  if (meanwhile && step.same(meanwhile)) {
    return { part: { mappingId: meanwhile.id, made: false, auditLogId }, errors: [] };
  }
  return { part: { ...NOTHING, auditLogId }, errors: userErrors };
}

/** One mapping, by its own verb, under an entry that is a part of this one's. */
function part<I>(work: Work, verb: Verb<I, { mappingId: string }>, given: object) {
  return run(work, verb, work.caller, given, work.entryId);
}

/** The live mapping of the cloud subscription, whoever in the tenant has it (R37). */
function subscriptionMapping(work: Work, cloudSubscriptionId: string): Promise<Existing | null> {
  return work.db.client.mapping.findFirst({
    where: { tenantId: work.scope.tenantId, cloudSubscriptionId, kind: 'SUBSCRIPTION', deletedAt: null },
    select: { id: true, organizationId: true, connectionId: true, remoteId: true },
  });
}

function isSame(mapping: Existing, given: Input): boolean {
  return mapping.connectionId === given.connectionId && mapping.remoteId === given.contractId;
}

function unnamed(what: 'customer' | 'offer', field: string, name: string): UserErrorData {
  return {
    type: 'MappingRule',
    rule: 'R36',
    code: `${what.toUpperCase()}_NOT_MAPPED`,
    message: `The ${what} "${name}" is not mapped on this connection yet. Name its ${field}. (R36)`,
    path: ['input', field],
  };
}

/** The parts name fields of their own inputs; here the customer and the offer come from the cloud subscription. */
function ofThisInput(error: UserErrorData): UserErrorData {
  const [, field] = error.path ?? [];
  return field === 'customerId' || field === 'offerVariantId'
    ? { ...error, path: ['input', 'cloudSubscriptionId'] }
    : error;
}
