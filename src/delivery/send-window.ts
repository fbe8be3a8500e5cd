import { AsyncLocalStorage } from 'node:async_hooks';
import { performance } from 'node:perf_hooks';
import { ConnectorError } from '../connectors/errors.js';

const windows = new AsyncLocalStorage<{ readonly closesAt: number }>();

/**
 * Lets writes leave only until a moment of the local monotonic clock. The clock check before a send is not enough: the call
 * may still wait for the vendor's budget, for a free slot or for a zone lookup, and a write that leaves late lands late.
 */
export function sendBefore<T>(closesAt: number, work: () => Promise<T>): Promise<T> {
  return windows.run({ closesAt }, work);
}

/** Milliseconds a write may still wait for its turn; infinite where nothing bounds it. */
export function sendWindowLeft(): number {
  return (windows.getStore()?.closesAt ?? Number.POSITIVE_INFINITY) - performance.now();
}

/** Asked right before a write leaves. Throws when its window has closed; nothing was sent then. */
export function checkSendWindow(): void {
  const window = windows.getStore();
  if (!window || performance.now() < window.closesAt) return;
  throw new ConnectorError('unavailable', 'The write had to wait too long for its turn; nothing was sent.', {
    code: 'SEND_WINDOW_CLOSED',
    outcome: 'notApplied',
  });
}
