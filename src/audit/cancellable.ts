/**
 * An iterable that ends at once when it is returned or the outer signal is aborted, also while it waits: a bare generator
 * would first finish what it awaits. `run` gets a signal to stop waiting by; it begins with the first `next()`, so that an
 * iterable nobody reads costs nothing.
 */
export function cancellable<T>(
  outer: AbortSignal | undefined,
  run: (signal: AbortSignal) => AsyncGenerator<T, void>,
): AsyncIterableIterator<T, void> {
  const inner = new AbortController();
  let generator: AsyncGenerator<T, void> | undefined;
  const cancel = () => inner.abort();
  const forget = () => outer?.removeEventListener('abort', cancel);

  function begin(): AsyncGenerator<T, void> {
    if (outer?.aborted) cancel();
    else outer?.addEventListener('abort', cancel, { once: true });
    generator = run(inner.signal);
    return generator;
  }

  return {
    async next() {
      const running = generator ?? begin();
      try {
        const result = inner.signal.aborted ? await running.return() : await running.next();
        if (result.done) forget();
        return result;
      } catch (error) {
        forget();
        throw error;
      }
    },
    async return() {
      forget();
      cancel();
      await generator?.return();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** The result of some work, or undefined when the signal is aborted before it is there. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(undefined);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
