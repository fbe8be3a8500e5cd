import type { Condition, Literal, Operator } from './conditions.js';
import type { Row } from './database.js';
import type { EntityDef } from './entities.js';
import { malformed } from './replies.js';
import type { Switches } from './switches.js';

/** Whether a row fits. References by slash; a list fits when one of its members does. */
export function matches(condition: Condition, row: Row, wildcards: Switches['likeWildcards']): boolean {
  if (condition.kind === 'and') return condition.parts.every((part) => matches(part, row, wildcards));
  if (condition.kind === 'or') return condition.parts.some((part) => matches(part, row, wildcards));
  if (condition.kind === 'not') return !matches(condition.of, row, wildcards);
  const { path, operator, values } = condition;
  return valuesAt(row, path.split('/')).some((value) => compares(value, operator, values, wildcards));
}

/** inferred: a condition on a field that does not exist is refused, and so is `in` where only children are asked for. */
export function checkFields(condition: Condition, def: EntityDef, children: boolean): void {
  if (condition.kind !== 'compare') {
    for (const part of condition.kind === 'not' ? [condition.of] : condition.parts) checkFields(part, def, children);
    return;
  }
  const [first = '', ...rest] = condition.path.split('/');
  const type = def.fields[first] ?? (first === '_info' ? 'reference' : undefined);
  if (type === undefined) malformed(`There is no field ${condition.path} on ${def.resource}.`);
  const nested = type === 'reference' || type === 'list';
  if (nested !== rest.length > 0) malformed(`The field ${condition.path} cannot be compared.`);
  if (children !== (type === 'list'))
    malformed(`${condition.path} belongs into ${type === 'list' ? 'childConditions' : 'conditions'}.`);
  // connectwise: `in` works in conditions only.
  if (children && condition.operator === 'in') malformed('in cannot be used in childConditions.');
}

export function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((each) => valuesAt(each, path));
  const [name, ...rest] = path;
  if (name === undefined) return [value ?? null];
  if (typeof value !== 'object' || value === null) return [null];
  return valuesAt((value as Record<string, unknown>)[name] ?? null, rest);
}

function compares(
  value: unknown,
  operator: Operator,
  wanted: readonly Literal[],
  wildcards: Switches['likeWildcards'],
): boolean {
  if (operator === 'in') return wanted.some((each) => compares(value, '=', [each], wildcards));
  const right = wanted[0] ?? null;
  if (operator === '=' || operator === '!=') return (order(value, right) === 0) === (operator === '=');
  if (value === null || right === null) return false;
  if (operator === 'contains') return String(value).toLowerCase().includes(String(right).toLowerCase());
  if (operator === 'like') return pattern(String(right), wildcards).test(String(value));
  const sign = order(value, right);
  if (sign === undefined) return false;
  if (operator === '<') return sign < 0;
  if (operator === '<=') return sign <= 0;
  return operator === '>' ? sign > 0 : sign >= 0;
}

/** 0 = equal; undefined = cannot be compared. Texts without regard to case. */
function order(value: unknown, right: Literal): number | undefined {
  if (right === null || value === null) return value === right ? 0 : undefined;
  if (typeof right === 'object') {
    return typeof value === 'string' ? Math.sign(Date.parse(value) - Date.parse(right.date)) : undefined;
  }
  if (typeof right === 'string') {
    const [a, b] = [String(value).toLowerCase(), right.toLowerCase()];
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return typeof value === typeof right ? Math.sign(Number(value) - Number(right)) : undefined;
}

function pattern(text: string, wildcards: Switches['likeWildcards']): RegExp {
  const wild = wildcards === 'both' ? '*%' : wildcards;
  const body = [...text].map((sign) => (wild.includes(sign) ? '.*' : sign.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${body.join('')}$`, 'is');
}
