import { correctDrift } from '../operations/correct-drift.js';
import { reconcileConnection } from '../operations/reconcile-connection.js';
import type { Builder } from './builder.js';
import type { DriftTypes } from './drift.js';
import { decodeId } from './ids.js';
import { idempotencyKey, payloadType } from './payload.js';

export function driftMutations(builder: Builder, { drift, reconciliation, enums }: DriftTypes): void {
  const reconcileInput = builder.inputType('ReconcileConnectionInput', {
    description: 'Input of reconcileConnection.',
    fields: (t) => ({
      connectionId: t.id({ required: true, description: 'One of your connections; it must be ACTIVE.' }),
      ...idempotencyKey(t),
    }),
  });
  const reconcilePayload = payloadType<string>(builder, 'ReconcileConnectionPayload', {
    reconciliation: {
      type: reconciliation,
      description: 'The reconciliation; null when it was refused.',
      load: (id, { loaders }) => loaders.reconciliation.load(id),
    },
  });
  builder.mutationField('reconcileConnection', (t) =>
    t.field({
      type: reconcilePayload,
      description:
        'Compares everything mapped on a connection with what its PSA bills today, in the background; follow its audit log entry. By the policy, differences are told, corrected or accepted.',
      args: { input: t.arg({ type: reconcileInput, required: true, description: 'Which connection.' }) },
      resolve: async (_root, { input }, context) => {
        const given = { ...input, connectionId: decodeId(input.connectionId, 'Connection') };
        const result = await context.perform(reconcileConnection, given);
        return { result, value: result.value?.reconciliationId ?? result.replayedTargetId };
      },
    }),
  );

  const correctInput = builder.inputType('CorrectDriftInput', {
    description: 'Input of correctDrift.',
    fields: (t) => ({
      driftId: t.id({ required: true, description: 'A drift that stands.' }),
      take: t.field({ type: enums.side, required: true, description: 'Which side is right.' }),
      reason: t.string({ description: 'Why, for the audit log. At most 500 characters.' }),
      ...idempotencyKey(t),
    }),
  });
  const correctPayload = payloadType<string>(builder, 'CorrectDriftPayload', {
    drift: {
      type: drift,
      description: 'The drift; null when it was refused.',
      load: (id, { loaders }) => loaders.drift.load(id),
    },
  });
  builder.mutationField('correctDrift', (t) =>
    t.field({
      type: correctPayload,
      description:
        'Decides a drift. MARKETPLACE writes units, price or cost to the PSA by an operation like any other: the entry ends when it is read back. PSA leaves it as it is, and the same value is not raised again.',
      args: { input: t.arg({ type: correctInput, required: true, description: 'Which drift, and which side.' }) },
      resolve: async (_root, { input }, context) => {
        const given = { ...input, driftId: decodeId(input.driftId, 'Drift') };
        const result = await context.perform(correctDrift, given);
        return { result, value: result.value?.driftId ?? result.replayedTargetId };
      },
    }),
  );
}
