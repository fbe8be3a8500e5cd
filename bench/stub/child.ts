import type { Adjustment } from './books.js';
import type { Size } from './catalogue.js';
import { type Manner, type Stub, startStub } from './server.js';

/** From the parent: what to hold; then a latency, counting from zero, bad manners, or everything it has counted and holds. */
export type Order =
  | { readonly size: Size }
  | { readonly latencyMs: number }
  | { readonly manners: readonly Manner[] }
  | { readonly edit: Adjustment }
  | { readonly ask: 'account' };

let stub: Stub | undefined;
process.on('message', async (order: Order) => {
  if ('size' in order) {
    stub = await startStub(order.size);
    process.send?.({ discoveryUrl: stub.discoveryUrl });
  } else if ('latencyMs' in order) {
    stub?.latency(order.latencyMs);
    stub?.limits.reset(performance.now());
    process.send?.({});
  } else if ('manners' in order) {
    stub?.misbehave(...order.manners);
    process.send?.({});
  } else if ('edit' in order) {
    stub?.edit(order.edit);
    process.send?.({});
  } else {
    process.send?.({
      tally: stub?.limits.tally(),
      rows: stub?.rows(),
      adjustments: stub?.ledger.length,
      ledger: stub?.ledger,
    });
  }
});
process.once('disconnect', () => process.exit(0));
