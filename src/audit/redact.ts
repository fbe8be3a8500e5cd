import type { Details } from './entry.js';

const MAX_BYTES = 16 * 1024;
const SECRET_KEY = /(password|secret|token|authorization|integration.?code|api.?key|credential)/i;

/**
 * The last net before details are stored. Operations build their details field by field and never copy input, so nothing
 * secret should arrive here; a key that looks like one is blanked all the same, and the whole is kept under 16 KiB.
 */
export function redactDetails(details: Details): Record<string, unknown> {
  const clean = blank(details, 0) as Record<string, unknown>;
  return Buffer.byteLength(JSON.stringify(clean)) <= MAX_BYTES
    ? clean
    : { truncated: true, note: 'The details were larger than 16 KiB.', keys: Object.keys(clean).slice(0, 50) };
}

function blank(value: unknown, depth: number): unknown {
  if (depth > 12) return '[deep]';
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => blank(item, depth + 1));
  if (typeof value !== 'object' || value === null) return value === undefined ? null : value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      SECRET_KEY.test(key) && typeof item === 'string' ? '[redacted]' : blank(item, depth + 1),
    ]),
  );
}
