/** Works through items in their order, so many at once. The first failure ends it. */
export async function inParallel<T>(
  atOnce: number,
  items: readonly T[],
  work: (item: T, at: number) => Promise<void>,
): Promise<void> {
  const left = items.entries();
  const workers = Array.from({ length: atOnce }, async () => {
    for (const [at, item] of left) await work(item, at);
  });
  await Promise.all(workers);
}
