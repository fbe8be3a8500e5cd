import type { Principal } from '../access/principal.js';
import { DeadlineError } from '../storage/deadline.js';
import type { ServerOptions } from './options.js';
import { DEFAULT_POLICY } from './policy.js';

/** Lets callers in. A database that is slow to say who they are keeps nobody longer than an operation may take. */
export interface Arrival {
  /** The caller behind a token, or null. */
  signIn(token: string): Promise<Principal | null>;
  /** Seconds a caller has to wait before this request; 0: go on. */
  admit(caller: Principal): Promise<number>;
}

export function createArrival(options: Pick<ServerOptions, 'authenticate' | 'admit' | 'policy' | 'log'>): Arrival {
  const { authenticate, admit, policy = DEFAULT_POLICY, log } = options;

  /** Only the waiting ends: what it waits for is shared with other requests of the same caller. */
  async function inTime<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        log('warn', 'A caller was not let in before the deadline.', { seconds: policy.deadlineMs / 1000 });
        reject(new DeadlineError());
      }, policy.deadlineMs);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    signIn: (token) => inTime(authenticate(token)),
    admit: async (caller) => (admit ? inTime(admit(caller)) : 0),
  };
}
