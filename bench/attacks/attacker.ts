import { attacksOn, isRefused, type Target } from '../../test/server/attack-list.js';

/** What one round of all attacks at once came to. */
export interface Round {
  readonly count: number;
  /** Names of those that were not refused. */
  readonly served: readonly string[];
  readonly slowest: { readonly name: string; readonly milliseconds: number };
}

/** A process of its own, so that making attacks takes nothing from whoever measures. */
process.on('message', async (target: Target) => {
  const results = await Promise.all(
    attacksOn(target).map(async ([name, attack]) => {
      const began = performance.now();
      const fate = await attack();
      return { name, refused: isRefused(fate), milliseconds: performance.now() - began };
    }),
  );
  const round: Round = {
    count: results.length,
    served: results.filter(({ refused }) => !refused).map(({ name }) => name),
    slowest: results.reduce((slow, each) => (each.milliseconds > slow.milliseconds ? each : slow)),
  };
  process.send?.(round);
});
