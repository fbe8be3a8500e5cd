import { GraphQLError } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Principal } from '../access/principal.js';
import type { Context } from '../schema/context.js';
import { lateError } from '../schema/errors.js';
import { DeadlineError, withDeadline } from '../storage/deadline.js';
import type { RequestPolicy, ServerOptions } from './options.js';
import { createTally } from './tally.js';

/** Work that was told to end has so long to say how it ended, such as a mutation its reason. */
const LAST_WORDS_MS = 2_000;

interface Result {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLError[];
}

/** What every request brings with it. */
interface Begun {
  /** Of `performance.now()`. */
  readonly began: number;
  /** Nobody waits for it any longer: what it asks is given up. */
  readonly gone?: AbortSignal;
}

/**
 * How many operations a caller has under way on this instance, live fields included, and how long one may take. Both are the
 * same for HTTP, server-sent events and WebSocket.
 */
export function bounded(policy: RequestPolicy, log: ServerOptions['log']): Plugin {
  const underWay = createTally<string>(policy.operationsPerCaller);
  const begin = (context: unknown) => {
    const { principal } = context as Context;
    return principal ? underWay.take(callerKey(principal)) : () => undefined;
  };

  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(async (args) => {
        const end = begin(args.contextValue);
        if (!end) return { errors: [tooMany(policy)] };
        try {
          return await inTime(args.contextValue, (deadline) => withDeadline(deadline, async () => executeFn(args)));
        } finally {
          end();
        }
      });
    },
    onSubscribe({ subscribeFn, setSubscribeFn }) {
      setSubscribeFn(async (args) => {
        const end = begin(args.contextValue);
        if (!end) return { errors: [tooMany(policy)] };
        try {
          // Only its beginning, and only the waiting for it: what it follows is shared with others, and lasts.
          const result = await inTime(args.contextValue, async () => subscribeFn(args), returned);
          if (isAsyncIterable(result)) return whole(result, end);
          end();
          return result;
        } catch (error) {
          end();
          throw error;
        }
      });
    },
  };

  /** What comes after it was given up is told to `discard`. */
  async function inTime(
    context: unknown,
    begun: (deadline: AbortSignal) => Promise<unknown>,
    discard: (result: unknown) => void = () => undefined,
  ): Promise<unknown> {
    const deadline = new AbortController();
    const reason = new DeadlineError();
    const late: Result = { errors: [lateError(reason)] };
    let giveUp = (_result: Result): void => undefined;
    const gaveUp = new Promise<Result>((resolve) => {
      giveUp = resolve;
    });
    let lastWords: NodeJS.Timeout | undefined;
    const timer = setTimeout(() => {
      log('warn', 'A request reached its deadline.', { seconds: policy.deadlineMs / 1000 });
      deadline.abort(reason);
      lastWords = setTimeout(() => {
        giveUp(late);
        work.then(discard, () => undefined);
      }, LAST_WORDS_MS);
    }, leftOf(context));
    const { gone } = context as Begun;
    gone?.addEventListener('abort', () => deadline.abort(reason));
    const work = begun(deadline.signal);
    try {
      const result = (await Promise.race([work, gaveUp])) as Result;
      // What failed because it was ended says nothing else; what a mutation told in its own words stays.
      return deadline.signal.aborted && result.errors ? { ...late, data: null } : result;
    } finally {
      clearTimeout(timer);
      clearTimeout(lastWords);
    }
  }

  /** What letting the caller in took of the time is gone. */
  function leftOf(context: unknown): number {
    const { began } = context as Begun;
    return Math.max(0, policy.deadlineMs - (performance.now() - began));
  }
}

export function callerKey({ organizationId, actor }: Principal): string {
  return `${organizationId} ${actor.id}`;
}

/** The same results; `end` is called once, when they end, however they do. */
export function whole<Result>(source: AsyncIterable<Result>, end: () => void): AsyncIterable<Result> {
  const iterator = source[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        try {
          const result = await iterator.next();
          if (result.done) end();
          return result;
        } catch (error) {
          end();
          throw error;
        }
      },
      async return() {
        end();
        await iterator.return?.();
        return { done: true, value: undefined };
      },
    }),
  };
}

function returned(result: unknown): void {
  if (isAsyncIterable(result)) void result[Symbol.asyncIterator]().return?.();
}

function tooMany({ operationsPerCaller }: RequestPolicy): GraphQLError {
  return new GraphQLError(`You may have ${operationsPerCaller} operations under way at once, live fields included.`, {
    extensions: { code: 'TOO_MANY_OPERATIONS', http: { status: 429, headers: { 'Retry-After': '1' } } },
  });
}
