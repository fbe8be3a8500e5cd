import type { EntityDef } from '../entities/define.js';
import { ENTITIES, findEntity } from '../entities/index.js';

export type Operation =
  | 'query'
  | 'next'
  | 'count'
  | 'get'
  | 'list'
  | 'create'
  | 'update'
  | 'replace'
  | 'delete'
  | 'information'
  | 'fields'
  | 'userDefinedFields'
  | 'threshold';

/** A known path: what each verb does there. A verb that is not named gives 405, a path that is not known 404. */
export interface Endpoint {
  readonly def: EntityDef | null;
  readonly verbs: Readonly<Record<string, Operation>>;
  readonly id: number | null;
  readonly parentID: number | null;
  /** Thread buckets: the first path segment, and the child's own. */
  readonly bucket: string;
  readonly childBucket: string | null;
}

const WRITES: Record<string, Operation> = { POST: 'create', PATCH: 'update', PUT: 'replace' };
const QUERIES: Record<string, Record<string, Operation>> = {
  query: { GET: 'query', POST: 'query' },
  'query/count': { GET: 'count', POST: 'count' },
  'query/next': { GET: 'next', POST: 'next' },
};
const METADATA: Record<string, Operation> = {
  entityinformation: 'information',
  'entityinformation/fields': 'fields',
  'entityinformation/userdefinedfields': 'userDefinedFields',
};

const isId = (text: string): boolean => /^-?\d{1,15}$/.test(text);
const writesOf = (verbs: readonly string[]): Record<string, Operation> =>
  Object.fromEntries(verbs.map((verb) => [verb, WRITES[verb] as Operation]));

/** Finds the endpoint for the path after `/V1.0/`, e.g. `['Contracts', '29', 'Services']`. */
export function findEndpoint(segments: readonly string[]): Endpoint | null {
  const [first = '', ...rest] = segments;
  if (first.toLowerCase() === 'thresholdinformation' && rest.length === 0) {
    return { ...nothing, verbs: { GET: 'threshold' }, bucket: 'ThresholdInformation' };
  }
  const def = findEntity(first);
  if (!def) return null;
  const [second = '', third, ...tail] = rest;
  if (isId(second) && third !== undefined) return childEndpoint(def, Number(second), third, tail);
  return tail.length > 0 ? null : flatEndpoint(def, rest);
}

const nothing = { def: null, id: null, parentID: null, childBucket: null };

function flatEndpoint(def: EntityDef, rest: readonly string[]): Endpoint | null {
  const base = { ...nothing, def, bucket: def.name };
  const path = rest.join('/').toLowerCase();
  if (path === '') {
    const verbs = { ...writesOf(def.rootWrites), ...(def.listable ? { GET: 'list' as const } : {}) };
    // autotask: a child entity's flat path has no writes at all, so the path itself is unknown.
    return Object.keys(verbs).length > 0 ? { ...base, verbs } : null;
  }
  const metadata = METADATA[path];
  if (metadata) return { ...base, verbs: { GET: metadata } };
  if (!def.can.query) return null;
  const queries = QUERIES[path];
  if (queries) return { ...base, verbs: queries };
  if (rest.length !== 1 || !isId(path)) return null;
  return { ...base, id: Number(path), verbs: def.rootDelete ? { GET: 'get', DELETE: 'delete' } : { GET: 'get' } };
}

function childEndpoint(parent: EntityDef, parentID: number, segment: string, tail: readonly string[]): Endpoint | null {
  const def = ENTITIES.find(
    ({ parent: link }) => link?.entity === parent.name && link.segment.toLowerCase() === segment.toLowerCase(),
  );
  if (!def?.parent) return null;
  const base = { ...nothing, def, parentID, bucket: parent.name, childBucket: def.name };
  const path = tail.join('/').toLowerCase();
  if (path === '') {
    return { ...base, verbs: { ...(def.can.query ? { GET: 'list' as const } : {}), ...writesOf(def.parent.writes) } };
  }
  const metadata = METADATA[path];
  if (metadata) return { ...base, verbs: { GET: metadata } };
  if (!def.can.query || tail.length !== 1 || !isId(path)) return null;
  return { ...base, id: Number(path), verbs: def.parent.delete ? { GET: 'get', DELETE: 'delete' } : { GET: 'get' } };
}

export const isWrite = (operation: Operation | undefined): boolean =>
  operation === 'create' || operation === 'update' || operation === 'replace' || operation === 'delete';
