import type { AzureUsage } from '../../prisma/generated/client/client.js';
import { recordAzureUsage } from '../operations/record-azure-usage.js';
import {
  type AzureOutcome,
  type AzurePart,
  type AzureRun,
  type PushedBill,
  runAzureBilling,
} from '../operations/run-azure-billing.js';
import type { Builder } from './builder.js';
import { decodeId } from './ids.js';
import type { MarketplaceTypes } from './marketplace.js';
import { idempotencyKey, payloadType } from './payload.js';

const OUTCOMES: { readonly [K in AzureOutcome]: string } = {
  PUSHED: 'It is on its way to the PSA; in a dry run, it would be.',
  UNCHANGED: 'The same amounts were sent before.',
  NO_FIGURES: 'Nothing was recorded of the plan or its reservations.',
  BEFORE_MAPPING: "The month began before the plan's contract line did; it is billed by hand.",
  NOT_MONTHLY: 'The plan is not billed by the month.',
  OTHER_CURRENCY:
    "Its figures, or those of a later month that would have to be written again behind it, are not in the connection's currency (R9); nothing is written. Map the plan on a connection of that currency; or push the cloud subscription in the connection's and record the month again.",
};

/** Azure plans: what a month cost, and the run that takes it to the PSA (R34, R62). */
export function azureTypes(builder: Builder, { cloudSubscription }: MarketplaceTypes): void {
  const usage = builder.objectRef<AzureUsage>('AzureUsage').implement({
    description:
      'What an Azure plan, reservation or savings plan cost in a month, as your organization recorded it last.',
    fields: (t) => ({
      month: t.expose('month', { type: 'Date', description: 'First day of the month.' }),
      cost: t.expose('cost', { type: 'Decimal', description: 'What your organization pays.' }),
      price: t.expose('price', {
        type: 'Decimal',
        nullable: true,
        description: 'What your organization takes; null when it was not told.',
      }),
      currency: t.exposeString('currency', { description: 'Currency of both amounts: that of your price.' }),
      revision: t.exposeInt('revision', { description: 'Grows by one with each figure of the month.' }),
      observedAt: t.expose('observedAt', { type: 'DateTime', description: 'When it was recorded.' }),
      cloudSubscription: t.field({
        type: cloudSubscription,
        nullable: true,
        description: 'What it is of.',
        resolve: (row, _args, { loaders }) => loaders.cloudSubscription.load(row.cloudSubscriptionId),
      }),
    }),
  });
  builder.objectField(cloudSubscription, 'azureUsage', (t) =>
    t.field({
      type: usage,
      nullable: true,
      description: "A month's newest figure of your organization; null when none was recorded.",
      args: { month: t.arg({ type: 'Date', required: true, description: 'First day of the month.' }) },
      resolve: (row, { month }, { loaders }) => loaders.azureUsage.load(`${row.id} ${month}`),
    }),
  );

  const partKind = builder.enumType('AzureCostPartKind', {
    description: "What a part of a month's sum is.",
    values: {
      PLAN: { description: "The plan's own consumption." },
      RESERVATION: { description: "A reservation or savings plan of the plan's customer (R34)." },
    } as const,
  });
  const part = builder.objectRef<AzurePart>('AzureCostPart').implement({
    description: 'One figure that is part of a sum.',
    fields: (t) => ({
      kind: t.field({ type: partKind, description: 'What it is.', resolve: ({ kind }) => kind }),
      cost: t.expose('cost', { type: 'Decimal', description: 'What your organization pays.' }),
      price: t.expose('price', {
        type: 'Decimal',
        nullable: true,
        description: 'What it takes; null when it was not told.',
      }),
      currency: t.exposeString('currency', { description: 'Currency of both amounts.' }),
      cloudSubscription: t.field({
        type: cloudSubscription,
        nullable: true,
        description: 'What it is of.',
        resolve: ({ id }, _args, { loaders }) => loaders.cloudSubscription.load(id),
      }),
    }),
  });
  const outcome = builder.enumType('AzureBillingOutcome', {
    description: "What became of a mapped Azure plan's month.",
    values: Object.fromEntries(Object.entries(OUTCOMES).map(([name, description]) => [name, { description }])) as {
      [K in AzureOutcome]: { description: string };
    },
  });
  const bill = builder.objectRef<PushedBill>('AzureBillingResult').implement({
    description: 'A month of one mapped Azure plan in a run.',
    fields: (t) => ({
      month: t.expose('month', { type: 'Date', description: 'First day of the month.' }),
      outcome: t.field({ type: outcome, description: 'What became of it.', resolve: (row) => row.outcome }),
      again: t.exposeBoolean('again', {
        description: 'A later month than the asked one, written again because the asked one ends where it begins.',
      }),
      cost: t.expose('cost', {
        type: 'Decimal',
        nullable: true,
        description: 'The sum that is set on the first day and is 0 again from the next month on (R62).',
      }),
      price: t.expose('price', {
        type: 'Decimal',
        nullable: true,
        description: 'The sum of the prices; null unless every part has one: then only the cost is written.',
      }),
      currency: t.expose('currency', {
        type: 'String',
        nullable: true,
        description: 'Currency of both sums; null when there are none: no figures, or figures of several currencies.',
      }),
      parts: t.field({
        type: [part],
        description: 'The figures it is made of.',
        resolve: ({ parts }) => [...parts],
      }),
      cloudSubscription: t.field({
        type: cloudSubscription,
        nullable: true,
        description: 'The Azure plan.',
        resolve: (row, _args, { loaders }) => loaders.cloudSubscription.load(row.cloudSubscription.id),
      }),
      auditLog: t.field({
        type: 'AuditLog' as never,
        nullable: true,
        description: 'The entry of its operation; null when there is none.',
        resolve: ({ auditLogId }, _args, { loaders }) =>
          (auditLogId ? loaders.auditLog.load(auditLogId) : null) as never,
      }),
    }),
  });

  const recordInput = builder.inputType('RecordAzureUsageInput', {
    description:
      'Input of recordAzureUsage. Amounts are those of the whole month so far, in the currency of your price.',
    fields: (t) => ({
      eventId: t.string({ required: true, description: 'Names the figure; the same one sent again changes nothing.' }),
      cloudSubscriptionId: t.id({ description: 'The Azure plan, reservation or savings plan; or externalId.' }),
      externalId: t.string({ description: "The marketplace's id of it; or cloudSubscriptionId." }),
      month: t.field({ type: 'Date', required: true, description: 'First day of the month; not a coming one.' }),
      cost: t.field({ type: 'Decimal', required: true, description: 'What your organization pays.' }),
      price: t.field({ type: 'Decimal', description: 'What it takes. Absent: not known.' }),
      ...idempotencyKey(t),
    }),
  });
  const recordPayload = payloadType<string>(builder, 'RecordAzureUsagePayload', {
    azureUsage: {
      type: usage,
      description: 'The newest figure of that month.',
      load: (key, { loaders }) => loaders.azureUsage.load(key),
    },
  });
  builder.mutationField('recordAzureUsage', (t) =>
    t.field({
      type: recordPayload,
      description:
        'Records what an Azure plan, reservation or savings plan cost in a month, once however often it is sent; a later figure of the month replaces it. The monthly run takes it to the PSA.',
      args: { input: t.arg({ type: recordInput, required: true, description: 'The figure.' }) },
      resolve: async (_root, { input: { cloudSubscriptionId: id, ...input } }, context) => {
        const cloudSubscriptionId = id == null ? id : decodeId(id, 'CloudSubscription');
        const result = await context.perform(recordAzureUsage, { ...input, cloudSubscriptionId });
        const about = result.value?.subscriptionId ?? result.replayedTargetId;
        return { result, value: about === null ? null : `${about} ${input.month}` };
      },
    }),
  );

  const runInput = builder.inputType('RunAzureBillingInput', {
    description: 'Input of runAzureBilling.',
    fields: (t) => ({
      connectionId: t.id({ required: true, description: 'One of your connections; it must be ACTIVE.' }),
      month: t.field({ type: 'Date', required: true, description: 'First day of the month; not a coming one.' }),
      dryRun: t.boolean({ description: 'Only tell what would be sent.' }),
      ...idempotencyKey(t),
    }),
  });
  const runPayload = payloadType<AzureRun>(builder, 'RunAzureBillingPayload', {
    results: {
      type: [bill],
      description:
        "What became of each mapped Azure plan's month; null when the run was refused or is a repeat under its idempotency key.",
      load: ({ bills }) => [...bills],
    },
    remaining: {
      type: 'Int',
      description: 'So many plans wait for another run: one takes 1,000 operations.',
      load: ({ remaining }) => remaining,
    },
    withoutPlan: {
      type: [cloudSubscription],
      description:
        'Reservations whose newest figure reaches no PSA, of customers mapped on the connection: no Azure plan in their currency is mapped; or the month was billed with a plan that was unmapped since and the figure changed: correct that contract by hand.',
      load: async ({ uncarried }, { loaders }) =>
        (await Promise.all(uncarried.map(({ id }) => loaders.cloudSubscription.load(id)))).filter(
          (row) => row !== null,
        ),
    },
  });
  builder.mutationField('runAzureBilling', (t) =>
    t.field({
      type: runPayload,
      description:
        "Takes a month's recorded costs to the contracts of the connection's Azure plans: plan + reservations of the customer on its first day, 0 from the next month on (R34, R62). A sum is sent once, a changed one again. Runs by itself every day for the month before.",
      args: { input: t.arg({ type: runInput, required: true, description: 'Which connection and month.' }) },
      resolve: async (_root, { input: { connectionId, ...input } }, context) => {
        const result = await context.perform(runAzureBilling, {
          ...input,
          connectionId: decodeId(connectionId, 'Connection'),
        });
        return { result, value: result.value };
      },
    }),
  );
}
