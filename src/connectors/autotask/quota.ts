import type { VendorQuota } from '../contract.js';
import { refuse } from '../errors.js';
import type { Client } from './client.js';

/** Autotask: requests in a rolling window, for the whole database. The call counts itself. */
export async function readQuota(client: Client, signal?: AbortSignal): Promise<VendorQuota> {
  const answer = await client.call({
    method: 'GET',
    path: '/ThresholdInformation',
    buckets: ['ThresholdInformation'],
    signal,
  });
  const limit = answer.integer('externalRequestThreshold');
  const used = answer.integer('currentTimeframeRequestCount');
  if (limit === null || used === null) {
    throw refuse('protocol', 'FIELD_MISSING', 'Autotask answered a call allowance without figures.');
  }
  return { limit, used, windowSeconds: (answer.integer('requestThresholdTimeframe') ?? 60) * 60 };
}
