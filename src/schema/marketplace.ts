import type { Offer, OfferVariant } from '../../prisma/generated/client/client.js';
import {
  cloudSubscriptionKeyset,
  countCloudSubscriptions,
  listCloudSubscriptions,
} from '../marketplace/cloud-subscription-list.js';
import { countCustomers, customerKeyset, listCustomers } from '../marketplace/customer-list.js';
import { countOfferVariants, listOfferVariants, offerVariantKeyset } from '../marketplace/offer-list.js';
import type { Builder } from './builder.js';
import type { EnumTypes } from './enums.js';
import { decodeId, encodeId } from './ids.js';
import { pageTypes } from './page-types.js';
import { pageOf } from './pages.js';

/** Customers, offers, offer variants and cloud subscriptions, as the marketplace recorded them. */
export function marketplaceTypes(builder: Builder, enums: EnumTypes) {
  const customer = builder.prismaNode('Customer', {
    description: 'A customer of a CSP or a Reseller.',
    id: { resolve: ({ id }) => id, description: 'Global id.' },
    nullable: true,
    findUnique: (id, { scope: { tenantId, organizationId } }) => ({
      tenantId_id: { tenantId, id },
      OR: [{ organizationId }, { tenantId: organizationId, cspParty: true }],
    }),
    fields: (t) => ({
      externalId: t.exposeString('externalId', { description: "The marketplace's id." }),
      companyName: t.exposeString('companyName', { description: 'Its name.' }),
      internalIdentifier: t.exposeString('internalIdentifier', {
        nullable: true,
        description: "The seller's own number.",
      }),
      email: t.exposeString('email', { nullable: true, description: 'E-mail address.' }),
      taxId: t.exposeString('taxId', { nullable: true, description: 'Tax number.' }),
      domain: t.exposeString('domain', { nullable: true, description: 'Internet domain.' }),
      country: t.exposeString('country', { nullable: true, description: 'Country.' }),
      currency: t.exposeString('currency', { nullable: true, description: 'Currency it is billed in.' }),
      sellerId: t.id({
        description: 'The organization that sells to it.',
        resolve: (row) => encodeId('Organization', row.organizationId),
      }),
      deletedAt: t.expose('deletedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When the marketplace deleted it.',
      }),
    }),
  });

  const offer = builder.node(builder.objectRef<Offer>('Offer'), {
    description: 'Something the marketplace sells.',
    id: { resolve: ({ id }) => id, description: 'Global id.' },
    fields: (t) => ({
      externalId: t.exposeString('externalId', { description: "The marketplace's id." }),
      name: t.exposeString('name', { description: 'Its name.' }),
      providerOfferId: t.exposeString('providerOfferId', { nullable: true, description: "The provider's id." }),
      offerType: t.expose('offerType', { type: enums.offerType, description: 'What kind it is.' }),
      billingType: t.expose('billingType', { type: enums.billingType, description: 'How it is billed.' }),
      isAddon: t.exposeBoolean('isAddon', { description: 'Whether it needs another offer.' }),
      isTrial: t.exposeBoolean('isTrial', { description: 'Whether it is a trial.' }),
    }),
  });

  const offerVariant = builder.node(builder.objectRef<OfferVariant>('OfferVariant'), {
    description: 'Offer + segment + term + billing frequency: what is mapped to a service (R24).',
    id: { resolve: ({ id }) => id, description: 'Global id.' },
    fields: (t) => ({
      offerName: t.exposeString('offerName', { description: "The offer's name." }),
      offerExternalId: t.exposeString('offerExternalId', { description: "The marketplace's id of the offer." }),
      providerOfferId: t.exposeString('providerOfferId', {
        nullable: true,
        description: "The provider's id of the offer.",
      }),
      offerType: t.expose('offerType', { type: enums.offerType, description: 'What kind of offer it is.' }),
      segment: t.expose('segment', { type: enums.segment, description: 'Whom it is for.' }),
      term: t.expose('term', { type: enums.term, description: 'How long it is committed for.' }),
      billingFrequency: t.expose('billingFrequency', {
        type: enums.billingFrequency,
        description: 'How often it is billed.',
      }),
      offer: t.field({
        type: offer,
        nullable: true,
        description: 'The offer itself.',
        resolve: (row, _args, { loaders }) => loaders.offer.load(row.offerId),
      }),
    }),
  });

  const price = builder.prismaObject('SubscriptionPrice', {
    description: 'What your organization pays and takes for one unit (R43). Tax is not included.',
    fields: (t) => ({
      currency: t.exposeString('currency', { description: 'Currency of both amounts.' }),
      unitCost: t.expose('unitCost', { type: 'Decimal', description: 'Catalogue price of your organization.' }),
      unitPrice: t.expose('unitPrice', { type: 'Decimal', description: 'Price after your margins.' }),
      basis: t.expose('basis', {
        type: enums.priceBasis,
        description: 'What the amounts are for; a PSA is told those of one billing period.',
      }),
    }),
  });

  const cloudSubscription = builder.prismaNode('CloudSubscription', {
    description: "A subscription sold by the marketplace. Not to be confused with GraphQL's subscriptions.",
    id: { resolve: ({ id }) => id, description: 'Global id.' },
    nullable: true,
    findUnique: (id, { scope: { tenantId, organizationId } }) => ({
      tenantId_id: { tenantId, id },
      OR: [{ organizationId }, { tenantId: organizationId, cspParty: true }],
    }),
    fields: (t) => ({
      externalId: t.exposeString('externalId', { description: "The marketplace's id." }),
      providerSubscriptionId: t.exposeString('providerSubscriptionId', {
        nullable: true,
        description: "The provider's id.",
      }),
      name: t.exposeString('name', { description: 'Friendly name.' }),
      status: t.expose('status', { type: enums.subscriptionStatus, description: 'Its state.' }),
      quantity: t.exposeInt('quantity', { description: 'Units (seats).' }),
      assignedLicenses: t.exposeInt('assignedLicenses', { nullable: true, description: 'Units in use.' }),
      creationDate: t.expose('creationDate', { type: 'Date', description: 'When it was bought.' }),
      startDate: t.expose('startDate', { type: 'Date', description: 'First day of its term.' }),
      endDate: t.expose('endDate', { type: 'Date', nullable: true, description: 'Last day of its term.' }),
      cancellationAllowedUntil: t.expose('cancellationAllowedUntil', {
        type: 'DateTime',
        nullable: true,
        description: 'Until when it can be cancelled (R64).',
      }),
      autoRenewEnabled: t.exposeBoolean('autoRenewEnabled', { description: 'Whether it renews by itself.' }),
      poNumber: t.exposeString('poNumber', { nullable: true, description: 'Purchase order number.' }),
      currency: t.exposeString('currency', { description: 'The currency of its seller; yours is that of price.' }),
      revision: t.exposeInt('revision', { description: 'Grows by one with each change.' }),
      sellerId: t.id({
        description: 'The organization that sells it.',
        resolve: (row) => encodeId('Organization', row.organizationId),
      }),
      customer: t.field({
        type: customer,
        nullable: true,
        description: 'Who bought it.',
        resolve: (row, _args, { loaders }) => loaders.customer.load(row.customerId),
      }),
      offerVariant: t.field({
        type: offerVariant,
        nullable: true,
        description: 'What was bought.',
        resolve: (row, _args, { loaders }) => loaders.offerVariant.load(row.offerVariantId),
      }),
      price: t.field({
        type: price,
        nullable: true,
        description: "Your organization's cost and price; null when none was recorded.",
        resolve: (row, _args, { loaders }) => loaders.price.load(row.id),
      }),
      syncState: t.field({
        type: enums.syncState,
        nullable: true,
        description: 'The badge; null while it is not mapped.',
        resolve: async (row, _args, { loaders }) => (await loaders.subscriptionMapping.load(row.id))?.syncState ?? null,
      }),
    }),
  });

  return { customer, offer, offerVariant, price, cloudSubscription };
}

export type MarketplaceTypes = ReturnType<typeof marketplaceTypes>;

/** The lists of the mapping pages (R21, R30, R31, R38). */
export function marketplaceLists(builder: Builder, types: MarketplaceTypes, enums: EnumTypes) {
  const soldBy = builder.enumType('SoldBy', {
    description: 'Whose sales a CSP sees. A Reseller has direct sales only.',
    values: {
      DIRECT: { description: 'Sold by your organization itself.' },
      RESELLERS: { description: 'Sold by your Resellers, where you take part.' },
      ANY: { description: 'Both.' },
    } as const,
  });
  const prefixText = 'First characters of the name, in either case.';
  const connectionText = 'One of your connections.';

  const customerFilter = builder.inputType('CustomerFilter', {
    description: 'Which customers.',
    fields: (t) => ({
      prefix: t.string({ description: prefixText }),
      soldBy: t.field({ type: soldBy, description: 'Absent: DIRECT.' }),
      connectionId: t.id({
        description: `${connectionText} With hideMapped: those not mapped on it; else those mapped.`,
      }),
      hideMapped: t.boolean({ description: 'With connectionId: only those not mapped.' }),
    }),
  });
  builder.queryField('customers', (t) =>
    t.connection(
      {
        type: types.customer,
        description: 'Customers that are not deleted, by name (R21).',
        args: { filter: t.arg({ type: customerFilter, description: 'Absent: all direct customers.' }) },
        resolve: (_root, { filter, ...page }, { services, scope }) => {
          const db = services.operations.db.client;
          const where = filter && {
            ...filter,
            mappedOn: filter.connectionId ? decodeId(filter.connectionId, 'Connection') : null,
          };
          return pageOf(
            page,
            customerKeyset.cursorOf,
            (bounds) => listCustomers(db, scope, { filter: where, ...bounds }),
            () => countCustomers(db, scope, where),
          );
        },
      },
      ...pageTypes(builder, types.customer, 'Customer'),
    ),
  );

  const variantFilter = builder.inputType('OfferVariantFilter', {
    description: 'Which offer variants.',
    fields: (t) => ({
      prefix: t.string({ description: prefixText }),
      onlyBought: t.boolean({ description: 'Only those bought in your context (R30). Absent: true.' }),
      connectionId: t.id({ description: connectionText }),
      hideMapped: t.boolean({ description: 'With connectionId: without those mapped on it (R31). Absent: true.' }),
    }),
  });
  builder.queryField('offerVariants', (t) =>
    t.connection(
      {
        type: types.offerVariant,
        description:
          'Offer variants by name: those bought in your context, unless the filter says otherwise (R30, R31).',
        args: { filter: t.arg({ type: variantFilter, description: 'Absent: all that were bought.' }) },
        resolve: (_root, { filter, ...page }, { services, scope }) => {
          const db = services.operations.db.client;
          const where = filter && {
            ...filter,
            connectionId: filter.connectionId ? decodeId(filter.connectionId, 'Connection') : null,
          };
          return pageOf(
            page,
            offerVariantKeyset.cursorOf,
            (bounds) => listOfferVariants(db, scope, { filter: where, ...bounds }),
            () => countOfferVariants(db, scope, where),
          );
        },
      },
      ...pageTypes(builder, types.offerVariant, 'OfferVariant'),
    ),
  );

  const subscriptionFilter = builder.inputType('CloudSubscriptionFilter', {
    description: 'Which cloud subscriptions.',
    fields: (t) => ({
      prefix: t.string({ description: prefixText }),
      soldBy: t.field({ type: soldBy, description: 'Absent: DIRECT (R38).' }),
      customerId: t.id({ description: 'Of one customer.' }),
      statuses: t.field({ type: [enums.subscriptionStatus], description: 'In one of these states.' }),
      connectionId: t.id({ description: `${connectionText} Needed with mapped.` }),
      mapped: t.boolean({ description: 'With connectionId: mapped on it, or not.' }),
    }),
  });
  builder.queryField('cloudSubscriptions', (t) =>
    t.connection(
      {
        type: types.cloudSubscription,
        description: 'Cloud subscriptions your organization sells (R38).',
        args: { filter: t.arg({ type: subscriptionFilter, description: 'Absent: all direct ones.' }) },
        resolve: (_root, { filter, ...page }, { services, scope }) => {
          const db = services.operations.db.client;
          const where = filter && {
            ...filter,
            customerId: filter.customerId ? decodeId(filter.customerId, 'Customer') : null,
            connectionId: filter.connectionId ? decodeId(filter.connectionId, 'Connection') : null,
          };
          return pageOf(
            page,
            cloudSubscriptionKeyset.cursorOf,
            (bounds) => listCloudSubscriptions(db, scope, { filter: where, ...bounds }),
            () => countCloudSubscriptions(db, scope, where),
          );
        },
      },
      ...pageTypes(builder, types.cloudSubscription, 'CloudSubscription'),
    ),
  );
}
