import {
  NO_PARTS,
  partsOf,
  type SyncedParts,
  syncSubscriptionToConnection,
} from '../operations/sync-subscription-to-connection.js';
import type { auditTypes } from './audit-log.js';
import type { Builder } from './builder.js';
import { decodeId } from './ids.js';
import type { MappingTypes } from './mapping.js';
import { idempotencyKey, payloadType } from './payload.js';
import { planFields } from './preview.js';

interface Shown {
  readonly auditLogId: string;
  readonly parts: SyncedParts;
}

/** Map at purchase: up to three mappings in one go (R45, R46). */
export function syncSubscriptionMutation(
  builder: Builder,
  auditLog: ReturnType<typeof auditTypes>,
  mappings: MappingTypes,
): void {
  const input = builder.inputType('SyncSubscriptionToConnectionInput', {
    description: 'Input of syncSubscriptionToConnection.',
    fields: (t) => ({
      connectionId: t.id({ required: true, description: 'One of your connections; it must be ACTIVE.' }),
      cloudSubscriptionId: t.id({ required: true, description: 'The cloud subscription.' }),
      companyId: t.id({
        description: "The PSA's id of the company of its customer. Absent: the customer is mapped on the connection.",
      }),
      serviceId: t.id({
        description: "The PSA's id of the service of its offer. Absent: the offer is mapped on the connection.",
      }),
      contractId: t.id({ required: true, description: "The PSA's id of the contract." }),
      ...planFields(t),
      ...idempotencyKey(t),
    }),
  });
  const part = (type: unknown, name: keyof SyncedParts, description: string) => ({
    type,
    description,
    load: ({ parts }: Shown, { loaders }: { loaders: { mapping: { load(id: string): unknown } } }) => {
      const { mappingId } = parts[name];
      return mappingId ? loaders.mapping.load(mappingId) : null;
    },
  });
  const objects: Parameters<typeof payloadType<Shown>>[2] = {
    customerMapping: part(
      mappings.customerMapping,
      'customer',
      'The mapping of the customer, made now or before; null when it was not reached or was refused.',
    ),
    offerMapping: part(
      mappings.offerMapping,
      'offer',
      'The mapping of the offer, made now or before; null when it was not reached or was refused.',
    ),
    subscriptionMapping: part(
      mappings.subscriptionMapping,
      'subscription',
      'The mapping of the cloud subscription, made now or before; null when it was not reached or was refused.',
    ),
    auditLogs: {
      type: [auditLog],
      nullable: false,
      description:
        'The entries of this call: its own first, then one for each mapping it made or tried to make, with one correlation id (R46).',
      load: async ({ auditLogId, parts }, { loaders }) => {
        const made = [parts.customer, parts.offer, parts.subscription].map((each) => each.auditLogId);
        const ids = [auditLogId, ...made].filter((id) => id !== null);
        const rows = await Promise.all(ids.map((id) => loaders.auditLog.load(id)));
        return rows.filter((row) => row !== null);
      },
    },
  };
  const payload = payloadType<Shown>(builder, 'SyncSubscriptionToConnectionPayload', objects, { plans: true });
  builder.mutationField('syncSubscriptionToConnection', (t) =>
    t.field({
      type: payload,
      description:
        "Maps the customer, the offer and a cloud subscription in one go, as after a purchase (R45). What is mapped to the same already is taken as it is; a mapping that is refused does not undo those before it (R46). Its entry ends with the mappings; the subscription's own entry goes on until the first line is read back from the PSA.",
      args: { input: t.arg({ type: input, required: true, description: 'What to map, and to what.' }) },
      resolve: async (_root, { input: { connectionId, cloudSubscriptionId, ...given } }, context) => {
        const result = await context.perform(syncSubscriptionToConnection, {
          ...given,
          connectionId: decodeId(connectionId, 'Connection'),
          cloudSubscriptionId: decodeId(cloudSubscriptionId, 'CloudSubscription'),
        });
        const { auditLogId, value, replayedTargetId } = result;
        // A repeated idempotency key shows what the first call did; its entry keeps it.
        const entry = replayedTargetId ? await context.loaders.auditLog.load(auditLogId) : null;
        const parts = value ?? (entry ? partsOf(entry.details) : NO_PARTS);
        return { result, value: { auditLogId, parts } };
      },
    }),
  );
}
