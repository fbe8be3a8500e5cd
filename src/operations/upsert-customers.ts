import { type BatchInput, batchInput } from '../marketplace/batch.js';
import { ingestCustomers } from '../marketplace/customers.js';
import { holdPolicy, ingestContext, type PushedRows, reportRows } from './pushed-rows.js';
import type { Verb } from './run.js';

/** Records customers as the marketplace has them now; see `customerRow`. */
export const upsertCustomers: Verb<BatchInput, PushedRows> = {
  code: 'UpsertCustomers',
  input: batchInput,
  summary: ({ rows }) => `Record ${rows.length} customers`,
  async run(work, input) {
    return {
      status: 'SUCCEEDED',
      async commit(tx) {
        const results = await ingestCustomers(tx, ingestContext(work), input.rows);
        holdPolicy(input, results);
        await reportRows(tx, work, results);
        return { results };
      },
    };
  },
};
