import { AsyncLocalStorage } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';

const deadlines = new AsyncLocalStorage<AbortSignal | undefined>();

/** Somebody who waited is gone: the work was given up, or its answer came too late. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  readonly code = 'DEADLINE_EXCEEDED';

  constructor() {
    super('This took longer than a request may take and was given up.');
  }
}

/**
 * Work that ends with `deadline`, wherever it asks the database or a vendor: statements are cancelled, reads are given up.
 * Never aborted by anything but a `DeadlineError`.
 */
export function withDeadline<T>(deadline: AbortSignal, work: () => T): T {
  // One listener for each statement under way.
  setMaxListeners(0, deadline);
  return deadlines.run(deadline, work);
}

/** Work that goes to its end whoever waits: what is written whole or not at all, and said afterwards. */
export function withoutDeadline<T>(work: () => T): T {
  return deadlines.run(undefined, work);
}

export function currentDeadline(): AbortSignal | undefined {
  return deadlines.getStore();
}
