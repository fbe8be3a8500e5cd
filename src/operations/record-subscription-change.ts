import { enqueueChanges } from '../delivery/enqueue.js';
import { type ChangeInput, changeInput } from '../marketplace/change-input.js';
import { cloudSubscriptionByExternalId, cloudSubscriptionsByIds } from '../marketplace/loaders.js';
import { type Recorded, recordChange } from '../marketplace/recorded-change.js';
import { enqueuer, ingestContext } from './pushed-rows.js';
import { notFound, Refusal } from './refusal.js';
import type { Verb } from './run.js';

export interface RecordedSubscriptionChange {
  readonly subscriptionId: string;
  readonly changeId: string;
  /** The event was known already; nothing was changed again. */
  readonly replayed: boolean;
}

/** Records one event of the marketplace, once however often it is sent; see `changeInput`. */
export const recordSubscriptionChange: Verb<ChangeInput, RecordedSubscriptionChange> = {
  code: 'RecordSubscriptionChange',
  plans: true,
  input: changeInput,
  summary: ({ kind }) => `Record a change of the kind ${kind}`,
  async run(work, input) {
    const { client } = work.db;
    const [found] = input.subscriptionId
      ? await cloudSubscriptionsByIds(client, work.scope, [input.subscriptionId])
      : [await cloudSubscriptionByExternalId(client, work.scope, input.externalId ?? '')];
    if (!found) throw missing(input);
    return {
      status: 'SUCCEEDED',
      subject: { target: { kind: 'CloudSubscription', id: found.id, name: found.name } },
      details: { eventId: input.eventId, kind: input.kind },
      async commit(tx) {
        const recorded = await recordChange(tx, ingestContext(work), input);
        if (recorded.outcome === 'replayed') {
          return { subscriptionId: recorded.subscriptionId, changeId: recorded.changeId, replayed: true };
        }
        if (recorded.outcome !== 'recorded') throw refusalOf(recorded, input);
        const { change } = recorded;
        await enqueueChanges(tx, work.scope.tenantId, enqueuer(work), [change]);
        return { subscriptionId: change.cloudSubscriptionId, changeId: change.changeId, replayed: false };
      },
    };
  },
};

const missing = ({ subscriptionId }: ChangeInput) =>
  notFound('cloud subscription', ['input', subscriptionId ? 'subscriptionId' : 'externalId']);

function refusalOf(recorded: Exclude<Recorded, { outcome: 'recorded' | 'replayed' }>, input: ChangeInput): Refusal {
  switch (recorded.outcome) {
    case 'notFound':
      return missing(input);
    case 'conflict':
      return new Refusal({
        type: 'IdempotencyConflict',
        code: 'EVENT_ID_CONFLICT',
        message: 'This event id was used for another change. Every event needs an id of its own.',
        path: ['input', 'eventId'],
        existingAuditLogId: null,
      });
    case 'refused': {
      const { code, message, field } = recorded;
      return new Refusal({ type: 'InvalidInput', code, message, path: ['input', field] });
    }
  }
}
