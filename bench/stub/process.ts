import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Adjustment, UnitRow } from './books.js';
import type { Size } from './catalogue.js';
import type { Order } from './child.js';
import type { Tally } from './limits.js';
import type { Manner } from './server.js';

export interface Account {
  readonly tally: Tally;
  readonly rows: readonly UnitRow[];
  readonly adjustments: number;
  /** What was carried out, in order. */
  readonly ledger: readonly Adjustment[];
}

/** The stub in a process of its own. One order at a time. */
export interface StubProcess {
  readonly discoveryUrl: string;
  /** Every call takes so long from now on; counting begins anew. */
  measure(latencyMs: number): Promise<void>;
  /** For the next writes, one after another. */
  misbehave(...manners: readonly Manner[]): Promise<void>;
  edit(adjustment: Adjustment): Promise<void>;
  account(): Promise<Account>;
  close(): Promise<void>;
}

export async function startStubProcess(size: Size): Promise<StubProcess> {
  const child = fork(join(import.meta.dirname, 'child.ts'), { execArgv: ['--import', 'tsx'] });
  const gone = once(child, 'exit');

  async function tell<T>(order: Order): Promise<T> {
    child.send(order);
    const ended = gone.then(() => Promise.reject(new Error('The stub ended.')));
    const [said] = (await Promise.race([once(child, 'message'), ended])) as [T];
    return said;
  }
  const { discoveryUrl } = await tell<{ discoveryUrl: string }>({ size });
  return {
    discoveryUrl,
    measure: (latencyMs) => tell({ latencyMs }),
    misbehave: (...manners) => tell({ manners }),
    edit: (adjustment) => tell({ edit: adjustment }),
    account: () => tell({ ask: 'account' }),
    async close() {
      child.disconnect();
      await gone;
    },
  };
}
