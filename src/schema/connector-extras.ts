import type { Action, ConnectorDescriptor, ExtraField } from '../connectors/contract.js';
import { type Ran, runConnectorAction } from '../operations/run-connector-action.js';
import type { Builder } from './builder.js';
import type { connectorTypes } from './connector.js';
import { decodeId } from './ids.js';
import { idempotencyKey, payloadType } from './payload.js';

/** What a connector has beyond the neutral words, as lists of data: the schema is the same for every set of connectors. */
export function connectorExtras(
  builder: Builder,
  {
    connector,
    field,
  }: { connector: ReturnType<typeof connectorTypes>['connector']; field: ReturnType<typeof connectorTypes>['field'] },
): void {
  const extra = builder.objectRef<ExtraField>('ConnectorExtraField').implement({
    description: 'A value of the vendor that is shown as it is.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name in the data.' }),
      title: t.exposeString('title', { description: 'What people read beside it.' }),
      help: t.exposeString('help', { description: 'What it is.' }),
    }),
  });
  const columns = builder.objectRef<ConnectorDescriptor>('ConnectorLookupColumns').implement({
    description: 'Columns that its records have beyond the neutral ones; their values are in `columns`.',
    fields: (t) => ({
      company: t.field({
        type: [extra],
        description: 'Of companies.',
        resolve: ({ lookupColumns }) => [...(lookupColumns?.company ?? [])],
      }),
      service: t.field({
        type: [extra],
        description: 'Of services.',
        resolve: ({ lookupColumns }) => [...(lookupColumns?.service ?? [])],
      }),
      contract: t.field({
        type: [extra],
        description: 'Of contracts.',
        resolve: ({ lookupColumns }) => [...(lookupColumns?.contract ?? [])],
      }),
    }),
  });
  const action = builder.objectRef<Action>('ConnectorAction').implement({
    description: 'An operation of a connector beside looking up and syncing; `runConnectorAction` runs it.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name in the input.' }),
      title: t.exposeString('title', { description: 'What a button says.' }),
      help: t.exposeString('help', { description: 'What it does.' }),
      effect: t.exposeString('effect', { description: 'read: changes nothing in the PSA; write: at most one write.' }),
      input: t.field({ type: [field], description: 'What it asks for.', resolve: (one) => [...one.input] }),
    }),
  });
  builder.objectField(connector, 'lookupColumns', (t) =>
    t.field({ type: columns, description: 'Further columns of its records.', resolve: (one) => one }),
  );
  builder.objectField(connector, 'writeDetails', (t) =>
    t.field({
      type: [extra],
      description: 'What it tells of a write beyond units and price: `details.vendor` of entries.',
      resolve: ({ writeDetails }) => [...(writeDetails ?? [])],
    }),
  );
  builder.objectField(connector, 'actions', (t) =>
    t.field({
      type: [action],
      description: 'What it can do beside; empty: nothing.',
      resolve: ({ actions }) => [...(actions ?? [])],
    }),
  );

  const input = builder.inputType('RunConnectorActionInput', {
    description: 'Input of runConnectorAction.',
    fields: (t) => ({
      connectionId: t.id({ required: true, description: 'One of your ACTIVE connections.' }),
      action: t.string({ required: true, description: "Name of one of its connector's actions." }),
      input: t.field({ type: 'SealedJSON', description: 'Values of the fields of the action, in a variable.' }),
      ...idempotencyKey(t),
    }),
  });
  builder.mutationField('runConnectorAction', (t) =>
    t.field({
      type: payloadType<Ran>(builder, 'RunConnectorActionPayload', {
        message: { type: 'String', description: 'What came of it, in a sentence.', load: ({ message }) => message },
        details: {
          type: 'JSON',
          description: 'Values worth showing, by their titles.',
          load: ({ details }) => details,
        },
      }),
      description: 'Runs an operation that a connector declares; it is an audit entry like any other.',
      args: { input: t.arg({ type: input, required: true, description: 'Which action, and what it asks for.' }) },
      resolve: async (_root, { input: given }, context) => {
        const connectionId = decodeId(given.connectionId, 'Connection');
        const result = await context.perform(runConnectorAction, { ...given, connectionId });
        return { result, value: result.value };
      },
    }),
  );
}
