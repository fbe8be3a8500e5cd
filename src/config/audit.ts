import { listOf, type Values, type Variable } from './variable.js';

/** An Ed25519 key in DER (RFC 8410): always the same twelve bytes, then the key. */
const PUBLIC_KEY = /^MCowBQYDK2VwAyEA[A-Za-z\d+/]{43}=$/;

/** How the audit log is proven, and for how long it is kept. */
export const AUDIT_VARIABLES = [
  {
    name: 'GATEWAY_AUDIT_KEY',
    help: 'Key that signs checkpoints of the audit log: 32 random bytes as base64 or hex (openssl rand -base64 32). Absent: made once and kept in the data folder. Needed where several instances share one database.',
    secret: true,
    check: (value) =>
      /^[0-9a-f]{64}$/i.test(value) || (/^[\w+/-]+={0,2}$/.test(value) && Buffer.from(value, 'base64').length === 32)
        ? null
        : 'must be 32 random bytes as base64 or hex; make one with: openssl rand -base64 32',
  },
  {
    name: 'GATEWAY_AUDIT_KEYS_ACCEPTED',
    help: 'Public keys whose checkpoints are believed beside those of the signing key, separated by commas: keys that signed before, or the next one. Each is the line between BEGIN and END that "audit public-key" prints.',
    check: (value) =>
      listOf(value).every((key) => PUBLIC_KEY.test(key))
        ? null
        : 'must be public keys separated by commas, each the line between BEGIN and END that "audit public-key" prints',
  },
  {
    name: 'GATEWAY_AUDIT_CHECKPOINTS',
    help: 'Where checkpoints are written outside the database: a file, or an http(s) address that takes each by POST. Absent: audit-checkpoints.ndjson in the data folder.',
    // What a webhook knows its callers by stands there.
    shown: (value) => value.replace(/^(https?:[^?#]*)[?#].*/i, '$1?(secret)'),
    check: (value) => (isPlace(value) ? null : 'must be a file, or an http(s) address without a password'),
  },
  {
    name: 'GATEWAY_AUDIT_RETENTION_MONTHS',
    help: 'Whole months of the audit log that are kept before the present one; older ones are removed once a checkpoint covers them. Absent: everything is kept.',
    check: (value) => (/^[1-9]\d{0,3}$/.test(value) ? null : 'must be a whole number of months, at least 1'),
  },
] as const satisfies readonly Variable[];

export interface AuditSettings {
  readonly key: string | null;
  /** Public keys, DER as base64. */
  readonly acceptedKeys: readonly string[];
  /** A path or an address; null: a file in the data folder. */
  readonly checkpoints: string | null;
  /** Null: for ever. */
  readonly retentionMonths: number | null;
}

export function auditSettingsOf(values: Values): AuditSettings {
  return {
    key: values.GATEWAY_AUDIT_KEY ?? null,
    acceptedKeys: listOf(values.GATEWAY_AUDIT_KEYS_ACCEPTED),
    checkpoints: values.GATEWAY_AUDIT_CHECKPOINTS ?? null,
    retentionMonths: values.GATEWAY_AUDIT_RETENTION_MONTHS ? Number(values.GATEWAY_AUDIT_RETENTION_MONTHS) : null,
  };
}

function isPlace(value: string): boolean {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(value)) return true;
  const url = URL.canParse(value) ? new URL(value) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}
