import { levelOf, memberOf, requireRight } from './access.js';
import { completed, patched, type Write } from './additions.js';
import type { Core } from './core.js';
import { put, type Row, rowOf, rows } from './database.js';
import { ENTITIES, type EntityDef, entity } from './entities.js';
import { countOf, type ListRequest, listOf, onlyFields } from './lists.js';
import { empty, failure, json, malformed, notFound, page, Refusal, type Reply } from './replies.js';
import type { ApiRequest } from './request.js';
import type { ApiMember, Rights } from './world.js';

/** connectwise: `v4_6_release` is routed to the build the tenant is on; its own code base works as well. */
export const CODEBASE = 'v2025_1/';
const API = /^\/(?:v4_6_release|v2025_1)\/apis\/3\.0\/(.*)$/i;
const VERSION = '2025.16';

export interface Route {
  readonly def: EntityDef | null;
  /** Of an addition. */
  readonly agreementId: number | null;
  readonly id: number | null;
  readonly count: boolean;
  /** The whole path below the version, in its own spelling. */
  readonly path: string;
}

/** Which entity a path means; undefined = not the API at all. */
export function routeOf(path: string): Route | undefined {
  const rest = API.exec(path)?.[1]?.replace(/\/+$/, '');
  if (rest === undefined) return undefined;
  const additions = /^finance\/agreements\/(\d+)\/additions(?:\/(\d+|count))?$/i.exec(rest);
  if (additions) return route(entity('additions'), rest, additions[2], Number(additions[1]));
  // Longest first: `finance/agreements/types` is no agreement.
  const def = [...ENTITIES]
    .sort((a, b) => b.path.length - a.path.length)
    .find((each) => new RegExp(`^${each.path}(?:/(?:\\d+|count))?$`, 'i').test(rest));
  return def
    ? route(def, rest, rest.slice(def.path.length + 1))
    : { def: null, agreementId: null, id: null, count: false, path: rest };
}

function route(def: EntityDef, path: string, tail = '', agreementId: number | null = null): Route {
  return { def, agreementId, id: /^\d+$/.test(tail) ? Number(tail) : null, count: tail === 'count', path };
}

/** The answer to a request. `onCommit` is told as soon as stored data changed. */
export function answer(core: Core, request: ApiRequest, found: Route | undefined, onCommit: () => void): Reply {
  try {
    const reply = served(core, request, found, onCommit);
    return {
      ...reply,
      headers: { ...reply.headers, 'api-current-version': VERSION, 'x-cw-request-id': core.requestId() },
    };
  } catch (error) {
    if (error instanceof Refusal)
      return { ...error.reply, headers: { ...error.reply.headers, 'x-cw-request-id': core.requestId() } };
    throw error;
  }
}

function served(core: Core, request: ApiRequest, found: Route | undefined, onCommit: () => void): Reply {
  const { db, switches } = core;
  if (request.target.length > switches.urlLimit) return page(404, '404 - File or directory not found.');
  const info = /^\/login\/companyinfo\/([^/]+)$/i.exec(request.path);
  if (info) return companyInfo(core, decodeURIComponent(info[1] ?? ''), request.origin);
  if (!found) return page(404, '404 - File or directory not found.');
  const member = memberOf(db, request.headers, switches);
  core.limit.take(core.clock.now(), switches);
  if (/^system\/info$/i.test(found.path)) return systemInfo(member, request);
  if (!found.def) return failure(404, 'NotFound', `There is nothing at ${found.path}.`);
  if (found.agreementId !== null) return additions(core, request, found, member, onCommit);
  if (request.method !== 'GET') return failure(405, 'MethodNotAllowed', 'The simulator only reads this entity.');
  requireRight(member, found.def.area, 'inquire');
  const all = rows(db, found.def.name).map((row) => (switches.companyTypesShown ? row : without(row, 'types')));
  return read(core, request, found, visible(all, member, found.def));
}

function read(core: Core, request: ApiRequest, { def, id, count }: Route, all: readonly Row[]): Reply {
  if (id !== null) {
    const row = all.find((each) => each.id === id);
    return row ? json(200, onlyFields(row, request.params)) : notFound(`${def?.resource} ${id}`);
  }
  const list: ListRequest = {
    def: def as EntityDef,
    params: request.params,
    target: `${request.origin}${request.path}`,
    forwardOnly: request.headers['pagination-type'] === 'forward-only',
  };
  return count ? countOf(all, list, core.switches) : listOf(all, list, core.switches);
}

const RIGHT: Readonly<Record<string, keyof Rights>> = {
  GET: 'inquire',
  POST: 'add',
  PATCH: 'edit',
  PUT: 'edit',
  DELETE: 'delete',
};

function additions(core: Core, request: ApiRequest, found: Route, member: ApiMember, onCommit: () => void): Reply {
  const { db, switches, clock } = core;
  const right = RIGHT[request.method];
  const single = found.id !== null;
  if (!right || (right === 'add' && single) || (right !== 'add' && right !== 'inquire' && !single)) {
    return failure(405, 'MethodNotAllowed', `${request.method} is not allowed here.`);
  }
  requireRight(member, 'agreements', right);
  const agreement = rowOf(db, 'agreements', found.agreementId) ?? notFound(`agreement ${found.agreementId}`);
  const own = rows(db, 'additions').filter(({ agreementId }) => agreementId === agreement.id);
  if (request.method === 'GET') return read(core, request, found, own);
  const write: Write = { db, agreement, switches, now: clock.now(), by: member.identifier };
  if (request.method === 'POST') {
    const row = completed(write, bodyOf(request), db.nextId);
    db.nextId += 1;
    put(db, 'additions', row);
    onCommit();
    return json(201, row);
  }
  const old = own.find(({ id }) => id === found.id) ?? notFound(`addition ${found.id}`);
  if (request.method === 'DELETE') {
    // connectwise: 409 = in use.
    if (Number(old.billedQuantity) > 0) return failure(409, 'ConflictingRecord', 'The addition was invoiced already.');
    db.tables.get('additions')?.delete(old.id);
    onCommit();
    return empty(204);
  }
  const body = bodyOf(request);
  const row = request.method === 'PATCH' ? patched(write, body, old) : completed(write, body, old.id, old);
  put(db, 'additions', row);
  onCommit();
  return json(200, row);
}

function visible(all: readonly Row[], member: ApiMember, def: EntityDef): readonly Row[] {
  // inferred: at level My, only records of the member itself; an API member has none.
  return levelOf(member, def.area, 'inquire') === 'My' ? [] : all;
}

function bodyOf(request: ApiRequest): unknown {
  if (!/^application\/json\b/i.test(String(request.headers['content-type'] ?? ''))) {
    throw new Refusal(failure(415, 'UnsupportedMediaType', 'The body must be application/json.'));
  }
  try {
    return JSON.parse(request.body) as unknown;
  } catch {
    return malformed('The body is no JSON.');
  }
}

function companyInfo(core: Core, companyId: string, origin: string): Reply {
  const { world } = core.db;
  if (companyId.toLowerCase() !== world.companyId.toLowerCase()) return failure(404, 'NotFound', 'Company not found');
  const site = new URL(origin).host;
  return json(200, {
    CompanyName: world.companyId,
    Codebase: CODEBASE,
    VersionCode: 'v2025.1',
    CompanyID: world.companyId,
    IsCloud: true,
    SiteUrl: site,
  });
}

function systemInfo(member: ApiMember, request: ApiRequest): Reply {
  if (request.method !== 'GET') return failure(405, 'MethodNotAllowed', 'Only GET is allowed here.');
  requireRight(member, 'system', 'inquire');
  const value = {
    version: 'v2025.1.108000',
    isCloud: true,
    serverTimeZone: 'Eastern Standard Time',
    cloudRegion: 'NA',
    licenseBits: [],
  };
  return json(200, value);
}

function without(row: Row, name: string): Row {
  const { [name]: _left, ...rest } = row;
  return rest as Row;
}
