import { AsyncLocalStorage } from 'node:async_hooks';

const meters = new AsyncLocalStorage<{ calls: number }>();

/** Counts the vendor calls made while some work runs, wherever they are made. */
export async function meterCalls<T>(work: () => Promise<T>): Promise<T> {
  return meters.run({ calls: 0 }, work);
}

export function countCall(): void {
  const meter = meters.getStore();
  if (meter) meter.calls += 1;
}

/** Calls so far inside `meterCalls`. */
export function callsSoFar(): number {
  return meters.getStore()?.calls ?? 0;
}
