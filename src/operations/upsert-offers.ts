import { type BatchInput, batchInput } from '../marketplace/batch.js';
import { ingestOffers } from '../marketplace/offers.js';
import { holdPolicy, ingestContext, type PushedRows, reportRows } from './pushed-rows.js';
import type { Verb } from './run.js';

/** Records the calling organization's offers and their variants; see `offerRow`. */
export const upsertOffers: Verb<BatchInput, PushedRows> = {
  code: 'UpsertOffers',
  input: batchInput,
  summary: ({ rows }) => `Record ${rows.length} offers`,
  async run(work, input) {
    return {
      status: 'SUCCEEDED',
      async commit(tx) {
        const results = await ingestOffers(tx, ingestContext(work), input.rows);
        holdPolicy(input, results);
        await reportRows(tx, work, results);
        return { results };
      },
    };
  },
};
