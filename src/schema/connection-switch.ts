import { disableConnectorConnection } from '../operations/disable-connector-connection.js';
import { enableConnectorConnection } from '../operations/enable-connector-connection.js';
import type { Builder } from './builder.js';
import type { connectionType } from './connection.js';
import { decodeId } from './ids.js';
import { idempotencyKey, payloadType } from './payload.js';

const SWITCHES = [
  [
    'disable',
    'Disable',
    disableConnectorConnection,
    'Switches a connection off: nothing of it is sent or read, no mapping is made on it, and changes wait in order until it is enabled.',
  ],
  [
    'enable',
    'Enable',
    enableConnectorConnection,
    'Switches a disabled connection on again: it is checked in the background, and where it works what waits goes on in order.',
  ],
] as const;

/** A connection is switched off and on by a person (1.8). */
export function connectionSwitchMutations(builder: Builder, connection: ReturnType<typeof connectionType>): void {
  for (const [verb, name, operation, description] of SWITCHES) {
    const input = builder.inputType(`${name}ConnectorConnectionInput`, {
      description: `Input of ${verb}ConnectorConnection.`,
      fields: (t) => ({ id: t.id({ required: true, description: 'The connection.' }), ...idempotencyKey(t) }),
    });
    const payload = payloadType<string>(builder, `${name}ConnectorConnectionPayload`, {
      connection: {
        type: connection,
        description: 'The connection; null when the operation was refused.',
        load: (id, { loaders }) => loaders.connection.load(id),
      },
    });
    builder.mutationField(`${verb}ConnectorConnection`, (t) =>
      t.field({
        type: payload,
        description,
        args: { input: t.arg({ type: input, required: true, description: 'Which connection.' }) },
        resolve: async (_root, { input: given }, context) => {
          const result = await context.perform(operation, { ...given, id: decodeId(given.id, 'Connection') });
          return { result, value: result.value?.connectionId ?? result.replayedTargetId };
        },
      }),
    );
  }
}
