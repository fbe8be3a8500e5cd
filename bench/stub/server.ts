import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { type Adjustment, createBooks, type UnitRow } from './books.js';
import { catalogueOf, fieldsOf, informationOf, type Size } from './catalogue.js';
import { addDays } from './days.js';
import { type Condition, fits } from './filter.js';
import { type Breach, CALLS_PER_HOUR, createLimits, type Limits } from './limits.js';
import { Refusal } from './refusal.js';

export interface Stub {
  /** Where a client that knows nothing begins. */
  readonly discoveryUrl: string;
  readonly limits: Limits;
  readonly ledger: readonly Adjustment[];
  rows(): readonly UnitRow[];
  latency(milliseconds: number): void;
  /** For the next writes, one after another; then it behaves again. */
  misbehave(...manners: readonly Manner[]): void;
  /** What somebody does in the PSA's own pages. */
  edit(adjustment: Adjustment): void;
}

/**
 * What a client meets that must not guess. A write is carried out and the connection is cut, or answered 500 with a text,
 * a page or nothing; it is carried out after its client has lost the connection, or never; or somebody edits the line
 * first, and the write is carried out or not, without an answer.
 */
export type Manner =
  | { readonly kind: 'dropAnswer' | 'lost' }
  | { readonly kind: 'http500'; readonly body: 'text' | 'html' | 'empty' }
  | { readonly kind: 'late'; readonly ms: number }
  | { readonly kind: 'edited'; readonly unitChange: number; readonly carriedOut: boolean };

interface Call {
  readonly method: string;
  /** Below the version: entity first. */
  readonly path: readonly string[];
  readonly body: unknown;
  /** Of a next page: only rows with greater ids. */
  readonly after: number;
}

const BASE = '/ATServicesRest/V1.0/';
const PAGE = 500;

const REFUSALS: { readonly [Kind in Breach]: string } = {
  threads: 'Itgenatr005: The thread threshold of 3 threads has been exceeded.',
  hourly: 'The request threshold of 10000 requests in 60 minutes has been exceeded.',
};

/**
 * The few calls of the PSA's REST interface that delivery and the connection check need, made from the notes about the vendor
 * alone: a second opinion beside the simulator. Everything in memory. A call holds its places from its arrival until its
 * answer is out, works, and answers after the latency.
 */
export async function startStub(size: Size): Promise<Stub> {
  const { rows: tables, contracts } = catalogueOf(size);
  const books = createBooks(contracts);
  const limits = createLimits();
  const now = () => performance.now();
  const manners: Manner[] = [];
  let latency = 0;
  let base = '';

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://stub');
    if (/\/zoneinformation$/i.test(url.pathname)) return void send(response, 200, zone());
    if (!url.pathname.startsWith(BASE)) return void send(response, 404, '<!DOCTYPE html><title>404</title>');
    const path = decodeURI(url.pathname.slice(BASE.length)).split('/');
    const buckets = bucketsOf(path);
    const breach = limits.enter(buckets, now());
    if (breach) return void send(response, 429, { errors: [REFUSALS[breach]] });
    response.once('close', () => limits.leave(buckets, now()));
    void serve(request, response, path, Number(url.searchParams.get('paging') ?? 0));
  });

  async function serve(request: IncomingMessage, response: ServerResponse, path: readonly string[], after: number) {
    const waited = latency > 0 ? new Promise((done) => setTimeout(done, latency)) : null;
    try {
      const text = await textOf(request);
      await waited;
      const body: unknown = text === '' ? null : JSON.parse(text);
      if (path[2] === 'ServiceAdjustments' && manners.length > 0) return void meet(response, path, body);
      const found = answer({ method: request.method ?? 'GET', path, body, after });
      send(response, found === null ? 405 : 200, found ?? { Message: 'The requested resource does not support this.' });
    } catch (error) {
      send(response, 500, { errors: [error instanceof Refusal ? error.message : 'An error occurred.'] });
    }
  }

  /** Carries a write out as the next manner has it. */
  function meet(response: ServerResponse, path: readonly string[], body: unknown): void {
    const manner = manners.shift() as Manner;
    const adjustment = adjustmentOf(Number(path[1]), body);
    if (manner.kind === 'edited') books.adjust(editOf(adjustment, manner.unitChange));
    if (manner.kind === 'late') setTimeout(() => books.adjust(adjustment), manner.ms);
    if (manner.kind === 'dropAnswer' || manner.kind === 'http500' || (manner.kind === 'edited' && manner.carriedOut)) {
      books.adjust(adjustment);
    }
    if (manner.kind !== 'http500') return void response.socket?.destroy();
    if (manner.body === 'empty') return void response.writeHead(500).end();
    const text = 'An unexpected error occurred.';
    send(response, 500, manner.body === 'html' ? `<!DOCTYPE html><title>${text}</title>` : { errors: [text] });
  }

  /** Null for what this stub does not know. */
  function answer(call: Call): object | null {
    const { method, path, body } = call;
    const [entity = '', second = '', third = ''] = path;
    if (entity === 'ThresholdInformation') {
      const counts = { externalRequestThreshold: CALLS_PER_HOUR, requestThresholdTimeframe: 60 };
      return { ...counts, currentTimeframeRequestCount: limits.used(now()) };
    }
    if (method === 'POST' && entity === 'Contracts' && third === 'ServiceAdjustments') {
      books.adjust(adjustmentOf(Number(second), body));
      return { itemId: null };
    }
    if (method === 'GET' && second === 'entityInformation') {
      return third === 'fields' ? fieldsOf(entity) : informationOf(entity);
    }
    if (method === 'POST' && second === 'query') return query(call);
    if (method === 'GET' && /^\d+$/.test(second)) {
      return { item: tables[entity]?.find(({ id }) => id === Number(second)) ?? null };
    }
    return null;
  }

  /** Ordered by id. The next page is asked for with the same verb and body at the address the page before named. */
  function query({ path, body, after }: Call): object {
    const [entity = ''] = path;
    const { filter = [], MaxRecords = PAGE } = (body ?? {}) as Query;
    const all = entity === 'ContractServiceUnits' ? books.rowsOf(contractsOf(filter)) : (tables[entity] ?? []);
    const found = all.filter((row) => row.id > after && fits(row, filter)).sort((a, b) => a.id - b.id);
    const items = found.slice(0, Math.min(PAGE, MaxRecords));
    const next = found.length > items.length ? `${base}${entity}/query/next?paging=${items.at(-1)?.id}` : null;
    const pageDetails = { count: items.length, requestCount: MaxRecords, prevPageUrl: null, nextPageUrl: next };
    return { items, pageDetails };
  }

  function contractsOf(filter: readonly Condition[]): ReadonlySet<number> {
    const named = filter.find(({ field }) => field?.toLowerCase() === 'contractid')?.value ?? [...contracts.keys()];
    return new Set([named].flat().map(Number));
  }

  const zone = () => ({ zoneName: 'Stub', url: base.replace('V1.0/', ''), webUrl: base, ci: 1 });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  base = `http://127.0.0.1:${port}${BASE}`;
  return {
    discoveryUrl: `http://127.0.0.1:${port}/atservicesrest`,
    limits,
    ledger: books.ledger,
    rows: () => books.rowsOf(new Set(contracts.keys())),
    latency: (milliseconds) => {
      latency = milliseconds;
    },
    misbehave: (...next) => void manners.push(...next),
    edit: books.adjust,
  };
}

interface Query {
  readonly filter?: readonly Condition[];
  readonly MaxRecords?: number;
}

/** A call on a child counts for the parent and for the child's own entity. */
function bucketsOf([entity = '', id = '', child]: readonly string[]): string[] {
  return /^\d+$/.test(id) && child !== undefined ? [entity, `Contract${child}`] : [entity];
}

/** Somebody else's change of the same line, a day before: a line takes one a day. */
function editOf({ contractID, serviceID, effectiveDate }: Adjustment, unitChange: number): Adjustment {
  return { contractID, serviceID, unitChange, effectiveDate: addDays(effectiveDate, -1) };
}

function adjustmentOf(contractID: number, body: unknown): Adjustment {
  const { serviceID, unitChange, effectiveDate, adjustedUnitPrice, adjustedUnitCost } = (body ??
    {}) as Partial<Adjustment>;
  if (serviceID === undefined || unitChange === undefined || effectiveDate === undefined) {
    throw new Refusal('Required fields are missing.');
  }
  return {
    ...{ contractID, serviceID, unitChange, effectiveDate: effectiveDate.slice(0, 10) },
    ...(adjustedUnitPrice !== undefined && { adjustedUnitPrice }),
    ...(adjustedUnitCost !== undefined && { adjustedUnitCost }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}

function send(response: ServerResponse, status: number, body: object | string): void {
  const [type, text] =
    typeof body === 'string' ? ['text/html', body] : ['application/json; charset=utf-8', JSON.stringify(body)];
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text);
}
