import type { RowError, RowResult } from '../marketplace/batch.js';
import type { PushedRows } from '../operations/pushed-rows.js';
import { recordSubscriptionChange } from '../operations/record-subscription-change.js';
import type { Verb } from '../operations/run.js';
import { upsertCloudSubscriptions } from '../operations/upsert-cloud-subscriptions.js';
import { upsertCustomers } from '../operations/upsert-customers.js';
import { upsertOffers } from '../operations/upsert-offers.js';
import type { Builder } from './builder.js';
import type { Context } from './context.js';
import type { EnumTypes } from './enums.js';
import { decodeId, encodeId } from './ids.js';
import type { MarketplaceTypes } from './marketplace.js';
import { idempotencyKey, payloadType } from './payload.js';
import { planFields } from './preview.js';

/** How a marketplace tells the gateway what it has: bulk pushes by external id, and single events. */
export function marketplaceMutations(builder: Builder, types: MarketplaceTypes, enums: EnumTypes): void {
  const errorPolicy = builder.enumType('ErrorPolicy', {
    description: 'What a bad row means for the others.',
    values: {
      REJECT_FAILED_ROWS: { description: 'The good rows are written, the bad ones reported.' },
      REJECT_EVERYTHING: { description: 'One bad row and nothing is written.' },
    } as const,
  });
  const outcome = builder.enumType('RowOutcome', {
    description: 'What became of a row.',
    values: {
      CREATED: { description: 'It is new.' },
      UPDATED: { description: 'It was changed.' },
      UNCHANGED: { description: 'It was so already, or a newer observation is stored.' },
      REJECTED: { description: 'Nothing was written for it; the errors say why.' },
    } as const,
  });
  const rowError = builder.objectRef<RowError>('RowError').implement({
    description: 'What is wrong with a row.',
    fields: (t) => ({
      code: t.exposeString('code', { description: 'Stable reason.' }),
      message: t.exposeString('message', { description: 'The rule it breaks; never the value.' }),
      path: t.stringList({ description: 'The field at fault.', resolve: ({ path }) => [...path] }),
    }),
  });
  const rowResult = (typename: string, name: string) =>
    builder.objectRef<RowResult>(`${name}RowResult`).implement({
      description: `What became of one row of upsert${name}s.`,
      fields: (t) => ({
        index: t.exposeInt('index', { description: 'Its place in the input, from 0.' }),
        externalId: t.exposeString('externalId', {
          nullable: true,
          description: "The marketplace's id, as far as it could be read.",
        }),
        outcome: t.field({ type: outcome, description: 'What became of it.', resolve: (row) => row.outcome }),
        id: t.id({
          nullable: true,
          description: 'Global id; null when rejected.',
          resolve: ({ id }) => (id ? encodeId(typename, id) : null),
        }),
        errors: t.field({
          type: [rowError],
          description: 'Why it was rejected.',
          resolve: ({ errors }) => [...errors],
        }),
      }),
    });

  const observed = (t: Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0]) => ({
    observedAt: t.field({
      type: 'DateTime',
      description:
        'When the marketplace saw it so: at most five minutes ahead of the gateway. Older than what is stored: nothing changes. Absent: now.',
    }),
  });
  const reseller =
    'For a CSP: the Reseller it is sold through, by organization id or external id. Absent: sold directly.';

  const customerInput = builder.inputType('CustomerInput', {
    description: 'A customer as the marketplace has it now. Absent keeps what is stored, null clears it.',
    fields: (t) => ({
      externalId: t.string({ required: true, description: "The marketplace's id." }),
      companyName: t.string({ required: true, description: 'Its name.' }),
      internalIdentifier: t.string({ description: "The seller's own number." }),
      email: t.string({ description: 'E-mail address.' }),
      taxId: t.string({ description: 'Tax number.' }),
      domain: t.string({ description: 'Internet domain.' }),
      country: t.string({ description: 'Country.' }),
      currency: t.string({ description: 'Three capital letters.' }),
      deleted: t.boolean({ description: 'Deleted in the marketplace; false brings it back.' }),
      resellerId: t.string({ description: reseller }),
      ...observed(t),
    }),
  });
  const variantInput = builder.inputType('OfferVariantInput', {
    description: 'One way an offer is sold.',
    fields: (t) => ({
      segment: t.field({ type: enums.segment, required: true, description: 'Whom it is for.' }),
      term: t.field({ type: enums.term, required: true, description: 'How long it is committed for.' }),
      billingFrequency: t.field({
        type: enums.billingFrequency,
        required: true,
        description: 'How often it is billed.',
      }),
    }),
  });
  const offerInput = builder.inputType('OfferInput', {
    description: 'An offer as the marketplace has it now.',
    fields: (t) => ({
      externalId: t.string({ required: true, description: "The marketplace's id." }),
      name: t.string({ required: true, description: 'Its name.' }),
      providerOfferId: t.string({ description: "The provider's id." }),
      offerType: t.field({ type: enums.offerType, required: true, description: 'What kind it is.' }),
      billingType: t.field({ type: enums.billingType, description: 'Absent: USAGE for Azure plans, else LICENSE.' }),
      isAddon: t.boolean({ description: 'Whether it needs another offer.' }),
      isTrial: t.boolean({ description: 'Whether it is a trial.' }),
      variants: t.field({
        type: [variantInput],
        description: 'The ways it is sold; variants are added, never taken away.',
      }),
      ...observed(t),
    }),
  });
  const resellerPrice = builder.inputType('ResellerPriceInput', {
    description: "The Reseller's own cost and price of one unit.",
    fields: (t) => ({
      unitCost: t.field({ type: 'Decimal', required: true, description: 'What the Reseller pays.' }),
      unitPrice: t.field({ type: 'Decimal', required: true, description: 'What the Reseller takes.' }),
      currency: t.string({ description: "Absent: the subscription's." }),
    }),
  });
  const subscriptionInput = builder.inputType('CloudSubscriptionInput', {
    description:
      'A cloud subscription as the marketplace has it now. What differs from what is stored becomes changes.',
    fields: (t) => ({
      externalId: t.string({ required: true, description: "The marketplace's id." }),
      customerExternalId: t.string({ required: true, description: 'Who bought it.' }),
      offerExternalId: t.string({ required: true, description: 'What was bought.' }),
      segment: t.field({ type: enums.segment, required: true, description: 'With term and frequency: which variant.' }),
      term: t.field({ type: enums.term, required: true, description: 'How long it is committed for.' }),
      billingFrequency: t.field({
        type: enums.billingFrequency,
        required: true,
        description: 'How often it is billed.',
      }),
      name: t.string({ required: true, description: 'Friendly name.' }),
      status: t.field({ type: enums.subscriptionStatus, required: true, description: 'Its state.' }),
      quantity: t.int({ required: true, description: 'Units (seats).' }),
      assignedLicenses: t.int({ description: 'Units in use.' }),
      creationDate: t.field({ type: 'Date', description: 'When it was bought. Absent: the start date.' }),
      startDate: t.field({ type: 'Date', required: true, description: 'First day of its term.' }),
      endDate: t.field({ type: 'Date', description: 'Last day of its term. Null: it has none.' }),
      cancellationAllowedUntil: t.field({ type: 'DateTime', description: 'Until when it can be cancelled.' }),
      autoRenewEnabled: t.boolean({ description: 'Whether it renews by itself.' }),
      poNumber: t.string({ description: 'Purchase order number.' }),
      providerSubscriptionId: t.string({ description: "The provider's id." }),
      orderId: t.string({ description: 'The order it came from.' }),
      currency: t.string({ required: true, description: 'Three capital letters.' }),
      unitCost: t.field({
        type: 'Decimal',
        required: true,
        description: 'What your organization pays for one unit (R43).',
      }),
      unitPrice: t.field({
        type: 'Decimal',
        required: true,
        description: 'What your organization takes for one unit (R43).',
      }),
      priceBasis: t.field({
        type: enums.priceBasis,
        description: 'What the amounts are for. Absent: as it is stored; at first PER_BILLING_PERIOD.',
      }),
      effectiveDate: t.field({
        type: 'Date',
        description: 'From when a change counts. Absent: the day of observedAt.',
      }),
      resellerId: t.string({ description: reseller }),
      resellerPrice: t.field({ type: resellerPrice, description: "With resellerId: that Reseller's money." }),
      ...observed(t),
    }),
  });

  const pushes = [
    ['Customer', customerInput, upsertCustomers, 'Records customers by external id, up to 500 at once.'],
    ['Offer', offerInput, upsertOffers, 'Records offers and their variants by external id, up to 500 at once.'],
    [
      'CloudSubscription',
      subscriptionInput,
      upsertCloudSubscriptions,
      'Records cloud subscriptions by external id, up to 500 at once. Changes of mapped ones are synchronised.',
    ],
  ] as const;
  for (const [name, itemType, verb, description] of pushes) {
    const field = `upsert${name}s`;
    const input = builder.inputType(`Upsert${name}sInput`, {
      description: `Input of ${field}.`,
      fields: (t) => ({
        items: t.field({
          type: [itemType as typeof customerInput],
          required: true,
          description: '1 to 500 rows; the whole request may have 1 MiB, over HTTP.',
        }),
        errorPolicy: t.field({ type: errorPolicy, description: 'Absent: REJECT_FAILED_ROWS.' }),
        ...idempotencyKey(t),
      }),
    });
    const payload = payloadType<PushedRows>(builder, `Upsert${name}sPayload`, {
      results: {
        type: [rowResult(name, name)],
        description: 'What became of each row, in the order of the input; null when the call as a whole was refused.',
        load: ({ results }) => results,
      },
    });
    builder.mutationField(field, (t) =>
      t.field({
        type: payload,
        description,
        args: { input: t.arg({ type: input, required: true, description: 'The rows.' }) },
        resolve: async (_root, { input: { items, errorPolicy: policy, idempotencyKey: key } }, context) => {
          const result = await context.perform(verb as Verb<unknown, PushedRows>, {
            rows: items.map(asJson),
            ...(policy && { errorPolicy: policy }),
            idempotencyKey: key,
          });
          return { result, value: result.value };
        },
      }),
    );
  }

  const changeInput = builder.inputType('RecordSubscriptionChangeInput', {
    description: 'Input of recordSubscriptionChange. Values are absolute: what holds after the change.',
    fields: (t) => ({
      eventId: t.string({ required: true, description: 'Names the event; the same event sent again changes nothing.' }),
      subscriptionId: t.id({ description: 'The cloud subscription; or externalId.' }),
      externalId: t.string({ description: "The marketplace's id of it; or subscriptionId." }),
      kind: t.field({ type: enums.changeKind, required: true, description: 'What happened.' }),
      effectiveDate: t.field({
        type: 'Date',
        description: 'From when it counts. Absent: the day of occurredAt, else today (UTC).',
      }),
      occurredAt: t.field({
        type: 'DateTime',
        description: 'When it happened: at most five minutes ahead of the gateway. Absent: now.',
      }),
      quantity: t.int({ description: 'For QUANTITY: the units after it.' }),
      unitCost: t.field({ type: 'Decimal', description: 'For PRICE and PROMOTION, in the basis that is stored.' }),
      unitPrice: t.field({ type: 'Decimal', description: 'For PRICE and PROMOTION, in the basis that is stored.' }),
      name: t.string({ description: 'For FRIENDLY_NAME.' }),
      autoRenewEnabled: t.boolean({ description: 'For AUTO_RENEW.' }),
      billingFrequency: t.field({ type: enums.billingFrequency, description: 'For BILLING_FREQUENCY.' }),
      endDate: t.field({ type: 'Date', description: 'For RENEWAL.' }),
      ...planFields(t),
      ...idempotencyKey(t),
    }),
  });
  const objects = {
    cloudSubscription: {
      type: types.cloudSubscription,
      description: 'The cloud subscription as it is now.',
      load: (id: string, { loaders }: Context) => loaders.cloudSubscription.load(id),
    },
  };
  const changePayload = payloadType<string>(builder, 'RecordSubscriptionChangePayload', objects, { plans: true });
  builder.mutationField('recordSubscriptionChange', (t) =>
    t.field({
      type: changePayload,
      description:
        'Records one event of the marketplace, once however often it is sent. A mapped subscription is synchronised.',
      args: { input: t.arg({ type: changeInput, required: true, description: 'The event.' }) },
      resolve: async (_root, { input: { subscriptionId, ...input } }, context) => {
        const result = await context.perform(recordSubscriptionChange as Verb<unknown, { subscriptionId: string }>, {
          ...(asJson(input) as object),
          ...(subscriptionId && { subscriptionId: decodeId(subscriptionId, 'CloudSubscription') }),
        });
        return { result, value: result.value?.subscriptionId ?? result.replayedTargetId };
      },
    }),
  );
}

/** Rows are checked as the JSON they came as; moments were made `Date` by their scalar. */
function asJson(row: object): unknown {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
  );
}
