import { GraphQLError } from 'graphql';
import type { Principal } from '../access/principal.js';
import { accessError } from '../schema/errors.js';
import { DeadlineError } from '../storage/deadline.js';
import type { ServerOptions } from './options.js';
import { DEFAULT_POLICY } from './policy.js';

/** Lets callers in. A database that is slow to say who they are keeps nobody longer than an operation may take. */
export interface Arrival {
  /** The caller behind a token, or null. */
  signIn(token: string): Promise<Principal | null>;
  /** The caller of a request, before anything of it is read; null: it came without a token. Throws the refusal. */
  letIn(token: string | null): Promise<Principal | null>;
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

  async function entered(token: string): Promise<Principal> {
    const caller = await authenticate(token);
    // A token that is sent must be good; without one only what needs no caller is answered.
    if (!caller) throw accessError(false);
    const wait = (await admit?.(caller)) ?? 0;
    if (wait > 0) throw tooMany(wait);
    return caller;
  }

  return {
    signIn: (token) => inTime(authenticate(token)),
    letIn: async (token) => (token === null ? null : inTime(entered(token))),
  };
}

function tooMany(seconds: number): GraphQLError {
  return new GraphQLError(`Too many requests. Go on in ${seconds} seconds.`, {
    extensions: { code: 'RATE_LIMITED', http: { status: 429, headers: { 'Retry-After': String(seconds) } } },
  });
}
