import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConformanceSubject } from '../subject.js';
import type { World } from '../world.js';
import { type Database, databaseOf, idsOf, itemKey, itemOf, put, type Row } from './database.js';
import { reference } from './index.js';

const TOKEN = 'reference-token-0001';
const PAGE = 25;

/** The reference PSA: a real HTTP server, all of it in memory. */
export interface ReferencePsa {
  readonly url: string;
  readonly token: string;
  database: Database;
  readonly received: { requests: number; writes: number };
  close(): Promise<void>;
}

export async function startReferencePsa(database: Database): Promise<ReferencePsa> {
  const received = { requests: 0, writes: 0 };
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const write = request.method !== 'GET';
    received.requests += 1;
    if (write) received.writes += 1;
    const [status, answer] = reply(psa.database, request, body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const psa: ReferencePsa = {
    ...{ url: `http://127.0.0.1:${port}`, token: TOKEN, database, received },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return psa;
}

type Reply = readonly [status: number, answer: unknown];

function reply(database: Database, { method, url = '', headers }: IncomingMessage, body: string): Reply {
  if (headers.authorization !== `Bearer ${TOKEN}`) return [401, { error: 'Who are you?' }];
  const { pathname, searchParams } = new URL(url, 'http://psa');
  const [kind = '', id, part, product] = pathname.slice(1).split('/');
  if (pathname === '/me') return [200, { instance: 'reference-1' }];
  if (method === 'PUT' && kind === 'agreements' && id && part === 'items' && product) {
    return write(database, { agreement: id, product }, body);
  }
  const rows = { accounts: database.accounts, products: database.products, agreements: database.agreements }[kind];
  if (kind === 'items' && method === 'GET') return page(itemsOf(database, searchParams), searchParams, pathname);
  if (!rows || method !== 'GET') return [404, { error: 'No such address.' }];
  if (id === undefined) return page(found(rows, searchParams), searchParams, pathname);
  const row = rows.find((each) => each.id === id);
  return row ? [200, row] : [404, { error: 'No such record.' }];
}

function itemsOf({ items }: Database, asked: URLSearchParams): readonly Row[] {
  const agreements = (asked.get('agreements') ?? '').split(',');
  return items.filter(({ agreement }) => agreements.includes(agreement)).map((item) => ({ ...item }));
}

function found(rows: readonly Row[], asked: URLSearchParams): readonly Row[] {
  const ids = asked.get('ids')?.split(',');
  const prefix = (asked.get('prefix') ?? '').toLowerCase();
  const same = (name: string, value: unknown) => !asked.has(name) || String(value) === asked.get(name);
  return rows
    .filter((row) => !ids || ids.includes(row.id))
    .filter((row) => row.name.toLowerCase().startsWith(prefix))
    .filter((row) => same('active', row.active) && same('customer', row.customer))
    .filter((row) => same('account', row.account) && same('billing', row.billing))
    .filter((row) => !asked.has('before') || String(row.start) < (asked.get('before') ?? ''))
    .toSorted((one, other) => byName.compare(one.name, other.name));
}

const byName = new Intl.Collator('en', { sensitivity: 'base' });

function page(rows: readonly Row[], asked: URLSearchParams, path: string): Reply {
  const from = Number(asked.get('from') ?? 0);
  const next = new URLSearchParams(asked);
  next.set('from', String(from + PAGE));
  return [200, { items: rows.slice(from, from + PAGE), next: from + PAGE < rows.length ? `${path}?${next}` : null }];
}

const DECIMAL = /^\d{1,12}(\.\d{1,4})?$/;

function write(database: Database, key: { agreement: string; product: string }, body: string): Reply {
  const agreement = database.agreements.find(({ id }) => id === key.agreement);
  const product = database.products.find(({ id }) => id === key.product);
  if (!agreement || !product) return [404, { error: 'No such agreement or product.' }];
  const { from, units, price, cost } = JSON.parse(body) as {
    from: string;
    units: number;
    price: string | null;
    cost: string | null;
  };
  const amounts = [price, cost].every((amount) => amount === null || DECIMAL.test(amount));
  if (!Number.isInteger(units) || units < 0 || !amounts) return [400, { error: 'That is no state of an item.' }];
  if (from < String(agreement.start) || from > String(agreement.end)) return [422, { error: 'Outside the agreement.' }];
  const item = put(database, key, { from, units, price, cost });
  return [200, { id: item.id, revision: item.revision, request: `r${item.revision}` }];
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** The reference connector's side of the conformance suite. */
export const referenceSubject: ConformanceSubject = {
  async start(world: World) {
    const id = idsOf(world);
    const psa = await startReferencePsa(databaseOf(world, id));
    return {
      connector: reference.create({ url: psa.url }, { productName: 'Reference' }),
      credentials: { token: psa.token },
      wrongCredentials: { token: 'wrong-token-0000' },
      id,
      received: () => ({ ...psa.received }),
      billed(line, date) {
        const item = itemOf(psa.database, itemKey(id, line));
        const entry = item?.entries.findLast(({ from }) => from <= date);
        return { units: entry?.units ?? 0, unitPrice: entry?.price ?? null, unitCost: entry?.cost ?? null };
      },
      edit: (line, units, from) => void put(psa.database, itemKey(id, line), { units, from }),
      reset() {
        psa.database = databaseOf(world, id);
        Object.assign(psa.received, { requests: 0, writes: 0 });
      },
      close: psa.close,
    };
  },
};
