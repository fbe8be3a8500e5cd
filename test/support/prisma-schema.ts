import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What schema.prisma says, in PostgreSQL's own words. Knows the attributes that this project uses, and fails on others. */
export interface Model {
  readonly name: string;
  readonly columns: readonly { column: string; type: string; required: boolean; default: string | null }[];
  readonly id: readonly string[];
  readonly uniques: readonly (readonly string[])[];
  readonly indexes: readonly (readonly string[])[];
}

const text = readFileSync(join(import.meta.dirname, '../../prisma/schema.prisma'), 'utf8').replace(/\/\/.*$/gm, '');

const enums = Object.fromEntries(
  [...text.matchAll(/^enum (\w+) \{([^}]*)\}/gm)].map(([, name = '', body = '']) => [name, body.trim().split(/\s+/)]),
);

const TYPES: { readonly [type: string]: string } = {
  String: 'text',
  Int: 'integer',
  BigInt: 'bigint',
  Float: 'double precision',
  Boolean: 'boolean',
  Json: 'jsonb',
  Bytes: 'bytea',
};
const NATIVE: readonly (readonly [RegExp, string])[] = [
  [/@db\.Uuid/, 'uuid'],
  [/@db\.Date\b/, 'date'],
  [/@db\.Timestamptz\((\d)\)/, 'timestamp($1) with time zone'],
  [/@db\.Decimal\((\d+), (\d+)\)/, 'numeric($1,$2)'],
];

function typeOf(declared: string, attributes: string): string {
  const list = declared.endsWith('[]') ? '[]' : '';
  for (const [pattern, type] of NATIVE) {
    const found = pattern.exec(attributes);
    if (found) return type.replace('$1', found[1] ?? '').replace('$2', found[2] ?? '') + list;
  }
  const name = declared.replace(/[?[\]]/g, '');
  const type = enums[name] ? `"${name}"` : TYPES[name];
  if (!type) throw new Error(`schema.prisma: the type ${declared} is not known here.`);
  return type + list;
}

function defaultOf(attributes: string): string | null {
  const found = /@default\(("[^"]*"|\[\]|[\w]+(?:\(\))?)\)/.exec(attributes)?.[1];
  if (found === '[]') return '{}';
  return found === undefined ? null : found.replace(/\(\)$/, '').replace(/^"(.*)"$/, '$1');
}

const columnsOf = (list: string) => list.split(',').map((column) => column.trim().replace(/\(.*$/, ''));

function modelOf(name: string, body: string): Model {
  const lines = body
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const lists = (attribute: string) =>
    lines.flatMap((line) => (line.startsWith(`@@${attribute}(`) ? [columnsOf(/\[(.*)\]/.exec(line)?.[1] ?? '')] : []));
  const fields = lines
    .filter((line) => !line.startsWith('@@'))
    .map((line) => {
      const [, column = '', declared = '', attributes = ''] = /^(\w+)\s+(\S+)\s*(.*)$/.exec(line) ?? [];
      return { column, declared, attributes };
    });
  const marked = (attribute: RegExp) =>
    fields.filter(({ attributes }) => attribute.test(attributes)).map(({ column }) => column);
  return {
    name,
    columns: fields.map(({ column, declared, attributes }) => ({
      column,
      type: typeOf(declared, attributes),
      // A list is never null for the client.
      required: !declared.endsWith('?'),
      default: defaultOf(attributes),
    })),
    id: lists('id')[0] ?? marked(/@id\b/),
    uniques: [...lists('unique'), ...marked(/@unique\b/).map((column) => [column])],
    indexes: lists('index'),
  };
}

export const models: readonly Model[] = [...text.matchAll(/^model (\w+) \{([\s\S]*?)^\}/gm)].map(
  ([, name = '', body = '']) => modelOf(name, body),
);
export const prismaSchema = { enums, models };
