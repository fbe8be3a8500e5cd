import { z } from 'zod';
import type { Json } from '../connectors/contract.js';
import { checkFields } from '../connectors/define.js';
import { text } from '../marketplace/fields.js';
import { activeSession } from './connection-access.js';
import { idempotencyKeyInput, revealed, withoutAbsent } from './credentials.js';
import { invalidFields, Refusal } from './refusal.js';
import type { Verb } from './run.js';

const input = z.object({
  connectionId: z.string(),
  action: text(100),
  input: z.unknown(),
  idempotencyKey: idempotencyKeyInput,
});

export interface Ran {
  readonly message: string;
  readonly details: { readonly [title: string]: Json };
}

/**
 * One of the operations that a connector declares beside looking up and syncing. Its input is checked against the action's
 * fields; values are in no entry, because a field may be secret.
 */
export const runConnectorAction: Verb<z.infer<typeof input>, Ran> = {
  code: 'RunConnectorAction',
  input,
  summary: ({ action }) => `Run the action ${action} of a connector`,
  async run(work, { connectionId, action: name, input: given }) {
    const { connection, session } = await activeSession(work, connectionId, ['input', 'connectionId']);
    const { actions = [] } = work.connectors.find(connection.connectorId)?.descriptor ?? {};
    const action = actions.find((each) => each.name === name);
    if (!action || !session.runAction) {
      const known = actions.map((each) => each.name).join(', ') || 'none';
      throw new Refusal({
        type: 'InvalidInput',
        code: 'UNKNOWN_ACTION',
        message: `This connector has no such action. It has: ${known}.`,
        path: ['input', 'action'],
      });
    }
    const values = revealed(given ?? {});
    const issues = checkFields(action.input, values, ['input', 'input']);
    if (issues.length > 0) throw invalidFields(issues);
    const { message, details = {} } = await session.runAction(name, withoutAbsent(values as Record<string, unknown>));
    return {
      status: 'SUCCEEDED',
      subject: { connectionId, target: { kind: 'Connection', id: connectionId, name: connection.alias } },
      summary: `${action.title}: ${message}`,
      details: { action: name, effect: action.effect, message, values: details },
      commit: async () => ({ message, details }),
    };
  },
};
