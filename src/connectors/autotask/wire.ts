import type { CalendarDate, Decimal, HttpResponse } from '../contract.js';
import { canonical } from '../decimal.js';
import { calendarDate } from './calendar.js';

/** A record of the vendor, read by name in any case (Autotask: property names are case-insensitive). */
export interface Row {
  text(name: string): string | null;
  integer(name: string): number | null;
  boolean(name: string): boolean | null;
  decimal(name: string): Decimal | null;
  date(name: string): CalendarDate | null;
  /** An id as text; null when absent. */
  id(name: string): string | null;
  row(name: string): Row | null;
  rows(name: string): Row[] | null;
  has(name: string): boolean;
}

/** The body as a JSON object, or undefined for HTML, an empty body, truncated JSON and everything else. */
export function jsonObject(response: HttpResponse): Record<string, unknown> | undefined {
  const text = response.text.replace(/^\uFEFF/, '').trim();
  if (!text.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isHtml(response: HttpResponse): boolean {
  return /^\s*(?:\uFEFF)?<(?:!doctype|html|\?xml|head|body)/i.test(response.text);
}

export function rowOf(value: Record<string, unknown>): Row {
  const byName = new Map(Object.entries(value).map(([name, each]) => [name.toLowerCase(), each]));
  const at = (name: string): unknown => byName.get(name.toLowerCase());
  const number = (name: string): Decimal | null => {
    const found = at(name);
    if (typeof found === 'number' && Number.isFinite(found)) return canonical(String(found)) ?? null;
    return typeof found === 'string' && found !== '' ? (canonical(found) ?? null) : null;
  };
  const integer = (name: string): number | null => {
    const found = number(name);
    return found !== null && /^-?\d{1,15}$/.test(found) ? Number(found) : null;
  };
  return {
    text: (name) => {
      const found = at(name);
      return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : null;
    },
    integer,
    boolean: (name) => {
      const found = at(name);
      if (typeof found === 'boolean') return found;
      return found === 1 || found === 'true' ? true : found === 0 || found === 'false' ? false : null;
    },
    decimal: number,
    date: (name) => {
      const found = at(name);
      return typeof found === 'string' ? (calendarDate(found) ?? null) : null;
    },
    id: (name) => {
      const found = integer(name);
      return found === null ? null : String(found);
    },
    row: (name) => {
      const found = at(name);
      return isObject(found) ? rowOf(found) : null;
    },
    rows: (name) => {
      const found = at(name);
      return Array.isArray(found) ? found.filter(isObject).map(rowOf) : null;
    },
    has: (name) => at(name) !== undefined && at(name) !== null,
  };
}

/**
 * What the vendor says went wrong. Autotask: `errors` is a list of texts, sometimes of objects with `message`;
 * its framework answers `Message` for wrong verbs. Undefined when the body holds neither.
 */
export function errorTexts(body: Record<string, unknown> | undefined): string[] | undefined {
  if (!body) return undefined;
  const row = new Map(Object.entries(body).map(([name, each]) => [name.toLowerCase(), each]));
  const listed = row.get('errors');
  if (Array.isArray(listed)) return listed.length === 0 ? undefined : listed.map(oneText);
  const message = row.get('message');
  return typeof message === 'string' ? [message] : undefined;
}

/** True when the body has the vendor's own `errors` list: then the refusal is definite, whatever the status. */
export function hasErrorList(body: Record<string, unknown> | undefined): boolean {
  const entry = Object.entries(body ?? {}).find(([name]) => name.toLowerCase() === 'errors')?.[1];
  return Array.isArray(entry) && entry.length > 0;
}

function oneText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (isObject(value)) {
    const row = rowOf(value);
    return [row.text('field'), row.text('message')].filter(Boolean).join(': ');
  }
  return String(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
