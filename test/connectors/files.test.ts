import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { COLUMNS } from '../../src/connectors/files/columns.js';
import { files } from '../../src/connectors/files/index.js';
import { type Line, linesOf } from '../../src/connectors/files/lines.js';
import { cellsOf } from '../../src/connectors/files/rows.js';
import type { SourcePage, SourceSession } from '../../src/connectors/source.js';
import { customerRow } from '../../src/marketplace/customers.js';
import { offerRow } from '../../src/marketplace/offers.js';
import { subscriptionRow } from '../../src/marketplace/subscription-row.js';

let folder: string;
let session: SourceSession;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'source-'));
  const http = { send: () => Promise.reject(new Error('The file source makes no call.')) };
  session = files.create({ folder }).connect({ http, now: () => new Date() });
});
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, text: string | Buffer) => writeFile(join(folder, name), text);

/** All pages behind a cursor. */
async function pages(from: string | null = null): Promise<SourcePage[]> {
  const found: SourcePage[] = [];
  for (let cursor = from; ; ) {
    const page = await session.pull(cursor);
    found.push(page);
    cursor = page.cursor;
    if (!page.more) return found;
  }
}

test('columns are the fields of the mutations', () => {
  const roots = (columns: object) => [...new Set(Object.keys(columns).map((name) => name.split('.')[0]))].sort();
  expect(roots(COLUMNS.customers)).toEqual(Object.keys(customerRow.shape).sort());
  expect(roots(COLUMNS.offers)).toEqual(Object.keys(offerRow.shape).sort());
  expect(roots(COLUMNS.cloudSubscriptions)).toEqual(Object.keys(subscriptionRow.shape).sort());
});

test.each([
  ['a,b', ['a', 'b']],
  ['"a, ""x""",', ['a, "x"', '']],
  ['', ['']],
  ['a"b,c', null],
  ['"a,b', null],
  ['"a"b,c', null],
])('the cells of %s', (line, cells) => {
  expect(cellsOf(line)).toEqual(cells);
});

test('lines are found by their bytes, whatever stands in them', async () => {
  await write('x', Buffer.concat([Buffer.from('\uFEFFé\r\n\n'), Buffer.from([0xff, 0x0a]), Buffer.from('end')]));
  const linesFrom = async (from: number, number: number) => {
    const found: Line[] = [];
    for await (const line of linesOf(join(folder, 'x'), from, number)) found.push(line);
    return found;
  };
  const all = await linesFrom(0, 1);
  expect(all.map(({ text, open }) => [text, open])).toEqual([
    ['é', false],
    ['', false],
    [null, false],
    ['end', true],
  ]);
  expect(await linesFrom(all[1]?.end ?? 0, 3)).toEqual(all.slice(2));
  await write('x', `${'a'.repeat(3 * 1024 * 1024)}\nb\n`);
  expect((await linesFrom(0, 1)).map(({ text }) => text)).toEqual([null, 'b']);
});

describe('a folder', () => {
  test('is read in the order in which the kinds need each other; cells become what the push takes', async () => {
    await write('subscriptions.ndjson', '{"externalId":"s1","quantity":3}');
    await write('offers.csv', 'externalId,isTrial,variants\no1,false,COMMERCIAL/ONE_YEAR/MONTHLY;A/B/C\n');
    await write('customers.csv', 'externalId,companyName,email,deleted\nc1,"Müller, Co",,\nc2,B,b@example.com,maybe\n');
    await write('subscriptions.csv', 'externalId,quantity,resellerPrice.unitCost\ns2,12,1.50\ns3,many,\n');
    const found = await pages();
    expect(found.map(({ kind, rows, refused }) => [kind, rows, refused])).toEqual([
      [
        'customers',
        [
          { where: 'customers.csv:2', row: { externalId: 'c1', companyName: 'Müller, Co', email: null } },
          {
            where: 'customers.csv:3',
            row: { externalId: 'c2', companyName: 'B', email: 'b@example.com', deleted: 'maybe' },
          },
        ],
        [],
      ],
      [
        'offers',
        [
          {
            where: 'offers.csv:2',
            row: {
              externalId: 'o1',
              isTrial: false,
              variants: [
                { segment: 'COMMERCIAL', term: 'ONE_YEAR', billingFrequency: 'MONTHLY' },
                { segment: 'A', term: 'B', billingFrequency: 'C' },
              ],
            },
          },
        ],
        [],
      ],
      [
        'cloudSubscriptions',
        [
          {
            where: 'subscriptions.csv:2',
            row: { externalId: 's2', quantity: 12, resellerPrice: { unitCost: '1.50' } },
          },
          { where: 'subscriptions.csv:3', row: { externalId: 's3', quantity: 'many' } },
        ],
        [],
      ],
      ['cloudSubscriptions', [{ where: 'subscriptions.ndjson:1', row: { externalId: 's1', quantity: 3 } }], []],
    ]);
  });

  test('refuses what it cannot read by file, line and reason, and nothing else', async () => {
    await write('customers.csv', 'externalId,companyName\na,"lost\nb,B\nc\n\nd,"D\n"\ne,E\nf,12');
    await write('customers.ndjson', '{"externalId":"x"}\n[1]\n{"externalId":\nnull\n{"externalId":"y"}');
    await write('offers.csv', 'externalId,colour\no,red\n');
    await write('subscriptions.csv', '');
    const found = await pages();
    expect(found.flatMap(({ rows }) => rows.map(({ where }) => where))).toEqual([
      ...['customers.csv:3', 'customers.csv:8', 'customers.ndjson:1', 'customers.ndjson:5'],
    ]);
    expect(found.flatMap(({ refused }) => refused)).toEqual([
      { where: 'customers.csv:2', reason: 'A quote is not closed, or stands inside a cell.' },
      { where: 'customers.csv:4', reason: 'The line has 1 cells, the first one names 2.' },
      { where: 'customers.csv:6', reason: 'A quote is not closed, or stands inside a cell.' },
      { where: 'customers.csv:7', reason: 'A quote is not closed, or stands inside a cell.' },
      { where: 'customers.csv:9', reason: 'The last line has no line end: it may be being written.' },
      { where: 'customers.ndjson:2', reason: 'The line is not a JSON object.' },
      { where: 'customers.ndjson:3', reason: 'The line is not JSON.' },
      { where: 'customers.ndjson:4', reason: 'The line is not a JSON object.' },
      { where: 'offers.csv:1', reason: 'Column 2 has a name that is not known here.' },
      { where: 'subscriptions.csv:1', reason: 'The first line is not a line of column names.' },
    ]);
  });

  test('is read in pages that any process can go on from, until a file changes', async () => {
    const lines = Array.from({ length: 1203 }, (_, at) => `{"externalId":"é${at}"}\n`);
    await write('customers.ndjson', lines.join(''));
    const found = await pages();
    expect(found.map(({ rows }) => rows.length)).toEqual([500, 500, 203]);
    expect(new Set(found.flatMap(({ rows }) => rows.map(({ row }) => row.externalId))).size).toBe(1203);
    expect(await pages(found[0]?.cursor)).toEqual(found.slice(1));
    const last = found.at(-1)?.cursor ?? null;
    expect(await pages(last)).toMatchObject([{ rows: [], more: false, cursor: last }]);
    await write('customers.ndjson', lines.slice(0, 3).join(''));
    await utimes(join(folder, 'customers.ndjson'), 1, 1);
    for (const cursor of [found[0]?.cursor, last, 'nonsense', '{}']) {
      expect((await pages(cursor)).map(({ rows }) => rows.length)).toEqual([3]);
    }
  });

  test('that is not there is a failure that names what to do', async () => {
    await rm(folder, { recursive: true });
    await expect(session.pull(null)).rejects.toMatchObject({ kind: 'notFound', detail: { code: 'FOLDER_MISSING' } });
    session.watch?.(() => undefined)();
    await mkdir(folder);
  });
});
