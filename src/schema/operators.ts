import type { OperatorAction } from '../operations/operator-access.js';
import { OPERATOR_ACTIONS } from '../operations/operator-access.js';
import { resolveSubscriptionOperation } from '../operations/resolve-subscription-operation.js';
import { retrySubscriptionOperation } from '../operations/retry-subscription-operation.js';
import type { Result } from '../operations/run.js';
import { skipSubscriptionOperation } from '../operations/skip-subscription-operation.js';
import type { auditTypes } from './audit-log.js';
import type { Builder } from './builder.js';
import type { Context } from './context.js';
import { decodeId } from './ids.js';
import type { MappingTypes } from './mapping.js';
import { idempotencyKey, payloadType } from './payload.js';
import { planFields } from './preview.js';

const ACTION_TEXTS: { readonly [K in OperatorAction]: string } = {
  RETRY: 'retrySubscriptionOperation: try a failed operation again, or approve a decrease that was held back.',
  SKIP: 'skipSubscriptionOperation: give it up with a reason; what waits behind it goes on.',
  RESOLVE: 'resolveSubscriptionOperation: state whether its doubtful write is in the PSA.',
};

/** What a person does with operations that cannot go on by themselves. */
export function operatorMutations(
  builder: Builder,
  auditLog: ReturnType<typeof auditTypes>,
  mappings: MappingTypes,
): void {
  const action = builder.enumType('AuditLogAction', {
    description: 'What a person can do with the operation behind an entry.',
    values: Object.fromEntries(
      OPERATOR_ACTIONS.map((name) => [name, { value: name, description: ACTION_TEXTS[name] }]),
    ) as { [K in OperatorAction]: { value: K; description: string } },
  });
  builder.objectField(auditLog, 'actions', (t) =>
    t.field({
      type: [action],
      description: 'What you can do with its operation now; empty where nothing is to be done, and for a VIEWER.',
      resolve: ({ id }, _args, { loaders, principal }) =>
        principal?.role === 'ADMINISTRATOR' ? loaders.actions.load(id) : [],
    }),
  );

  const payload = (name: string, entry: string, options = {}) =>
    payloadType<Shown>(
      builder,
      `${name}Payload`,
      {
        mapping: {
          type: mappings.subscriptionMapping,
          description: 'The mapping of the cloud subscription with its badge; null when it was refused.',
          load: ({ mappingId }, { loaders }) => loaders.mapping.load(mappingId),
        },
        entry: {
          type: auditLog,
          description: entry,
          load: ({ entryId }, { loaders }) => (entryId ? loaders.auditLog.load(entryId) : null),
        },
      },
      options,
    );
  const target = 'The audit log entry of the operation; its `actions` say what is possible.';
  const why = 'Why, for the audit log: 1 to 500 characters.';

  const retryInput = builder.inputType('RetrySubscriptionOperationInput', {
    description: 'Input of retrySubscriptionOperation.',
    fields: (t) => ({
      auditLogId: t.id({ required: true, description: target }),
      reason: t.string({ description: `${why} Not required.` }),
      ...planFields(t),
      ...idempotencyKey(t),
    }),
  });
  builder.mutationField('retrySubscriptionOperation', (t) =>
    t.field({
      type: payload('RetrySubscriptionOperation', 'The entry under which it goes on; null when it was refused.', {
        plans: true,
      }),
      description:
        'Tries a failed operation again, under a new entry linked to the failed one; or approves a decrease that the policy held back, under its own. It must be the oldest of its cloud subscription (R69-R72).',
      args: { input: t.arg({ type: retryInput, required: true, description: 'Which one.' }) },
      resolve: async (_root, { input }, context) => {
        const given = { ...input, auditLogId: decodeId(input.auditLogId, 'AuditLog') };
        return shown(await context.perform(retrySubscriptionOperation, given), context);
      },
    }),
  );

  const skipInput = builder.inputType('SkipSubscriptionOperationInput', {
    description: 'Input of skipSubscriptionOperation.',
    fields: (t) => ({
      auditLogId: t.id({ required: true, description: target }),
      reason: t.string({ required: true, description: why }),
      ...idempotencyKey(t),
    }),
  });
  builder.mutationField('skipSubscriptionOperation', (t) =>
    t.field({
      type: payload('SkipSubscriptionOperation', 'The entry of the operation; null when it was refused.'),
      description:
        'Gives up an operation that has not ended: it is CANCELED and what waits behind it goes on. Nothing that was written is taken back. Refused while a write of it may still land, and for a first line.',
      args: { input: t.arg({ type: skipInput, required: true, description: 'Which one, and why.' }) },
      resolve: async (_root, { input }, context) => {
        const given = { ...input, auditLogId: decodeId(input.auditLogId, 'AuditLog') };
        return shown(await context.perform(skipSubscriptionOperation, given), context);
      },
    }),
  );

  const outcome = builder.enumType('WriteOutcome', {
    description: 'What a person found in the PSA.',
    values: {
      APPLIED: { description: 'The write is there: the operation has succeeded.' },
      NOT_APPLIED: { description: 'The write is not there: the operation is planned anew from fresh reads.' },
    } as const,
  });
  const resolveInput = builder.inputType('ResolveSubscriptionOperationInput', {
    description: 'Input of resolveSubscriptionOperation.',
    fields: (t) => ({
      auditLogId: t.id({ required: true, description: target }),
      outcome: t.field({ type: outcome, required: true, description: 'Whether the doubtful write is in the PSA.' }),
      reason: t.string({ required: true, description: why }),
      observedUnits: t.int({ description: 'The units that stand on the line, for the audit log.' }),
      ...idempotencyKey(t),
    }),
  });
  builder.mutationField('resolveSubscriptionOperation', (t) =>
    t.field({
      type: payload('ResolveSubscriptionOperation', 'The entry of the operation; null when it was refused.'),
      description:
        'Settles an operation in NEEDS_REVIEW by stating whether its doubtful write is in the PSA. Look there first: nothing is written by this, and what waits behind it goes on.',
      args: { input: t.arg({ type: resolveInput, required: true, description: 'Which one, and what is true.' }) },
      resolve: async (_root, { input }, context) => {
        const given = { ...input, auditLogId: decodeId(input.auditLogId, 'AuditLog') };
        return shown(await context.perform(resolveSubscriptionOperation, given), context);
      },
    }),
  );
}

interface Shown {
  readonly mappingId: string;
  readonly entryId: string | null;
}

/** A repeated idempotency key shows what the first call answered; its entry keeps it. */
async function shown(result: Result<Shown>, { loaders }: Context) {
  const { value, replayedTargetId, auditLogId } = result;
  if (value || replayedTargetId === null) return { result, value };
  const details = (await loaders.auditLog.load(auditLogId))?.details as { entryId?: string } | null | undefined;
  return { result, value: { mappingId: replayedTargetId, entryId: details?.entryId ?? null } };
}
