import type { HttpResponse, LimitHit } from '../contract.js';
import { headerOf } from './wire.js';

/** Ids of the limits in the descriptor. */
export const RATE = 'rate';
export const CONCURRENCY = 'concurrency';
/** Of every call: ConnectWise limits the whole tenant, not a part of its API. */
export const BUCKET = 'api';
/** After a 429 that names no time. */
const USUAL_WAIT_SECONDS = 30;

export function limitHit(response: HttpResponse, now: Date): LimitHit | undefined {
  if (response.status !== 429) return undefined;
  return { limitId: RATE, retryAfterSeconds: retryAfter(response, now) };
}

/** Seconds or an HTTP date; at most an hour. */
export function retryAfter(response: HttpResponse, now: Date): number {
  const value = (headerOf(response, 'retry-after') ?? '').trim();
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - now.getTime()) / 1000;
  return Number.isFinite(seconds) ? Math.min(3600, Math.max(1, Math.ceil(seconds))) : USUAL_WAIT_SECONDS;
}
