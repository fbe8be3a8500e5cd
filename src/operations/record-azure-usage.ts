import { type AzureUsageInput, azureUsageInput, recordUsage } from '../marketplace/azure-usage.js';
import { cloudSubscriptionByExternalId, cloudSubscriptionsByIds } from '../marketplace/loaders.js';
import { ingestContext } from './pushed-rows.js';
import { notFound, Refusal } from './refusal.js';
import type { Verb } from './run.js';

export interface RecordedAzureUsage {
  readonly subscriptionId: string;
  /** The figure was known already; nothing was written again. */
  readonly replayed: boolean;
  readonly currency: string;
}

/**
 * Records what an Azure plan, reservation or savings plan cost in a month, once however often it is sent. Nothing reaches a
 * PSA by it: the monthly run takes it there.
 */
export const recordAzureUsage: Verb<AzureUsageInput, RecordedAzureUsage> = {
  code: 'RecordAzureUsage',
  input: azureUsageInput,
  summary: ({ month }) => `Record an Azure cost of ${month.slice(0, 7)}`,
  async run(work, input) {
    const { client } = work.db;
    const [found] = input.cloudSubscriptionId
      ? await cloudSubscriptionsByIds(client, work.scope, [input.cloudSubscriptionId])
      : [await cloudSubscriptionByExternalId(client, work.scope, input.externalId ?? '')];
    if (!found) throw missing(input);
    const { eventId, month, cost, price = null } = input;
    return {
      status: 'SUCCEEDED',
      subject: { target: { kind: 'CloudSubscription', id: found.id, name: found.name } },
      details: { eventId, month, cost, price },
      detailsOf: ({ replayed, currency }) => ({ currency, replayed }),
      async commit(tx) {
        const recorded = await recordUsage(tx, ingestContext(work), input);
        switch (recorded.outcome) {
          case 'notFound':
            throw missing(input);
          case 'refused': {
            const { code, message, field } = recorded;
            throw new Refusal({ type: 'InvalidInput', code, message, path: ['input', field] });
          }
          case 'conflict':
            throw new Refusal({
              type: 'IdempotencyConflict',
              code: 'EVENT_ID_CONFLICT',
              message: 'This event id was used for another figure. Every figure needs an id of its own.',
              path: ['input', 'eventId'],
              existingAuditLogId: null,
            });
          default: {
            const { subscriptionId, currency } = recorded;
            return { subscriptionId, currency, replayed: recorded.outcome === 'replayed' };
          }
        }
      },
    };
  },
};

const missing = ({ cloudSubscriptionId }: AzureUsageInput) =>
  notFound('cloud subscription', ['input', cloudSubscriptionId ? 'cloudSubscriptionId' : 'externalId']);
