import type { CalendarDate, Decimal, HttpResponse } from '../contract.js';
import { canonical } from '../decimal.js';
import { dayOf } from './dates.js';

/** A record of the vendor, read field by field; what is absent or of another type is null. */
export interface Row {
  text(name: string): string | null;
  boolean(name: string): boolean | null;
  decimal(name: string): Decimal | null;
  number(name: string): number | null;
  date(name: string): CalendarDate | null;
  /** An id as text. */
  id(name: string): string | null;
  row(name: string): Row | null;
  rows(name: string): Row[] | null;
}

/** The body as JSON, or undefined for HTML, an empty body, truncated JSON and everything else. */
export function jsonBody(response: HttpResponse): unknown {
  const text = response.text.replace(/^\uFEFF/, '').trim();
  if (!/^[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function rowOf(value: Record<string, unknown>): Row {
  const number = (name: string): number | null => {
    const found = value[name];
    return typeof found === 'number' && Number.isFinite(found) ? found : null;
  };
  return {
    text: (name) => (typeof value[name] === 'string' ? (value[name] as string) : null),
    boolean: (name) => (typeof value[name] === 'boolean' ? (value[name] as boolean) : null),
    number,
    decimal: (name) => {
      const found = number(name);
      return found === null ? null : (canonical(String(found)) ?? null);
    },
    date: (name) => (typeof value[name] === 'string' ? dayOf(value[name] as string) : null),
    id: (name) => {
      const found = number(name);
      return found !== null && Number.isInteger(found) ? String(found) : null;
    },
    row: (name) => (isObject(value[name]) ? rowOf(value[name] as Record<string, unknown>) : null),
    rows: (name) => (Array.isArray(value[name]) ? (value[name] as unknown[]).filter(isObject).map(rowOf) : null),
  };
}

export function headerOf(response: HttpResponse, name: string): string | undefined {
  const found = Object.keys(response.headers).find((each) => each.toLowerCase() === name);
  return found === undefined ? undefined : response.headers[found];
}

export function isId(id: string): boolean {
  return /^[1-9]\d{0,9}$/.test(id);
}
