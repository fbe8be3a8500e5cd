import type { HttpResponse, LimitHit } from '../contract.js';
import { HOURLY_WAIT_SECONDS, retryAfter } from './errors.js';
import { volumeRefusals } from './refusals.js';
import { errorTexts, jsonObject } from './wire.js';

/** Ids of the limits in the descriptor. */
export const HOURLY = 'hourly';
export const THREADS = 'threads';

/**
 * Which limit refused a call. Autotask: too many threads for one entity says nothing about the other calls; the hourly
 * allowance is everybody's. A 429 in words nobody has recorded counts as the second as far as it names a time.
 */
export function limitHit(response: HttpResponse, now: Date): LimitHit | undefined {
  if (response.status < 400) return undefined;
  const texts = errorTexts(jsonObject(response)) ?? [];
  const known = volumeRefusals.find((each) => texts.some((text) => each.says.test(text)));
  if (known?.code === 'THREAD_LIMIT') return { limitId: THREADS };
  if (!known && response.status !== 429) return undefined;
  const seconds = retryAfter(response, now) ?? (known ? HOURLY_WAIT_SECONDS : undefined);
  return { limitId: HOURLY, ...(seconds !== undefined && { retryAfterSeconds: seconds }) };
}
