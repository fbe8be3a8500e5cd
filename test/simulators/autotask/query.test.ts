import { describe, expect, it } from 'vitest';
import type { Row, SeedRow } from '../../../simulators/autotask/index.js';
import { ALL, client, start, worldWith } from './support.js';

const ids = (answer: { body: { items: Row[] } }) => answer.body.items.map((item) => item.id);

describe('the query operators', () => {
  it.each([
    ['eq', 'companyName', 'contoso', [203]],
    ['noteq', 'isActive', true, [206]],
    ['gt', 'id', 210, [211]],
    ['gte', 'id', 210, [210, 211]],
    ['lt', 'id', 201, [0]],
    ['lte', 'id', '201', [0, 201]],
    ['beginsWith', 'companyName', 'b', [202]],
    ['endsWith', 'companyName', 'TRAVEL', [207]],
    ['contains', 'companyName', 'wind', [208]],
    ['exist', 'parentCompanyID', undefined, [211]],
    ['notExist', 'companyNumber', undefined, [0, 207, 208, 209, 210]],
    ['in', 'companyType', [7, 8], [209, 210]],
    ['notIn', 'companyType', [1, 3], [209, 210]],
  ])('%s on %s', async (op, field, value, expected) => {
    const api = client(await start());
    expect(await api.ids('Companies', [{ op, field, value }])).toEqual(expected);
  });

  it('joins top-level items with and, nests groups, and takes names and fields in any casing', async () => {
    const api = client(await start());
    const answer = await api.post('companies/QUERY', {
      maxrecords: 10,
      INCLUDEFIELDS: ['ID', 'companyname'],
      Filter: [
        { OP: 'eq', Field: 'ISACTIVE', Value: true },
        {
          op: 'or',
          items: [
            { op: 'eq', field: 'CompanyType', value: 7 },
            {
              op: 'and',
              items: [
                { op: 'eq', field: 'companyType', value: 1 },
                { op: 'gt', field: 'id', value: 205 },
              ],
            },
          ],
        },
      ],
    });
    expect(ids(answer)).toEqual([209, 211]);
    expect(Object.keys(answer.body.items[0])).toEqual(['id', 'companyName', 'userDefinedFields']);
  });

  it('compares dates as dates, with or without a time', async () => {
    const api = client(await start());
    const from = (value: string) => api.ids('Contracts', [{ op: 'gt', field: 'startDate', value }]);
    expect(await from('2026-01-01')).toEqual([29_681_003]);
    expect(await from('2026-01-01T23:00:00.000Z')).toEqual([29_681_003]);
    expect(await from('2026-01-02T00:00:00Z')).toEqual([]);
  });

  it('queries one user-defined field at a time, its value being text', async () => {
    const api = client(await start());
    const userDefinedFields = [{ name: 'CustomerRanking', value: 'Golden' }];
    expect((await api.patch('Companies', { id: 201, userDefinedFields })).body).toEqual({ itemId: 201 });
    const golden = { op: 'eq', field: 'CustomerRanking', udf: true, value: 'golden' };
    const answer = await api.query('Companies', [golden]);
    expect(ids(answer)).toEqual([201]);
    expect(answer.body.items[0].userDefinedFields).toEqual(userDefinedFields);
    expect((await api.query('Companies', [golden, golden])).status).toBe(500);
  });

  it.each([
    ['no filter', { MaxRecords: 5 }, /filter/],
    ['an empty filter', { filter: [] }, /filter/],
    ['an unknown field', { filter: [{ op: 'eq', field: 'bogus', value: 1 }] }, /Unable to find bogus/],
    ['an unknown operator', { filter: [{ op: 'like', field: 'id', value: 1 }] }, /operator 'like'/],
    [
      'text for an int',
      { filter: [{ op: 'eq', field: 'companyType', value: 'abc' }] },
      /varchar value 'abc' to data type int/,
    ],
    ['null for a boolean', { filter: [{ op: 'eq', field: 'isActive', value: null }] }, /isActive/],
    ['1 for a boolean', { filter: [{ op: 'eq', field: 'isActive', value: 1 }] }, /isActive/],
    ['a text operator on an int', { filter: [{ op: 'contains', field: 'id', value: '2' }] }, /text fields/],
    ['a bad date', { filter: [{ op: 'gt', field: 'createDate', value: 'soon' }] }, /Conversion failed/],
    ['a field that is not queryable', { filter: [{ op: 'gt', field: 'assetValue', value: 1 }] }, /cannot be queried/],
    ['an unknown field to include', { filter: ALL, IncludeFields: ['bogus'] }, /Unable to find bogus/],
    ['a page size of 0', { filter: ALL, MaxRecords: 0 }, /MaxRecords/],
    ['501 or conditions', { filter: [{ op: 'or', items: Array(501).fill(ALL[0]) }] }, /500 OR conditions/],
    [
      '501 values in two lists',
      { filter: [300, 201].map((count) => ({ op: 'in', field: 'id', value: Array(count).fill(201) })) },
      /500 OR conditions/,
    ],
  ])('refuses %s with a 500 errors array', async (_name, query, text) => {
    const answer = await client(await start()).post('Companies/query', query);
    expect(answer.status).toBe(500);
    expect(answer.body.errors[0]).toMatch(text);
  });

  it("answers malformed JSON in the web framework's shape", async () => {
    const api = client(await start());
    for (const answer of [await api.post('Companies/query', '{"filter":'), await api.get('Companies/query?search={')]) {
      expect(answer.status).toBe(400);
      expect(answer.body.Message).toBeTypeOf('string');
    }
  });

  it('counts by GET and POST, whatever the page size', async () => {
    const api = client(await start());
    expect((await api.post('Companies/query/count', { MaxRecords: 2, filter: ALL })).body).toEqual({ queryCount: 12 });
    const search = encodeURIComponent(JSON.stringify({ filter: ALL }));
    expect((await api.get(`Companies/query/count?search=${search}`)).body).toEqual({ queryCount: 12 });
  });
});

describe('pages', () => {
  const many = (count: number): SeedRow[] => Array.from({ length: count }, (_, index) => ({ id: 1000 + index }));

  it('come 500 at most, in id order, linked by the next page url', async () => {
    const api = client(await start({ world: worldWith({ companies: many(1203).reverse() }) }));
    const seen: number[] = [];
    let answer = await api.query('Companies', ALL, { MaxRecords: 5000 });
    expect(answer.body.pageDetails).toMatchObject({ count: 500, requestCount: 500, prevPageUrl: null });
    seen.push(...ids(answer));
    while (answer.body.pageDetails.nextPageUrl) {
      answer = await api.post(answer.body.pageDetails.nextPageUrl, { filter: ALL });
      seen.push(...ids(answer));
    }
    expect(answer.body.pageDetails).toMatchObject({ count: 203, nextPageUrl: null });
    expect(seen).toEqual(many(1203).map((row) => row.id));
  });

  it('are fetched with the verb of the first request; the other verb is a 405', async () => {
    const api = client(await start());
    const byPost = (await api.query('Companies', ALL, { MaxRecords: 5 })).body.pageDetails.nextPageUrl;
    expect((await api.get(byPost)).status).toBe(405);
    expect((await api.get(byPost)).body.Message).toContain("'GET'");
    const search = encodeURIComponent(JSON.stringify({ MaxRecords: 5, filter: ALL }));
    const byGet = (await api.get(`Companies/query?search=${search}`)).body.pageDetails.nextPageUrl;
    expect((await api.post(byGet, { filter: ALL })).status).toBe(405);
    const second = await api.get(byGet);
    expect(ids(second)).toEqual([205, 206, 207, 208, 209]);
    const third = await api.get(second.body.pageDetails.nextPageUrl);
    expect(ids(third)).toEqual([210, 211]);
    expect(ids(await api.get(third.body.pageDetails.prevPageUrl))).toEqual(ids(second));
  });

  it('need the body again, and id among the included fields', async () => {
    const api = client(await start());
    const next = (await api.query('Companies', ALL, { MaxRecords: 5 })).body.pageDetails.nextPageUrl;
    expect((await api.post(next, {})).body.errors[0]).toMatch(/filter/);
    const without = await api.query('Companies', ALL, { MaxRecords: 5, IncludeFields: ['companyName'] });
    expect(without.status).toBe(500);
    expect((await api.query('Companies', ALL, { IncludeFields: ['companyName'] })).status).toBe(200);
  });

  it('are empty with status 200 when nothing matches', async () => {
    const answer = await client(await start()).query('Companies', [{ op: 'gt', field: 'id', value: 9999 }]);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      items: [],
      pageDetails: { count: 0, requestCount: 500, prevPageUrl: null, nextPageUrl: null },
    });
  });
});
