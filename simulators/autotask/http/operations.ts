import { isVisible, requireAccess } from '../access.js';
import type { Core } from '../core.js';
import { table, type UserState } from '../database.js';
import type { EntityDef } from '../entities/define.js';
import { candidates, matches } from '../query/match.js';
import { PAGE_SIZE, parseJson, parseQuery, type Query } from '../query/model.js';
import { cutPage, type Paging, parsePaging } from '../query/page.js';
import type { WriteContext } from '../records/context.js';
import { present, visibleRow, visibleRows } from '../records/read.js';
import { createRecord, deleteRecord, updateRecord } from '../records/write.js';
import { adjust } from '../recurring/adjust.js';
import { LINE_KINDS } from '../recurring/kinds.js';
import { json, message, Refusal, type Reply, refuse } from '../replies.js';
import type { Row } from '../rows.js';
import type { Endpoint, Operation } from './endpoints.js';
import { entityFields, entityInformation, entityUserDefinedFields } from './metadata.js';
import { type ApiRequest, requireJson } from './request.js';
import { zoneBase } from './zones.js';

export interface Call {
  readonly core: Core;
  readonly request: ApiRequest;
  readonly user: UserState;
  readonly endpoint: Endpoint;
  readonly def: EntityDef;
}

export interface Outcome {
  readonly reply: Reply;
  readonly committed: boolean;
}

const param = (call: Call, name: string): string | undefined =>
  [...call.request.params].find(([key]) => key.toLowerCase() === name)?.[1];

function bodyOf(call: Call): unknown {
  requireJson(call.request);
  return parseJson(call.request.body);
}

export function perform(call: Call, operation: Operation): Outcome {
  const { core, def, user } = call;
  const read = (value: unknown): Outcome => ({ reply: json(200, value), committed: false });
  switch (operation) {
    case 'query':
    case 'next':
      requireAccess(user, def, 'query', core.switches);
      return read(queryPage(call, operation === 'next'));
    case 'count':
      requireAccess(user, def, 'query', core.switches);
      return read({ queryCount: found(call, queryOf(call)).length });
    case 'get':
      requireAccess(user, def, 'query', core.switches);
      return read({ item: single(call) });
    case 'list':
      requireAccess(user, def, 'query', core.switches);
      return read(childList(call));
    case 'information':
      return read(entityInformation(user, def, core.switches));
    case 'fields':
      return read(entityFields(core.db, def));
    case 'userDefinedFields':
      return read(entityUserDefinedFields(core.db, def));
    case 'threshold':
      throw new Error('ThresholdInformation is no entity');
    default: {
      const itemId = write(call, operation);
      return { reply: json(200, { itemId }), committed: true };
    }
  }
}

function write(call: Call, operation: 'create' | 'update' | 'replace' | 'delete'): number | null {
  const { core, def, endpoint, user } = call;
  const context: WriteContext = { db: core.db, user, switches: core.switches, now: core.clock.now() };
  requireAccess(user, def, operation === 'replace' ? 'update' : operation, core.switches);
  if (operation === 'delete') return deleteRecord(context, def, endpoint.id as number, endpoint.parentID);
  const body = bodyOf(call);
  const kind = LINE_KINDS.find((candidate) => candidate.adjustments === def.name);
  if (kind) {
    adjust(context, kind, def, body, endpoint.parentID);
    // autotask: an adjustment has no id to give; success is 200 without errors.
    return null;
  }
  if (operation === 'create') return createRecord(context, def, body, endpoint.parentID);
  return updateRecord(context, def, body, { replace: operation === 'replace', parentID: endpoint.parentID });
}

/** autotask: a record that is missing or not to be seen is 200 with item null. */
function single({ core, user, def, endpoint }: Call): Record<string, unknown> | null {
  const row = visibleRow(core.db, user, def, endpoint.id);
  const elsewhere = row && def.parent && endpoint.parentID !== null && row[def.parent.field] !== endpoint.parentID;
  return row && !elsewhere ? present(core.db, user, def, row) : null;
}

function queryOf(call: Call): Query {
  const { method } = call.request;
  const raw = method === 'GET' ? (param(call, 'search') ?? (call.def.listable ? '{}' : '')) : null;
  if (raw === '') refuse('Invalid query syntax: the search parameter is required.');
  return parseQuery(call.core.db, call.def, raw === null ? bodyOf(call) : parseJson(raw));
}

const found = ({ core, user, def }: Call, query: Query): Row[] =>
  candidates(table(core.db, def.name), query.filter).filter(
    (row) => isVisible(core.db, user, def, row) && matches(row, query.filter),
  );

/** The link back keeps the verb: a GET's carries its search, a POST's does not. */
const pageLink = (call: Call, path: string) => {
  const search = param(call, 'search');
  return (paging: Paging): string => {
    const query = new URLSearchParams({ paging: JSON.stringify(paging) });
    if (call.request.method === 'GET' && search !== undefined) query.set('search', search);
    return `${zoneBase(call.core, call.request)}V1.0/${path}?${query}`;
  };
};

function queryPage(call: Call, isNext: boolean) {
  const { core, user, def } = call;
  const query = queryOf(call);
  const text = param(call, 'paging');
  if (isNext && text === undefined) refuse('The paging parameter is required.');
  const paging = isNext && text ? parsePaging(text) : { pageSize: query.pageSize, previousIds: [], nextIds: [] };
  const { page, details, isPart } = cutPage(found(call, query), paging, pageLink(call, `${def.name}/query/next`));
  // autotask: with IncludeFields and more than one page, id must be among the fields.
  if (isPart && query.includeFields && !query.includeFields.includes('id')) {
    refuse('The id field must be among the IncludeFields when the result has more than one page.');
  }
  const items = page.map((row) => present(core.db, user, def, row, query.includeFields));
  return { items, pageDetails: details };
}

/** autotask: a child list has no filter. inferred: its pages are linked by the same paging parameter. */
function childList(call: Call) {
  const { core, user, def, endpoint } = call;
  const mine = visibleRows(core.db, user, def).filter(
    (row) => !def.parent || endpoint.parentID === null || row[def.parent.field] === endpoint.parentID,
  );
  const text = param(call, 'paging');
  const paging = text ? parsePaging(text) : { pageSize: PAGE_SIZE, previousIds: [], nextIds: [] };
  const path =
    endpoint.parentID === null ? def.name : `${def.parent?.entity}/${endpoint.parentID}/${def.parent?.segment}`;
  const { page, details } = cutPage(mine, paging, pageLink(call, path));
  return { items: page.map((row) => present(core.db, user, def, row)), pageDetails: details };
}

/** autotask: the next page must be fetched with the verb of the first request; any other is 405. */
export function requireSameVerb(request: ApiRequest): void {
  const fromGet = [...request.params.keys()].some((key) => key.toLowerCase() === 'search');
  if ((request.method === 'GET') === fromGet) return;
  throw new Refusal(wrongVerb(request.method));
}

export const wrongVerb = (method: string, allowed: readonly string[] = []): Reply =>
  message(
    405,
    `The requested resource does not support http method '${method}'.`,
    allowed.length > 0 ? { Allow: allowed.join(', ') } : {},
  );
