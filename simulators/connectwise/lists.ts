import { parseConditions } from './conditions.js';
import type { Row } from './database.js';
import type { EntityDef } from './entities.js';
import { checkFields, matches, valuesAt } from './match.js';
import { json, malformed, type Reply } from './replies.js';
import type { Switches } from './switches.js';

const PARAMETERS = [
  'conditions',
  'childConditions',
  'customFieldConditions',
  'orderBy',
  'fields',
  'page',
  'pageSize',
  'pageId',
];
const MOST = 1000;

/** One list call. `target` is the address without its query, for `Link`. */
export interface ListRequest {
  readonly def: EntityDef;
  readonly params: URLSearchParams;
  readonly target: string;
  readonly forwardOnly: boolean;
}

export function listOf(all: readonly Row[], request: ListRequest, switches: Switches): Reply {
  const found = filtered(all, request, switches);
  const { params, forwardOnly, target } = request;
  const size = whole(params, 'pageSize', 25);
  if (size < 1 || size > MOST) malformed(`pageSize must be from 1 to ${MOST}.`);
  const linkTo = (rel: string, changes: Record<string, number>): string => {
    const next = new URLSearchParams(params);
    for (const [name, value] of Object.entries(changes)) next.set(name, String(value));
    return `<${target}?${next}>; rel="${rel}"`;
  };
  if (forwardOnly) {
    if (params.has('orderBy')) malformed('orderBy cannot be used with forward-only paging.');
    const after = whole(params, 'pageId', 0);
    const rest = found.filter(({ id }) => id > after).sort((a, b) => a.id - b.id);
    const rows = rest.slice(0, size);
    const links = rest.length > size ? [linkTo('next', { pageId: rows.at(-1)?.id ?? 0, pageSize: size })] : [];
    return reply(rows, params, links);
  }
  const at = whole(params, 'page', 1);
  if (at < 1) malformed('page must be 1 or more.');
  const ordered = sorted(found, request);
  const last = Math.max(1, Math.ceil(ordered.length / size));
  const links = [
    ...(at < last ? [linkTo('next', { page: at + 1 }), linkTo('last', { page: last })] : []),
    ...(at > 1 ? [linkTo('first', { page: 1 }), linkTo('prev', { page: at - 1 })] : []),
  ];
  return reply(ordered.slice((at - 1) * size, at * size), params, links);
}

export function countOf(all: readonly Row[], request: ListRequest, switches: Switches): Reply {
  return json(200, { count: filtered(all, request, switches).length });
}

function filtered(all: readonly Row[], { def, params }: ListRequest, switches: Switches): Row[] {
  for (const name of params.keys()) if (!PARAMETERS.includes(name)) malformed(`There is no parameter ${name}.`);
  const wanted = (['conditions', 'childConditions'] as const).flatMap((name) => {
    const text = params.get(name) ?? '';
    if (text.trim() === '') return [];
    const condition = parseConditions(text);
    if (switches.refuseUnknownConditionField) checkFields(condition, def, name === 'childConditions');
    return [condition];
  });
  return all.filter((row) => wanted.every((condition) => matches(condition, row, switches.likeWildcards)));
}

function sorted(found: readonly Row[], { def, params }: ListRequest): Row[] {
  const orders = (params.get('orderBy') ?? '').split(',').flatMap((text) => {
    const [path = '', direction = 'asc', ...more] = text.trim().split(/\s+/);
    if (path === '') return [];
    if (more.length > 0 || !/^(asc|desc)$/i.test(direction)) malformed(`orderBy cannot be read: ${text}.`);
    if (def.fields[path.split('/')[0] ?? ''] === undefined) malformed(`There is no field ${path} to order by.`);
    return [{ path: path.split('/'), sign: /^d/i.test(direction) ? -1 : 1 }];
  });
  const key = (row: Row, path: readonly string[]): string | number => {
    const [value] = valuesAt(row, path);
    return typeof value === 'number' ? value : String(value ?? '').toLowerCase();
  };
  return [...found].sort((a, b) => {
    for (const { path, sign } of orders) {
      const [x, y] = [key(a, path), key(b, path)];
      if (x !== y) return x < y ? -sign : sign;
    }
    return a.id - b.id;
  });
}

function reply(rows: readonly Row[], params: URLSearchParams, links: readonly string[]): Reply {
  const shown = rows.map((row) => onlyFields(row, params));
  return json(200, shown, links.length > 0 ? { Link: links.join(', ') } : {});
}

/** connectwise: `fields=id,company/name` leaves the rest out; a reference is shown whole. */
export function onlyFields(row: Row, params: URLSearchParams): Record<string, unknown> {
  const names = (params.get('fields') ?? '').split(',').map((name) => name.trim().split('/')[0] ?? '');
  const wanted = names.filter((name) => name !== '');
  return wanted.length === 0 ? row : Object.fromEntries(Object.entries(row).filter(([name]) => wanted.includes(name)));
}

function whole(params: URLSearchParams, name: string, usual: number): number {
  const text = params.get(name);
  if (text === null) return usual;
  if (!/^\d{1,9}$/.test(text)) malformed(`${name} must be a whole number.`);
  return Number(text);
}
