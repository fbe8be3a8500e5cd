import { CaseFailure } from './failure.js';

/**
 * Runs something that must be pure and at once. While it runs, the clock and the dice of the process are watched: what they
 * say is not among its arguments. Nothing else can run meanwhile, so nobody else's look at the clock is mistaken for it.
 */
export function purely<T>(what: string, work: () => T): T {
  const real = globalThis.Date;
  const random = Math.random;
  let looked = '';
  globalThis.Date = new Proxy(real, {
    construct(target, input: [], made) {
      if (input.length === 0) looked = 'the clock';
      return Reflect.construct(target, input, made) as object;
    },
    apply(target, self, input: []) {
      looked = 'the clock';
      return Reflect.apply(target, self, input) as string;
    },
    get(target, name, receiver) {
      if (name === 'now') looked = 'the clock';
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  Math.random = () => {
    looked = 'chance';
    return random();
  };
  let result: T;
  try {
    result = work();
  } finally {
    globalThis.Date = real;
    Math.random = random;
  }
  if (looked) throw new CaseFailure(`${what} is not pure: it asks ${looked}.`);
  if (result instanceof Promise) throw new CaseFailure(`${what} is not pure: it answers a promise.`);
  return result;
}
