import { inspect } from 'node:util';

const redacted = '[redacted]';

/**
 * A string that does not print: logs, error messages, JSON, templates and inspect all show `[redacted]`. Only `reveal()`
 * gives it out, so every place that uses a secret can be found by that word. (A class because only a private field cannot
 * be reached by anything that walks over objects.)
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [Symbol.toPrimitive](): string {
    return redacted;
  }

  [inspect.custom](): string {
    return redacted;
  }
}
