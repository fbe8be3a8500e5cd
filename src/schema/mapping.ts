import type { Mapping } from '../../prisma/generated/client/client.js';
import { MappingKind, MappingState } from '../../prisma/generated/client/enums.js';
import { createConnectionCustomerMapping } from '../operations/create-connection-customer-mapping.js';
import { createConnectionOfferMapping } from '../operations/create-connection-offer-mapping.js';
import { createConnectionSubscriptionMapping } from '../operations/create-connection-subscription-mapping.js';
import {
  deleteConnectionCustomerMapping,
  deleteConnectionOfferMapping,
  deleteConnectionSubscriptionMapping,
} from '../operations/delete-mapping.js';
import { resyncSubscription } from '../operations/resync-subscription.js';
import type { Builder } from './builder.js';
import type { Context } from './context.js';
import type { EnumTypes } from './enums.js';
import { decodeId, mappingTypename } from './ids.js';
import type { MarketplaceTypes } from './marketplace.js';
import { idempotencyKey, payloadType } from './payload.js';
import { planFields } from './preview.js';

/** `Mapping` and its three kinds. What they have in common is said once. */
export function mappingTypes(builder: Builder, market: MarketplaceTypes, enums: EnumTypes) {
  const kind = builder.enumType('MappingKind', {
    description: 'What is mapped.',
    values: {
      CUSTOMER: { value: MappingKind.CUSTOMER, description: 'A customer to a company.' },
      OFFER: { value: MappingKind.OFFER, description: 'An offer variant to a service.' },
      SUBSCRIPTION: { value: MappingKind.SUBSCRIPTION, description: 'A cloud subscription to a contract.' },
    } as const,
  });
  const state = builder.enumType('MappingState', {
    description: 'State of a mapping.',
    values: {
      PROCESSING: { value: MappingState.PROCESSING, description: 'Its first line is being written to the PSA.' },
      MAPPED: { value: MappingState.MAPPED, description: 'It stands.' },
      STALE: { value: MappingState.STALE, description: 'Its object in the PSA vanished or changed.' },
      DELETED: { value: MappingState.DELETED, description: 'It was deleted; kept for the audit.' },
    } as const,
  });

  const mapping = builder.interfaceRef<Mapping>('Mapping').implement({
    description: 'A marketplace object and its counterpart in the PSA.',
    interfaces: [builder.nodeInterfaceRef()],
    resolveType: (row) => mappingTypename(row.kind),
    fields: (t) => ({
      id: t.id({ description: 'Global id.', resolve: (row) => mappingId(row) }),
      kind: t.field({ type: kind, description: 'What is mapped.', resolve: (row) => row.kind }),
      state: t.field({ type: state, description: 'Its state.', resolve: (row) => row.state }),
      remoteId: t.exposeString('remoteId', { description: "The PSA's id of the company, service or contract." }),
      remoteName: t.exposeString('remoteName', { description: 'Its name when it was mapped.' }),
      warnings: t.stringList({
        description: 'Worth knowing, no reason to refuse.',
        resolve: (row) => row.warnings as string[],
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
      deletedAt: t.expose('deletedAt', { type: 'DateTime', nullable: true, description: 'When it was deleted.' }),
    }),
  });

  const kindOf = (name: string, only: MappingKind, description: string) => ({
    variant: name,
    description,
    interfaces: [mapping],
    isTypeOf: (row: unknown) => (row as Mapping).kind === only,
    id: { resolve: (row: Mapping) => row.id, description: 'Global id.' },
    nullable: true as const,
    findUnique: (id: string, { scope }: { scope: { tenantId: string; organizationId: string } }) => ({
      tenantId_id: { tenantId: scope.tenantId, id },
      organizationId: scope.organizationId,
      kind: only,
    }),
  });

  const customerMapping = builder.prismaNode('Mapping', {
    ...kindOf('CustomerMapping', 'CUSTOMER', 'A customer mapped to a company.'),
    fields: (t) => ({
      customer: t.field({
        type: market.customer,
        nullable: true,
        description: 'The customer.',
        resolve: (row, _args, { loaders }) => (row.customerId ? loaders.customer.load(row.customerId) : null),
      }),
    }),
  });
  const offerMapping = builder.prismaNode('Mapping', {
    ...kindOf('OfferMapping', 'OFFER', 'An offer variant mapped to a service.'),
    fields: (t) => ({
      offerVariant: t.field({
        type: market.offerVariant,
        nullable: true,
        description: 'The offer variant.',
        resolve: (row, _args, { loaders }) =>
          row.offerVariantId ? loaders.offerVariant.load(row.offerVariantId) : null,
      }),
    }),
  });
  const subscriptionMapping = builder.prismaNode('Mapping', {
    ...kindOf('SubscriptionMapping', 'SUBSCRIPTION', 'A cloud subscription mapped to a contract.'),
    fields: (t) => ({
      syncState: t.field({
        type: enums.syncState,
        nullable: true,
        description: 'The badge.',
        resolve: (row) => row.syncState,
      }),
      remoteServiceId: t.exposeString('serviceId', {
        nullable: true,
        description: "The PSA's id of the service it bills.",
      }),
      remoteCompanyId: t.exposeString('companyId', { nullable: true, description: "The PSA's id of the company." }),
      remoteLineId: t.exposeString('lineRef', { nullable: true, description: "The PSA's id of the line, once known." }),
      cloudSubscription: t.field({
        type: market.cloudSubscription,
        nullable: true,
        description: 'The cloud subscription.',
        resolve: (row, _args, { loaders }) =>
          row.cloudSubscriptionId ? loaders.cloudSubscription.load(row.cloudSubscriptionId) : null,
      }),
    }),
  });
  const nodes = [
    [market.customer, customerMapping, 'The company it is mapped to on a connection; null: not mapped (R22).'],
    [market.offerVariant, offerMapping, 'The service it is mapped to on a connection; null: not mapped.'],
    [market.cloudSubscription, subscriptionMapping, 'The contract it is mapped to on a connection; null: not mapped.'],
  ] as const;
  for (const [node, type, description] of nodes) {
    builder.objectField(node as typeof market.customer, 'mapping', (t) =>
      t.field({
        type: type as typeof customerMapping,
        nullable: true,
        description,
        args: { connectionId: t.arg.id({ required: true, description: 'One of your connections.' }) },
        resolve: (row, { connectionId }, { loaders }) =>
          loaders.mappingOf.load(`${decodeId(connectionId, 'Connection')} ${row.id}`),
      }),
    );
  }
  return { mapping, kind, customerMapping, offerMapping, subscriptionMapping };
}

export type MappingTypes = ReturnType<typeof mappingTypes>;

export function mappingId(row: { id: string; kind: string }): string {
  const letter = row.kind === 'CUSTOMER' ? 'c' : row.kind === 'OFFER' ? 'o' : 's';
  return `map_${letter}${row.id.replaceAll('-', '')}`;
}

/** Manual sync of a cloud subscription whose badge is red. */
export function resyncMutation(builder: Builder, types: MappingTypes): void {
  const input = builder.inputType('ResyncSubscriptionInput', {
    description: 'Input of resyncSubscription.',
    fields: (t) => ({
      cloudSubscriptionId: t.id({ required: true, description: 'A mapped cloud subscription.' }),
      ...planFields(t),
      ...idempotencyKey(t),
    }),
  });
  const objects = {
    mapping: {
      type: types.subscriptionMapping,
      description: 'The mapping; null when it was refused.',
      load: (id: string, { loaders }: Context) => loaders.mapping.load(id),
    },
  };
  const payload = payloadType<string>(builder, 'ResyncSubscriptionPayload', objects, { plans: true });
  builder.mutationField('resyncSubscription', (t) =>
    t.field({
      type: payload,
      description: 'Tries the failed operation again, oldest first; what waits behind it follows (R68-R71).',
      args: { input: t.arg({ type: input, required: true, description: 'Which one.' }) },
      resolve: async (_root, { input: given }, context) => {
        const result = await context.perform(resyncSubscription, {
          ...given,
          cloudSubscriptionId: decodeId(given.cloudSubscriptionId, 'CloudSubscription'),
        });
        return { result, value: result.value?.mappingId ?? result.replayedTargetId };
      },
    }),
  );
}

/** The six mapping mutations; each makes its input, calls one verb and shows the mapping. */
export function mappingMutations(builder: Builder, types: MappingTypes) {
  const kinds = [
    {
      word: 'Customer',
      type: types.customerMapping,
      source: ['customerId', 'Customer', 'The customer.'],
      target: ['companyId', "The PSA's id of the company."],
      create: createConnectionCustomerMapping,
      remove: deleteConnectionCustomerMapping,
      rules: 'Maps a customer to a company of type customer (R17-R23).',
    },
    {
      word: 'Offer',
      type: types.offerMapping,
      source: ['offerVariantId', 'OfferVariant', 'The offer variant.'],
      target: ['serviceId', "The PSA's id of the service."],
      create: createConnectionOfferMapping,
      remove: deleteConnectionOfferMapping,
      rules:
        'Maps an offer variant to an active recurring service of the same billing frequency, one to one (R24-R35).',
    },
    {
      word: 'Subscription',
      type: types.subscriptionMapping,
      source: ['cloudSubscriptionId', 'CloudSubscription', 'The cloud subscription.'],
      target: ['contractId', "The PSA's id of the contract."],
      create: createConnectionSubscriptionMapping,
      remove: deleteConnectionSubscriptionMapping,
      rules:
        'Maps a cloud subscription to a contract and writes its first line (units, cost, price); the entry ends when that is read back (R36-R47).',
    },
  ] as const;

  for (const { word, type, source, target, create, remove, rules } of kinds) {
    const createName = `createConnection${word}Mapping`;
    const [sourceName, sourceType, sourceText] = source;
    const [targetName, targetText] = target;
    const createInput = builder.inputType(`CreateConnection${word}MappingInput`, {
      description: `Input of ${createName}.`,
      fields: (t) => ({
        connectionId: t.id({ required: true, description: 'One of your connections; it must be ACTIVE.' }),
        [sourceName]: t.id({ required: true, description: sourceText }),
        [targetName]: t.id({ required: true, description: targetText }),
        ...(create.plans && planFields(t)),
        ...idempotencyKey(t),
      }),
    });
    const made = {
      mapping: {
        type,
        description: 'The mapping; null when it was refused.',
        load: (id: string, { loaders }: Context) => loaders.mapping.load(id),
      },
    };
    const plans = create.plans ?? false;
    const createPayload = payloadType<string>(builder, `CreateConnection${word}MappingPayload`, made, { plans });
    builder.mutationField(createName, (t) =>
      t.field({
        type: createPayload,
        description: rules,
        args: { input: t.arg({ type: createInput, required: true, description: 'What to map.' }) },
        resolve: async (_root, args, context) => {
          const input = args.input as Record<string, string | null | undefined>;
          const result = await context.perform<unknown, { mappingId: string }>(create as never, {
            connectionId: decodeId(input.connectionId ?? '', 'Connection'),
            [sourceName]: decodeId(input[sourceName] ?? '', sourceType),
            [targetName]: input[targetName],
            ...(plans && { dryRun: input.dryRun, fingerprint: input.fingerprint }),
            idempotencyKey: input.idempotencyKey,
          });
          return { result, value: result.value?.mappingId ?? result.replayedTargetId };
        },
      }),
    );

    const removeName = `deleteConnection${word}Mapping`;
    const removeInput = builder.inputType(`DeleteConnection${word}MappingInput`, {
      description: `Input of ${removeName}.`,
      fields: (t) => ({
        id: t.id({ required: true, description: 'The mapping.' }),
        ...idempotencyKey(t),
      }),
    });
    const removePayload = payloadType<string>(builder, `DeleteConnection${word}MappingPayload`, {
      mapping: {
        type,
        description: 'The deleted mapping; null when it was refused.',
        load: (id, { loaders }) => loaders.mapping.load(id),
      },
    });
    builder.mutationField(removeName, (t) =>
      t.field({
        type: removePayload,
        description:
          'Stops future sync and writes nothing to the PSA (R48). Refused while a mapped cloud subscription needs it.',
        args: { input: t.arg({ type: removeInput, required: true, description: 'Which mapping.' }) },
        resolve: async (_root, { input }, context) => {
          const result = await context.perform(remove, {
            id: decodeId(input.id, `${word}Mapping`),
            idempotencyKey: input.idempotencyKey,
          });
          return { result, value: result.value?.mappingId ?? result.replayedTargetId };
        },
      }),
    );
  }
}
