/**
 * Virtual time and the one rule that makes interleavings replay: code under test runs only between an answer that the
 * kernel hands out and the next call it makes (or its end), and everything else waits for that. So at any moment at most
 * one piece of code runs, and which one is next is decided by the event queue alone.
 */
export interface Kernel {
  readonly now: () => number;
  after(milliseconds: number, run: () => void): void;
  /** Hands an answer to code under test and lets it run until it calls `parked`. */
  wake(deliver: () => void): void;
  /** To be called by every fake when it was called, and when the code under test ended. */
  parked(): void;
  /** Works off events until there are none, or time or their number is up. */
  run(limits: { readonly time: number; readonly events: number }): Promise<'quiet' | 'limit'>;
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export function createKernel(): Kernel {
  const heap: Event[] = [];
  let time = 0;
  let order = 0;
  let awake = false;
  let notify: (() => void) | null = null;

  function before(a: Event, b: Event): boolean {
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  function push(event: Event): void {
    let at = heap.length;
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
    const size = heap.length;
    if (size === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }

  return {
    now: () => time,
    after(milliseconds, run) {
      order += 1;
      push({ at: time + Math.max(0, milliseconds), order, run });
    },
    wake(deliver) {
      awake = true;
      deliver();
    },
    parked() {
      awake = false;
      const resolve = notify;
      notify = null;
      resolve?.();
    },
    async run(limits) {
      for (let events = 0; heap.length > 0; events += 1) {
        if (heap[0]!.at > limits.time || events > limits.events) return 'limit';
        const event = pop();
        time = event.at;
        event.run();
        if (awake) {
          await new Promise<void>((resolve) => {
            notify = resolve;
          });
        }
      }
      return 'quiet';
    },
  };
}
