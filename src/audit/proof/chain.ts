import { hash } from 'node:crypto';
import type { Scope } from '../entry.js';

/**
 * The canonical forms of the chain, made here as `audit_event_hash` and `audit_entry_hash` make them in the database
 * (migrations audit_proof and audit_form), so that nobody who can replace those functions decides what is true.
 */

/** What stands before the first event. */
export const GENESIS = '00'.repeat(32);

/** One event as it is read for checking; hashes are hexadecimal. */
export interface ChainRow {
  readonly seq: string;
  readonly auditLogId: string;
  readonly prevHash: string;
  readonly hash: string;
  /** The canonical text around the number, which stands alone because rows may change places. */
  readonly before: string;
  readonly after: string;
}

/** One value a column, in the order of `EVENT_COLUMNS`. */
export type EventColumns = [seq: string, auditLogId: string, prevHash: string, hash: string, after: string];

/**
 * A moment as it is hashed. Years before Christ, and what is no moment, would else read like a year of our time, or like
 * nothing.
 */
export const momentText = (at: string) => `CASE
  WHEN ${at} >= '0001-01-01 00:00:00+00' AND ${at} < 'infinity' THEN to_char(${at} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS')
  WHEN isfinite(${at}) THEN to_char(${at} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS BC') ELSE ${at}::text END`;

/**
 * The canonical text is put together by the database from its own words, because fewer and longer values cost less to carry.
 * It only quotes here; what is true is decided by the hash, outside.
 */
export const EVENT_COLUMNS = `e."seq"::text, e."auditLogId"::text, encode(e."prevHash", 'hex'), encode(e."hash", 'hex'),
  concat(', "', e."auditLogId", '", "', e."type", '", ', coalesce('"' || e."fromStatus" || '"', 'null'), ', "', e."toStatus", '", ',
    to_json(e."message"), ', ', e."data", ', ', coalesce('"' || ${momentText('e."at"')} || '"', 'null'),
    ', "' || encode(e."entryHash", 'hex') || '"', ']')`;

/** jsonb writes arrays with a blank behind each comma. */
export function chainRow({ tenantId, organizationId }: Scope, columns: EventColumns): ChainRow {
  const [seq, auditLogId, prevHash, hash, after] = columns;
  return { seq, auditLogId, prevHash, hash, before: `["${tenantId}", "${organizationId}", `, after };
}

/** Bytes of one event on their way into the hash, unless it is longer. A buffer and a call for each would cost as much again. */
const scratch = Buffer.allocUnsafe(64 * 1024);

/** The hash an event should have, behind this previous hash and at this place. */
export function hashOf(row: ChainRow, prevHash = row.prevHash, seq: string | number = row.seq): string {
  const text = row.before + seq + row.after;
  // A unit of a string is at most three bytes of UTF-8.
  const most = prevHash.length + 3 * text.length;
  const bytes = most > scratch.length ? Buffer.alloc(most) : scratch;
  const at = bytes.write(prevHash, 0, 'hex');
  return hash('sha256', bytes.subarray(0, at + bytes.write(text, at)), 'hex');
}

/** The canonical text of an entry in form 1, and what form 2 has behind that: two columns. */
export const ENTRY_TEXT = `jsonb_build_array(
  a."tenantId", a."organizationId", a."id", a."operation", a."status", a."actorKind", a."actorId", a."actorName",
  a."targetKind", a."targetId", a."targetName", a."connectionId", a."customerId", a."customerName",
  a."correlationId", a."requestId", a."parentId", a."attempts", a."dryRun", a."summary", a."details",
  a."errorClass", a."errorCode", a."errorMessage", a."errorHint", a."retryable", a."idempotencyKey", a."inputHash",
  ${momentText('a."createdAt"')}, ${momentText('a."startedAt"')}, ${momentText('a."finishedAt"')})::text,
  coalesce(to_json(a."traceId")::text, 'null')`;

/** Is this what an event's `entryHash` was made of? Its first byte names the form. */
export function isEntryHash(entryHash: string, text: string, more: string): boolean {
  const form = entryHash.slice(0, 2);
  const whole = form === '01' ? text : form === '02' ? `${text.slice(0, -1)}, ${more}]` : null;
  return whole !== null && form + hash('sha256', whole, 'hex') === entryHash;
}
