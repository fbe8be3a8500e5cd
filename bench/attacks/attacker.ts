import { attacksOn, isRefused, type Target } from '../../test/server/attack-list.js';
import { inParallel } from '../in-parallel.js';

/** What one round of all attacks came to. */
export interface Round {
  readonly count: number;
  /** Names of those that were not refused. */
  readonly served: readonly string[];
  readonly slowest: { readonly name: string; readonly milliseconds: number };
}

export type Order = Target & { readonly atOnce: number };

/** A process of its own, so that making attacks takes nothing from whoever measures. */
process.on('message', async ({ atOnce, ...target }: Order) => {
  const results: { name: string; refused: boolean; milliseconds: number }[] = [];
  await inParallel(atOnce, attacksOn(target), async ([name, attack]) => {
    const began = performance.now();
    const fate = await attack();
    results.push({ name, refused: isRefused(fate), milliseconds: performance.now() - began });
  });
  const round: Round = {
    count: results.length,
    served: results.filter(({ refused }) => !refused).map(({ name }) => name),
    slowest: results.reduce((slow, each) => (each.milliseconds > slow.milliseconds ? each : slow)),
  };
  process.send?.(round);
});
