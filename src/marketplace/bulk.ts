import { Prisma, type Queries } from '../storage/database.js';

/** A table as the bulk writers need it. Names and types are constants of this folder, never input. */
export interface BulkTable {
  readonly name: string;
  /** Column -> SQL type. `tenantId` and `id` are among them. */
  readonly columns: { readonly [column: string]: string };
  /** The unique key that decides whether a row is there already. */
  readonly key: readonly string[];
}

export type BulkRow = { readonly [column: string]: unknown };

/**
 * Inserts the rows that are not there, in one statement, in the order of their key so that two calls at once wait for each
 * other in one order. Returns the ids inserted; a missing one was there, or was written by another call a moment ago.
 */
export async function insertMissing(tx: Queries, table: BulkTable, rows: readonly BulkRow[]): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const columns = Prisma.raw(names(table).join(', '));
  const inserted = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO ${Prisma.raw(quoted(table.name))} (${columns})
    SELECT ${columns} FROM ${recordset(table, rows)} ORDER BY ${Prisma.raw(table.key.map(quoted).join(', '))}
    ON CONFLICT (${Prisma.raw(table.key.map(quoted).join(', '))}) DO NOTHING RETURNING "id"`;
  return new Set(inserted.map(({ id }) => id));
}

/** Overwrites rows by (tenantId, id), in one statement. Their locks must be held. */
export async function overwrite(tx: Queries, table: BulkTable, rows: readonly BulkRow[]): Promise<void> {
  if (rows.length === 0) return;
  const sets = names(table).map((name) => `${name} = x.${name}`);
  await tx.$executeRaw`
    UPDATE ${Prisma.raw(quoted(table.name))} t SET ${Prisma.raw(sets.join(', '))}
    FROM ${recordset(table, rows)} WHERE t."tenantId" = x."tenantId" AND t."id" = x."id"`;
}

/** The rows as a table `x`; one parameter whatever their number. */
export function recordset(table: Pick<BulkTable, 'columns'>, rows: readonly BulkRow[]): Prisma.Sql {
  const types = Object.entries(table.columns).map(([column, type]) => `${quoted(column)} ${type}`);
  return Prisma.sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS x(${Prisma.raw(types.join(', '))})`;
}

/** Do the rows differ in a column of the table that is not bookkeeping? */
export function differs(table: BulkTable, a: BulkRow, b: BulkRow, ignored: readonly string[]): boolean {
  return Object.keys(table.columns).some((column) => !ignored.includes(column) && a[column] !== b[column]);
}

const quoted = (name: string) => `"${name}"`;
const names = (table: BulkTable) => Object.keys(table.columns).map(quoted);
