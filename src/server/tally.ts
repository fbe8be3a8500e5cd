/** Counts what each caller has under way, up to `most`. */
export interface Tally<Caller> {
  /** One more: how to say that it ended, as often as one likes; null when there are `most` already. */
  take(caller: Caller): (() => void) | null;
}

export function createTally<Caller>(most: number): Tally<Caller> {
  const counts = new Map<Caller, number>();
  return {
    take(caller) {
      const count = counts.get(caller) ?? 0;
      if (count >= most) return null;
      counts.set(caller, count + 1);
      let over = false;
      return () => {
        if (over) return;
        over = true;
        const left = (counts.get(caller) ?? 1) - 1;
        if (left > 0) counts.set(caller, left);
        else counts.delete(caller);
      };
    },
  };
}
