import { GraphQLError } from 'graphql';
import type {
  BillingFrequency,
  RemoteCompany,
  RemoteContract,
  RemoteService,
  SearchQuery,
} from '../connectors/contract.js';
import { isConnectorError } from '../connectors/errors.js';
import { Refusal } from '../operations/refusal.js';
import { searchRemote } from '../operations/search-remote.js';
import type { Builder } from './builder.js';
import type { Context } from './context.js';
import type { EnumTypes } from './enums.js';
import { badRequest } from './errors.js';
import { decodeId } from './ids.js';

/** Live look-ups in the PSA, filtered by the mapping rules (R17, R21, R26-R29, R39-R41). */
export function remoteTypes(builder: Builder, enums: EnumTypes): void {
  const company = builder.objectRef<RemoteCompany>('RemoteCompany').implement({
    description: 'A company in the PSA.',
    fields: (t) => ({
      remoteId: t.exposeString('id', { description: "The PSA's id." }),
      name: t.exposeString('name', { description: 'Its name.' }),
      number: t.exposeString('number', { nullable: true, description: 'Its number.' }),
      active: t.exposeBoolean('active', { description: 'Whether it is active.' }),
      isCustomer: t.exposeBoolean('isCustomer', { description: 'Whether it is of the type for customers.' }),
      type: t.exposeString('typeLabel', { description: "The PSA's word for what it is." }),
      currency: t.exposeString('currency', { nullable: true, description: 'Its currency, where the PSA tells.' }),
      columns: t.field({
        type: 'JSON',
        nullable: true,
        description: "The connector's `lookupColumns`, by name.",
        resolve: (row) => row.columns ?? null,
      }),
    }),
  });
  const service = builder.objectRef<RemoteService>('RemoteService').implement({
    description: 'A service in the PSA.',
    fields: (t) => ({
      remoteId: t.exposeString('id', { description: "The PSA's id." }),
      name: t.exposeString('name', { description: 'Its name.' }),
      sku: t.exposeString('sku', { nullable: true, description: 'Its stock number.' }),
      active: t.exposeBoolean('active', { description: 'Whether it is active.' }),
      billingFrequency: t.field({
        type: enums.billingFrequency,
        nullable: true,
        description: 'How often it is billed.',
        resolve: (row) => row.billingFrequency,
      }),
      unitPrice: t.field({ type: 'Decimal', description: 'Catalogue price.', resolve: (row) => row.unitPrice }),
      unitCost: t.field({
        type: 'Decimal',
        nullable: true,
        description: 'Catalogue cost; null when hidden.',
        resolve: (row) => row.unitCost,
      }),
      columns: t.field({
        type: 'JSON',
        nullable: true,
        description: "The connector's `lookupColumns`, by name.",
        resolve: (row) => row.columns ?? null,
      }),
    }),
  });
  const contract = builder.objectRef<RemoteContract>('RemoteContract').implement({
    description: 'A contract in the PSA.',
    fields: (t) => ({
      remoteId: t.exposeString('id', { description: "The PSA's id." }),
      name: t.exposeString('name', { description: 'Its name.' }),
      number: t.exposeString('number', { nullable: true, description: 'Its number.' }),
      remoteCompanyId: t.exposeString('companyId', { description: "The PSA's id of its company." }),
      active: t.exposeBoolean('active', { description: 'Whether it is active.' }),
      billingFrequency: t.field({
        type: enums.billingFrequency,
        nullable: true,
        description: 'Its billing period.',
        resolve: (row) => row.billingFrequency,
      }),
      startDate: t.field({ type: 'Date', description: 'First day.', resolve: (row) => row.startDate }),
      endDate: t.field({ type: 'Date', nullable: true, description: 'Last day.', resolve: (row) => row.endDate }),
      currency: t.exposeString('currency', { nullable: true, description: 'Its currency, where the PSA tells.' }),
      columns: t.field({
        type: 'JSON',
        nullable: true,
        description: "The connector's `lookupColumns`, by name.",
        resolve: (row) => row.columns ?? null,
      }),
    }),
  });

  const texts = {
    connectionId: 'One of your ACTIVE connections.',
    prefix: 'First characters of the name, in either case. Absent: all.',
    first: '1 to 100. Absent: 25.',
  };

  builder.queryField('remoteCompanies', (t) =>
    t.field({
      type: [company],
      description: 'Active companies of type customer, by name (R17, R21).',
      args: {
        connectionId: t.arg.id({ required: true, description: texts.connectionId }),
        prefix: t.arg.string({ description: texts.prefix }),
        first: t.arg.int({ description: texts.first }),
      },
      resolve: (_root, args, context) =>
        search<RemoteCompany>(context, args, () => ({ kind: 'company', onlyCustomers: true })),
    }),
  );
  builder.queryField('remoteServices', (t) =>
    t.field({
      type: [service],
      description:
        'Active recurring services, by name; for one offer variant only those of its billing frequency (R26-R29, R33).',
      args: {
        connectionId: t.arg.id({ required: true, description: texts.connectionId }),
        prefix: t.arg.string({ description: texts.prefix }),
        offerVariantId: t.arg.id({ description: 'Only services this variant can be mapped to.' }),
        billingFrequency: t.arg({ type: enums.billingFrequency, description: 'Only this billing frequency.' }),
        first: t.arg.int({ description: texts.first }),
      },
      resolve: (_root, args, context) =>
        search<RemoteService>(context, args, async () => {
          const variant = args.offerVariantId
            ? await context.loaders.offerVariant.load(decodeId(args.offerVariantId, 'OfferVariant'))
            : null;
          if (args.offerVariantId && !variant) throw badRequest('NOT_FOUND', 'No such offer variant.');
          const billingFrequency = (args.billingFrequency ?? variant?.billingFrequency) as BillingFrequency | undefined;
          return {
            kind: 'service',
            ...(billingFrequency && { billingFrequency }),
            ...(variant?.offerType === 'AZURE_PLAN' && { onlyFree: true }),
          };
        }),
    }),
  );
  builder.queryField('remoteContracts', (t) =>
    t.field({
      type: [contract],
      description:
        'Active recurring contracts of a company, by name; for one cloud subscription only those it can be mapped to (R39-R41).',
      args: {
        connectionId: t.arg.id({ required: true, description: texts.connectionId }),
        companyId: t.arg.id({
          description: "The PSA's id of the company. Absent: that of the subscription's customer.",
        }),
        cloudSubscriptionId: t.arg.id({ description: 'Only contracts this subscription can be mapped to.' }),
        prefix: t.arg.string({ description: texts.prefix }),
        first: t.arg.int({ description: texts.first }),
      },
      resolve: (_root, args, context) => search<RemoteContract>(context, args, () => contractFilter(context, args)),
    }),
  );
}

interface ContractArguments {
  readonly connectionId: string;
  readonly companyId?: string | null | undefined;
  readonly cloudSubscriptionId?: string | null | undefined;
}

async function contractFilter(context: Context, args: ContractArguments) {
  const { loaders } = context;
  const subscription = args.cloudSubscriptionId
    ? await loaders.cloudSubscription.load(decodeId(args.cloudSubscriptionId, 'CloudSubscription'))
    : null;
  if (args.cloudSubscriptionId && !subscription) throw badRequest('NOT_FOUND', 'No such cloud subscription.');
  const variant = subscription ? await loaders.offerVariant.load(subscription.offerVariantId) : null;
  let companyId = args.companyId ?? null;
  if (!companyId && subscription) {
    const key = `${decodeId(args.connectionId, 'Connection')} ${subscription.customerId}`;
    companyId = (await loaders.mappingOf.load(key))?.remoteId ?? null;
  }
  if (!companyId) {
    throw badRequest('COMPANY_NEEDED', 'Give a companyId, or a cloudSubscriptionId whose customer is mapped (R36).');
  }
  return {
    kind: 'contract' as const,
    companyId,
    ...(variant && { billingFrequency: variant.billingFrequency as BillingFrequency }),
    ...(subscription && { startsBefore: subscription.creationDate.toISOString().slice(0, 10) }),
    ...(variant?.offerType === 'AZURE_PLAN' && { startsOnFirst: true }),
  };
}

type Filter = SearchQuery extends infer Query
  ? Query extends SearchQuery
    ? Omit<Query, 'prefix' | 'first'>
    : never
  : never;

/** Anything the PSA or the rules say against the look-up becomes a GraphQL error with its code; never a server fault. */
async function search<Row>(
  context: Context,
  args: { connectionId: string; prefix?: string | null | undefined; first?: number | null | undefined },
  filter: () => Promise<Filter> | Filter,
): Promise<Row[]> {
  const first = args.first ?? 25;
  if (first < 1 || first > 100) throw badRequest('INVALID_PAGE_SIZE', 'A look-up has 1 to 100 rows.');
  const prefix = (args.prefix ?? '').trim();
  if (prefix.length > 100) throw badRequest('INVALID_PREFIX', 'A prefix has at most 100 characters.');
  try {
    const query = { prefix, first, ...(await filter()) } as SearchQuery;
    const page = await searchRemote(
      context.services.operations,
      context.scope,
      decodeId(args.connectionId, 'Connection'),
      query,
    );
    return [...page.records] as Row[];
  } catch (error) {
    if (error instanceof Refusal) {
      throw badRequest(error.errors[0]?.code ?? 'REFUSED', error.message);
    }
    if (isConnectorError(error)) {
      const { hint, where, permissionId } = error.detail;
      throw new GraphQLError(error.message, {
        extensions: { code: error.code, kind: error.kind, retryable: error.retryable, hint, where, permissionId },
      });
    }
    throw error;
  }
}
