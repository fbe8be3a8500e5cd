import { createHash } from 'node:crypto';

/** So often a statement is seen before it gets a name: of what is asked once, a session would keep the plan for nothing. */
const OFTEN = 5;
/** So many are named in a process. A session keeps the plan of each that it was sent. */
const NAMED = 200;
/** So many are watched. */
const WATCHED = 2_000;

const seen = new Map<string, number>();
const names = new Map<string, string>();

/**
 * The name under which a session of PostgreSQL keeps a statement prepared: parsing and planning cost the server more than
 * most of our statements take to run. Undefined: it is sent as it is.
 */
export function preparedName(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined) return known;
  // With a new column a prepared `*` would fail, and columns come while older gateways run. Without a parameter, there is
  // nothing to be prepared for.
  if (names.size >= NAMED || /(^|[^(])\*/.test(text) || !text.includes('$1')) return undefined;
  const times = (seen.get(text) ?? 0) + 1;
  if (times < OFTEN) {
    if (seen.size >= WATCHED) seen.clear();
    seen.set(text, times);
    return undefined;
  }
  seen.delete(text);
  const name = createHash('sha256').update(text).digest('base64url').slice(0, 20);
  names.set(text, name);
  return name;
}
