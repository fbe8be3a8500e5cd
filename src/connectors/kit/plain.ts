/** What a connector hands over is plain data without secrets; these find where it is not. */
import { CaseFailure, shown } from './failure.js';

/** Where a value stops being JSON, or null. A property that is undefined counts as absent. */
export function notPlain(value: unknown, path = ''): string | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return null;
  if (typeof value === 'number') return Number.isFinite(value) ? null : `${path || 'it'} is ${value}`;
  if (Array.isArray(value)) return firstOf(value.map((each, at) => [`${path}[${at}]`, each] as const));
  if (typeof value === 'object' && [Object.prototype, null].includes(Object.getPrototypeOf(value))) {
    const entries = Object.entries(value).filter(([, each]) => each !== undefined);
    return firstOf(entries.map(([name, each]) => [path ? `${path}.${name}` : name, each] as const));
  }
  const what = typeof value === 'object' ? `a ${value?.constructor?.name ?? 'object'}` : `a ${typeof value}`;
  return `${path || 'it'} is ${what}`;
}

function firstOf(entries: readonly (readonly [string, unknown])[]): string | null {
  for (const [path, value] of entries) {
    const fault = notPlain(value, path);
    if (fault !== null) return fault;
  }
  return null;
}

/** Everything that can be read out of a value, an error's own and inherited parts included. */
function textOf(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (seen.has(value)) return '';
  seen.add(value);
  const error = value instanceof Error ? [value.name, value.message, value.stack, value.cause] : [];
  return [...error, ...Object.keys(value), ...Object.values(value)].map((each) => textOf(each, seen)).join('\n');
}

export function refuseSecrets(value: unknown, secrets: ReadonlySet<string>, where: string): void {
  const text = textOf(value);
  for (const secret of secrets) {
    if (text.includes(secret)) throw new CaseFailure(`A secret stands in ${where}.`);
  }
}

export function refuseNotPlain(value: unknown, where: string): void {
  const fault = notPlain(value);
  if (fault !== null) throw new CaseFailure(`${where} is not plain data: ${fault}.`);
}

/** Frozen to its depth, so that who changes what it was given is found out. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const each of Object.values(value)) frozen(each);
  return Object.freeze(value);
}

/** The same value after it was stored and read again, as the host does between two calls. */
export function stored<T>(value: T): T {
  return frozen(JSON.parse(JSON.stringify(value)) as T);
}

export function equal(one: unknown, other: unknown): boolean {
  return shownWhole(one) === shownWhole(other);
}

/** With the names of objects in order, so that their order makes no difference. */
function shownWhole(value: unknown): string {
  return (
    JSON.stringify(value, (_name, each: unknown) =>
      typeof each === 'object' && each !== null && !Array.isArray(each)
        ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
        : each,
    ) ?? shown(value)
  );
}
