import { enqueueChanges } from '../delivery/enqueue.js';
import { type BatchInput, batchInput } from '../marketplace/batch.js';
import { ingestCloudSubscriptions } from '../marketplace/cloud-subscriptions.js';
import { enqueuer, holdPolicy, ingestContext, type PushedRows, reportRows } from './pushed-rows.js';
import type { Verb } from './run.js';

/**
 * Records cloud subscriptions as the marketplace has them now; see `subscriptionRow`. What differs from the stored rows
 * becomes changes, and those of mapped ones go to delivery in the same transaction.
 */
export const upsertCloudSubscriptions: Verb<BatchInput, PushedRows> = {
  code: 'UpsertCloudSubscriptions',
  input: batchInput,
  summary: ({ rows }) => `Record ${rows.length} cloud subscriptions`,
  async run(work, input) {
    return {
      status: 'SUCCEEDED',
      async commit(tx) {
        const { results, changes } = await ingestCloudSubscriptions(tx, ingestContext(work), input.rows);
        holdPolicy(input, results);
        await enqueueChanges(tx, work.scope.tenantId, enqueuer(work), changes);
        await reportRows(tx, work, results);
        return { results };
      },
    };
  },
};
