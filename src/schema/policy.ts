import type { EnumRef } from '@pothos/core';
import { DECREASES, type Policy, PRICE_SOURCES, PRORATIONS, policyOf, WRITE_MODES } from '../operations/policies.js';
import { type UpdatedPolicy, updateConnectionPolicy } from '../operations/update-connection-policy.js';
import type { Builder } from './builder.js';
import type { connectionType } from './connection.js';
import type { DriftTypes } from './drift.js';
import { decodeId } from './ids.js';
import type { MappingTypes } from './mapping.js';
import { idempotencyKey, payloadType } from './payload.js';

type Types = Builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

const MEMBERS = {
  proration: 'From which day a change of quantity counts (R49).',
  decreases: 'From which day fewer units count.',
  priceSource: 'Where prices and costs are kept.',
  writeMode: 'Whether anything is sent to the PSA.',
  drift: 'Who is right where a reconciliation finds that the two sides differ.',
} as const;
const DRIFT_MEMBERS = {
  quantity: 'For units.',
  unitPrice: 'For the price of a unit.',
  unitCost: 'For the cost of a unit.',
} as const;

interface Needed {
  readonly connection: ReturnType<typeof connectionType>;
  readonly mappings: MappingTypes;
  readonly drifts: DriftTypes;
}

/** How a connection writes to its PSA, what differs for one customer, and the mutation that changes both. */
export function policyTypes(builder: Builder, { connection, mappings, drifts }: Needed): void {
  const driftRule = drifts.enums.rule as unknown as EnumRef<Types, Policy['drift']['quantity']>;
  const enums = { ...policyEnums(builder), driftRule };

  const drift = builder.objectRef<Policy['drift']>('DriftPolicy').implement({
    description: MEMBERS.drift,
    fields: (t) => ({
      quantity: t.expose('quantity', { type: driftRule, description: DRIFT_MEMBERS.quantity }),
      unitPrice: t.expose('unitPrice', { type: driftRule, description: DRIFT_MEMBERS.unitPrice }),
      unitCost: t.expose('unitCost', { type: driftRule, description: DRIFT_MEMBERS.unitCost }),
    }),
  });
  const policy = builder.objectRef<Policy>('SyncPolicy').implement({
    description: 'How changes are written to a PSA, complete: what nobody set is as the model does it.',
    fields: (t) => ({
      proration: t.expose('proration', { type: enums.proration, description: MEMBERS.proration }),
      decreases: t.expose('decreases', { type: enums.decreases, description: MEMBERS.decreases }),
      priceSource: t.expose('priceSource', { type: enums.priceSource, description: MEMBERS.priceSource }),
      writeMode: t.expose('writeMode', { type: enums.writeMode, description: MEMBERS.writeMode }),
      drift: t.expose('drift', { type: drift, description: MEMBERS.drift }),
    }),
  });

  const own = <T>(type: T, description: string) =>
    ({ type, nullable: true, description: `${description} Null: as the connection has it.` }) as const;
  const driftOverride = builder.objectRef<Partial<Policy['drift']>>('DriftPolicyOverride').implement({
    description: 'What differs in who is right.',
    fields: (t) => ({
      quantity: t.expose('quantity', own(driftRule, DRIFT_MEMBERS.quantity)),
      unitPrice: t.expose('unitPrice', own(driftRule, DRIFT_MEMBERS.unitPrice)),
      unitCost: t.expose('unitCost', own(driftRule, DRIFT_MEMBERS.unitCost)),
    }),
  });
  const override = builder.objectRef<PolicyOverride>('SyncPolicyOverride').implement({
    description: "What differs for one customer from the connection's policy.",
    fields: (t) => ({
      proration: t.expose('proration', own(enums.proration, MEMBERS.proration)),
      decreases: t.expose('decreases', own(enums.decreases, MEMBERS.decreases)),
      priceSource: t.expose('priceSource', own(enums.priceSource, MEMBERS.priceSource)),
      writeMode: t.expose('writeMode', own(enums.writeMode, MEMBERS.writeMode)),
      drift: t.expose('drift', own(driftOverride, MEMBERS.drift)),
    }),
  });

  builder.objectField(connection, 'policy', (t) =>
    t.field({
      type: policy,
      description: 'How changes are written; a customer may differ.',
      resolve: (row) => policyOf(row.policy),
    }),
  );
  builder.objectField(mappings.customerMapping, 'policyOverride', (t) =>
    t.field({
      type: override,
      nullable: true,
      description: "What differs for this customer from the connection's policy; null: nothing.",
      resolve: (row) => overrideOf(row.policy),
    }),
  );
  builder.objectField(mappings.customerMapping, 'policy', (t) =>
    t.field({
      type: policy,
      description: 'How changes of this customer are written: its own members, else those of the connection.',
      resolve: async (row, _args, { loaders }) =>
        policyOf((await loaders.connection.load(row.connectionId))?.policy, row.policy),
    }),
  );
  policyMutation(builder, { connection, mappings }, enums);
}

type PolicyOverride = Partial<Omit<Policy, 'drift'>> & { readonly drift?: Partial<Policy['drift']> };

function overrideOf(stored: unknown): PolicyOverride | null {
  const members = (stored ?? {}) as PolicyOverride;
  return Object.keys(members).length === 0 ? null : members;
}

type Enums = ReturnType<typeof policyEnums> & { readonly driftRule: EnumRef<Types, Policy['drift']['quantity']> };

function policyMutation(builder: Builder, types: Omit<Needed, 'drifts'>, enums: Enums): void {
  const change = 'Absent: it stays; null: back to the wider one (the connection, then the default).';
  const driftInput = builder.inputType('DriftPolicyInput', {
    description: `Who is right where the two sides differ. Of each member: ${change.toLowerCase()}`,
    fields: (t) => ({
      quantity: t.field({ type: enums.driftRule, description: DRIFT_MEMBERS.quantity }),
      unitPrice: t.field({ type: enums.driftRule, description: DRIFT_MEMBERS.unitPrice }),
      unitCost: t.field({ type: enums.driftRule, description: DRIFT_MEMBERS.unitCost }),
    }),
  });
  const input = builder.inputType('UpdateConnectionPolicyInput', {
    description: `Input of updateConnectionPolicy. Of each member of the policy: ${change.toLowerCase()}`,
    fields: (t) => ({
      connectionId: t.id({ required: true, description: 'One of your connections.' }),
      customerId: t.id({
        description: 'Only for this customer, which must be mapped on the connection. Absent: for the connection.',
      }),
      proration: t.field({ type: enums.proration, description: MEMBERS.proration }),
      decreases: t.field({ type: enums.decreases, description: MEMBERS.decreases }),
      priceSource: t.field({ type: enums.priceSource, description: MEMBERS.priceSource }),
      writeMode: t.field({ type: enums.writeMode, description: MEMBERS.writeMode }),
      drift: t.field({ type: driftInput, description: MEMBERS.drift }),
      ...idempotencyKey(t),
    }),
  });
  const payload = payloadType<UpdatedPolicy>(builder, 'UpdateConnectionPolicyPayload', {
    connection: {
      type: types.connection,
      description: 'The connection; null when it was refused.',
      load: ({ connectionId }, { loaders }) => loaders.connection.load(connectionId),
    },
    customerMapping: {
      type: types.mappings.customerMapping,
      description: 'The mapping of the customer whose policy it is; null for the policy of the connection.',
      load: ({ mappingId }, { loaders }) => (mappingId ? loaders.mapping.load(mappingId) : null),
    },
  });
  builder.mutationField('updateConnectionPolicy', (t) =>
    t.field({
      type: payload,
      description:
        'Changes how a connection writes to its PSA, or what differs there for one customer. It counts at once: what WATCH_ONLY held goes on where writing is allowed now.',
      args: { input: t.arg({ type: input, required: true, description: 'What to change.' }) },
      resolve: async (_root, { input: { connectionId, customerId, ...given } }, context) => {
        const connection = decodeId(connectionId, 'Connection');
        const result = await context.perform(updateConnectionPolicy, {
          ...given,
          connectionId: connection,
          customerId: customerId ? decodeId(customerId, 'Customer') : null,
        });
        const { value, replayedTargetId } = result;
        const mappingId = customerId ? replayedTargetId : null;
        return { result, value: value ?? (replayedTargetId ? { connectionId: connection, mappingId } : null) };
      },
    }),
  );
}

function policyEnums(builder: Builder) {
  const make = <Name extends string>(
    name: string,
    description: string,
    names: readonly Name[],
    texts: { readonly [K in Name]: string },
  ) =>
    builder.enumType(name, {
      description,
      values: Object.fromEntries(names.map((each) => [each, { value: each, description: texts[each] }])),
    }) as unknown as EnumRef<Types, Name>;
  return {
    proration: make('ProrationPolicy', MEMBERS.proration, PRORATIONS, {
      EXACT_DATE: 'From its own day on; the PSA prorates the period.',
      PERIOD_START: 'From the start of the billing period that holds its day.',
      NEXT_PERIOD: 'From the start of the next billing period.',
    }),
    decreases: make('DecreasePolicy', MEMBERS.decreases, DECREASES, {
      AS_INCREASES: 'Dated like more units.',
      NEXT_PERIOD: 'From the start of the next billing period.',
      NEVER: 'Not by itself: a person approves each with retrySubscriptionOperation.',
    }),
    priceSource: make('PriceSource', MEMBERS.priceSource, PRICE_SOURCES, {
      MARKETPLACE: 'The marketplace; its prices and costs are written.',
      PSA: 'The PSA; none is ever written.',
    }),
    writeMode: make('WriteMode', MEMBERS.writeMode, WRITE_MODES, {
      WRITE: 'Changes are written.',
      WATCH_ONLY: 'Changes are planned and reported; nothing is sent.',
    }),
  };
}
