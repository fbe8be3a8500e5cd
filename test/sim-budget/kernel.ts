import type { Clock } from '../../src/delivery/turnstile.js';

type Work = () => void | Promise<void>;

/** Virtual time: events in order of their moments, each to its very end before the next. Milliseconds since its beginning. */
export interface Kernel {
  now(): number;
  after(milliseconds: number, work: Work): () => void;
  /** Runs until a moment, or until `stop` says so. */
  run(until: number, stop?: () => boolean): Promise<void>;
}

interface Event {
  readonly at: number;
  /** Events of one moment keep the order in which they were planned. */
  readonly order: number;
  work: Work | null;
}

export function createKernel(): Kernel {
  const heap: Event[] = [];
  let now = 0;
  let planned = 0;

  const before = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

  function push(event: Event): void {
    let at = heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  function pop(): Event {
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }

  return {
    now: () => now,
    after(milliseconds, work) {
      const event: Event = { at: now + Math.max(0, milliseconds), order: planned++, work };
      push(event);
      return () => {
        event.work = null;
      };
    },
    async run(until, stop = () => false) {
      while (heap.length > 0 && heap[0]!.at <= until && !stop()) {
        const { at, work } = pop();
        if (!work) continue;
        now = at;
        await work();
        // Whatever the event set going has come to rest when the next turn of the loop begins.
        await new Promise(setImmediate);
      }
      if (!stop()) now = until;
    },
  };
}

/** The clock of one process: when it is dead, nothing rings any more. */
export function clockOf(kernel: Kernel, isAlive: () => boolean): Clock {
  return {
    now: kernel.now,
    after: (milliseconds, work) =>
      kernel.after(milliseconds, () => {
        if (isAlive()) work();
      }),
  };
}
