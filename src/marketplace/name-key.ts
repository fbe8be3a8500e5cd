import { Prisma } from '../storage/database.js';

/** Keeps the key inside an index entry: one character may become eighteen under NFKC. */
const MAX_CHARACTERS = 250;

/** What names are sorted and searched by: NFKC, lower case, compared by bytes; the same everywhere, without a locale (R21). */
export function nameKeyOf(name: string): string {
  return [...name.normalize('NFKC').toLowerCase().normalize('NFKC')].slice(0, MAX_CHARACTERS).join('');
}

/** Names that begin with the given characters (R21, R29), as a range of `t."nameKey"`: nothing in it is a wildcard. */
export function nameStartsWith(prefix: string | null | undefined): Prisma.Sql[] {
  const key = nameKeyOf((prefix ?? '').trimStart());
  if (key.includes('\0')) return [Prisma.sql`false`];
  if (key === '') return [];
  return [Prisma.sql`t."nameKey" >= ${key} AND t."nameKey" < ${`${key}\u{10FFFF}`}`];
}
