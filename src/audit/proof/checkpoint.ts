import { createHash, sign, verify } from 'node:crypto';
import type { Scope } from '../entry.js';
import type { PublicKeys, SigningKey } from './key.js';

const FORMAT = 'connector-gateway/audit-checkpoint/1';

/** What a checkpoint says. Hashes are hexadecimal, moments ISO 8601 in UTC. */
export interface Statement extends Scope {
  /** 1, 2, 3 ... within the organization. */
  readonly number: number;
  /** The newest event covered, and its hash. */
  readonly seq: number;
  readonly hash: string;
  readonly at: string;
  /** The closed month (such as 2026-10) whose last event this is; null for one made in between. */
  readonly period: string | null;
  /** Events up to here may be gone; null while the log is whole. */
  readonly floor: Floor | null;
  /** `digestOf` the checkpoint before. */
  readonly previous: string | null;
}

export interface Floor {
  readonly seq: number;
  readonly hash: string;
  readonly at: string;
  /** How many entries outlived their history, and the digest of what they must look like. */
  readonly kept: number;
  readonly keptDigest: string;
}

/** The form outside the database: one line of NDJSON, one body of a webhook. */
export interface SignedCheckpoint {
  /** JSON, exactly as it was signed. */
  readonly statement: string;
  readonly key: string;
  /** Ed25519 over the bytes of `statement`, base64. */
  readonly signature: string;
}

export function signCheckpoint(statement: Statement, key: SigningKey): SignedCheckpoint {
  const text = JSON.stringify({ format: FORMAT, ...statement });
  return { statement: text, key: key.id, signature: sign(null, Buffer.from(text), key.privateKey).toString('base64') };
}

/** What a checkpoint says, or in a sentence why it cannot be believed. */
export function openCheckpoint(signed: SignedCheckpoint, keys: PublicKeys): Statement | string {
  const key = keys.get(signed.key);
  if (!key)
    return `it is signed by the key ${signed.key}, which is not known here (if it was yours: GATEWAY_AUDIT_KEYS_ACCEPTED)`;
  const valid = verify(null, Buffer.from(signed.statement), key, Buffer.from(signed.signature, 'base64'));
  if (!valid) return 'its signature is not valid';
  const { format, ...statement } = JSON.parse(signed.statement) as Statement & { format: string };
  return format === FORMAT ? statement : `its form ${format} is not known here`;
}

/** What the next checkpoint remembers of this one. */
export function digestOf({ statement, signature }: SignedCheckpoint): string {
  return createHash('sha256').update(statement).update(signature).digest('hex');
}

export function nameOf({ number, at }: Pick<Statement, 'number' | 'at'>): string {
  return `checkpoint ${number} of ${at}`;
}

/** One kept entry: its last event's number, its id, its `entryHash`. */
export type KeptEntry = readonly [seq: string, auditLogId: string, entryHash: string | null];

/** Over all kept entries in the order of their numbers. */
export function createKeptDigest() {
  const hash = createHash('sha256');
  let count = 0;
  return {
    add([seq, auditLogId, entryHash]: KeptEntry) {
      hash.update(`${seq} ${auditLogId} ${entryHash ?? '-'}\n`);
      count += 1;
    },
    end: () => ({ kept: count, keptDigest: hash.digest('hex') }),
  };
}
