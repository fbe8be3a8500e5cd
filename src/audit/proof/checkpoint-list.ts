import type pg from 'pg';
import type { Scope } from '../entry.js';
import { momentText } from './chain.js';
import { digestOf, nameOf, openCheckpoint, type SignedCheckpoint, type Statement } from './checkpoint.js';
import type { Report } from './finding.js';
import type { PublicKeys } from './key.js';
import type { Anchor } from './links.js';
import { pagesOf } from './pages.js';

/** A believed checkpoint, as far as it is needed later. */
export interface Known {
  readonly statement: Pick<Statement, 'number' | 'at' | 'seq' | 'hash' | 'floor'>;
  readonly digest: string;
}

/** One of the database. */
export interface Inside extends Known {
  /** It says that it was written outside. */
  readonly delivered: boolean;
}

type CheckpointColumns = [
  number: string,
  statement: string,
  key: string,
  signature: string,
  columns: string,
  delivered: string,
];

const CHECKPOINTS = `
  SELECT c."number"::text, c."statement", c."keyId", encode(c."signature", 'base64'),
    concat_ws(' ', c."seq", encode(c."hash", 'hex'), coalesce(c."period", '-'), ${momentText('c."at"')} || 'Z',
      c."floor", coalesce(encode(c."floorHash", 'hex'), '-'), coalesce(${momentText('c."floorAt"')} || 'Z', '-')),
    (c."deliveredAt" IS NOT NULL)::text
  FROM "AuditCheckpoint" c WHERE c."tenantId" = $1 AND c."organizationId" = $2 AND c."number" > $3::int
  ORDER BY c."number" LIMIT $4`;

/** The checkpoints in the database, each believed or reported, in their order. */
export async function readCheckpoints(
  client: pg.Client,
  scope: Scope,
  keys: PublicKeys,
  report: Report,
): Promise<Inside[]> {
  const values = [scope.tenantId, scope.organizationId];
  const known: Inside[] = [];
  const fault = (number: number | string, message: string) =>
    report({ ...scope, kind: 'CHECKPOINT', seq: null, auditLogId: null, message: `Checkpoint ${number}: ${message}` });
  let expected = 1;
  let previous: string | null = null;
  for await (const rows of pagesOf<CheckpointColumns>(client, 'audit_checkpoints', CHECKPOINTS, values, '0')) {
    for (const [number, text, key, signature, columns, delivered] of rows) {
      const signed: SignedCheckpoint = { statement: text, key, signature: signature.replaceAll('\n', '') };
      if (Number(number) > expected) {
        fault(expected, `it is missing in the database (the next is ${number})`);
        previous = null;
      }
      const statement = openCheckpoint(signed, keys);
      if (typeof statement === 'string') fault(number, statement);
      else if (columnsOf(statement) !== columns || `${statement.number}` !== number || !isOf(scope, statement)) {
        fault(number, 'its row was changed: it is not what was signed');
      } else {
        if (expected > 1 && previous !== null && statement.previous !== previous)
          fault(number, 'it does not follow the one before it');
        known.push({ statement, digest: digestOf(signed), delivered: delivered === 'true' });
      }
      previous = digestOf(signed);
      expected = Number(number) + 1;
    }
  }
  return known;
}

/** Compares with what was written outside. Answers all that is believed, in the order of their numbers. */
export function withOutside(
  scope: Scope,
  inside: readonly Known[],
  outside: readonly Known[],
  report: Report,
): Known[] {
  const byNumber = new Map(inside.map((known) => [known.statement.number, known]));
  const newest = inside.at(-1)?.statement.number ?? 0;
  const both = [...inside];
  for (const known of outside) {
    const same = byNumber.get(known.statement.number);
    if (same?.digest === known.digest) continue;
    both.push(known);
    const name = `${nameOf(known.statement)}, which was written outside`;
    const what = same
      ? `The database has another ${name}.`
      : known.statement.number > newest
        ? `The database lacks ${name}.`
        : null;
    if (what) report({ ...scope, kind: 'CHECKPOINT', seq: null, auditLogId: null, message: what });
  }
  return both.sort((a, b) => a.statement.number - b.statement.number);
}

/** Runs of checkpoints, up to a number, that were written outside and are not there. */
export function goneOutside(inside: readonly Inside[], outside: readonly Known[], upTo: number): [number, number][] {
  // One of the same number that differs is found by itself.
  const there = new Set(outside.map(({ statement }) => statement.number));
  const runs: [number, number][] = [];
  for (const { statement, delivered } of inside) {
    const { number } = statement;
    if (!delivered || number > upTo || there.has(number)) continue;
    const run = runs.at(-1);
    if (run?.[1] === number - 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs;
}

/** One anchor for each number of an event; of two that disagree the one the chain does not have is kept. */
export function anchorsOf(known: readonly Known[]): Anchor[] {
  return known
    .map(({ statement }) => ({ seq: statement.seq, hash: statement.hash, name: nameOf(statement) }))
    .sort((a, b) => a.seq - b.seq);
}

function columnsOf({ seq, hash, period, at, floor }: Statement): string {
  return [seq, hash, period ?? '-', at, floor?.seq ?? 0, floor?.hash ?? '-', floor?.at ?? '-'].join(' ');
}

function isOf(scope: Scope, statement: Statement): boolean {
  return statement.tenantId === scope.tenantId && statement.organizationId === scope.organizationId;
}
