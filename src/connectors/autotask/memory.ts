/**
 * Keeps what `load` answered for as long as `lives` says; one load at a time, failures are not kept.
 * No caller's signal reaches the load: what one gives up on, another may wait for.
 */
export function remembered<T>(
  now: () => Date,
  load: () => Promise<T>,
  lives: (value: T) => number = () => 6 * 3_600_000,
): () => Promise<T> {
  let kept: { value: T; until: number } | undefined;
  let loading: Promise<T> | undefined;
  return () => {
    if (kept && now().getTime() < kept.until) return Promise.resolve(kept.value);
    loading ??= load()
      .then((value) => {
        kept = { value, until: now().getTime() + lives(value) };
        return value;
      })
      .finally(() => {
        loading = undefined;
      });
    return loading;
  };
}
