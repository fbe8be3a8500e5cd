import type { TestDatabase } from './database.js';

/** Printable, and changed by every encoding. */
export const MARK = 'Mk7+/"\\q&<z>?=S3cret';

/** How a secret may hide in a text. */
export const ENCODINGS: Readonly<Record<string, string>> = {
  plain: MARK,
  base64: Buffer.from(MARK).toString('base64'),
  base64url: Buffer.from(MARK).toString('base64url'),
  hex: Buffer.from(MARK).toString('hex'),
  url: encodeURIComponent(MARK),
  json: JSON.stringify(MARK).slice(1, -1),
  reversed: [...MARK].reverse().join(''),
  upper: MARK.toUpperCase(),
  lower: MARK.toLowerCase(),
};

/** In which encodings the mark stands in a text. */
export function leaks(text: string): string[] {
  return Object.keys(ENCODINGS).filter((name) => text.includes(ENCODINGS[name] as string));
}

/** Every row of every table, those of the job engine too, as text: what a dump of the database would hold. */
export async function dumped(database: Pick<TestDatabase, 'sql'>): Promise<ReadonlyMap<string, string>> {
  const tables = await database.sql<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('public', 'graphile_worker')`,
  );
  if (tables.length < 20) throw new Error(`There are only ${tables.length} tables.`);
  const texts = new Map<string, string>();
  for (const { name } of tables) {
    const rows = await database.sql<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
    // How a row's text shows quotes and backslashes: doubled.
    const text = rows.map((row) => row.text.replaceAll('""', '"').replaceAll('\\\\', '\\')).join('\n');
    texts.set(name, text);
  }
  return texts;
}
