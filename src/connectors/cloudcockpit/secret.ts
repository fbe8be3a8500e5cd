import { inspect } from 'node:util';
import type { SecretText } from '../transport.js';

const covered = () => '[redacted]';

/** A text that only `reveal` gives out. */
export function secretOf(text: string): SecretText {
  return Object.defineProperties(
    { reveal: () => text },
    { toString: { value: covered }, toJSON: { value: covered }, [inspect.custom]: { value: covered } },
  );
}
