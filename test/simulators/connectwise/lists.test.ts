import { describe, expect, it } from 'vitest';
import { client, start, worldWith } from './support.js';

describe('conditions', () => {
  it.each([
    ['company/companies', 'name like "Con*"', [201]],
    ['company/companies', 'name like "con%"', [201]],
    ['company/companies', 'name like "on*"', []],
    ['company/companies', 'name contains "w" and deletedFlag=False', [203]],
    ['company/companies', 'name = "The \\"Quoted\\" 100%"', [206]],
    ['company/companies', 'not (id<204 or id>205)', [204, 205]],
    ['company/companies', 'id not in (201,202,203)', [204, 205, 206]],
    ['company/companies', 'currency/currencyCode="EUR"', [203]],
    ['finance/agreements', 'company/id=201 and cancelledFlag=False and agreementStatus="Active"', [1001, 1002, 1006]],
    ['finance/agreements', 'endDate = null and company/id = 201', [1001, 1002, 1003, 1006]],
    ['finance/agreements', 'endDate <= [2026-06-30T00:00:00Z]', [1004]],
    ['finance/agreements', 'company/id=201 or company/id=203 and name="nothing"', [1001, 1002, 1003, 1004, 1006]],
    ['finance/agreements/1001/additions', 'product/id in (101, 999)', [501]],
    ['procurement/catalog', 'price>=20 AND inactiveFlag=false', [102, 103]],
  ])('%s where %s', async (path, conditions, ids) => {
    expect(await client(await start()).ids(path, { conditions })).toEqual(ids);
  });

  it.each([
    'name like',
    'name like "a',
    'name ~ "a"',
    '(name="a"',
    'name="a") or id=1',
    'name="a" name="b"',
    'nothing=1',
    'company=201',
    'name/id=1',
    'id in 1',
    'endDate=[tomorrow]',
    'types/name="Client"',
    '"a"=name',
  ])('%s is refused', async (conditions) => {
    const path = conditions.startsWith('types') ? 'company/companies' : 'finance/agreements';
    expect(await client(await start()).list(path, { conditions })).toMatchObject({
      status: 400,
      body: { code: 'InvalidArgument' },
    });
  });

  it('ask children for what is a list', async () => {
    const api = client(await start());
    expect(await api.ids('company/companies', { childConditions: 'types/name="Prospect"' })).toEqual([205]);
    const refused = await api.list('company/companies', { childConditions: 'types/name in ("Prospect")' });
    expect(refused.status).toBe(400);
  });

  it('may know one wildcard only', async () => {
    const api = client(await start({ switches: { likeWildcards: '%' } }));
    expect(await api.ids('company/companies', { conditions: 'name like "Con*"' })).toEqual([]);
    expect(await api.ids('company/companies', { conditions: 'name like "Con%"' })).toEqual([201]);
  });
});

describe('pages', () => {
  const world = () =>
    worldWith({ companies: Array.from({ length: 60 }, (_, at) => ({ id: 300 + at, name: `Company ${99 - at}` })) });

  it('are 25 rows by themselves and linked in both directions', async () => {
    const api = client(await start({ world: world() }));
    const page = await api.list('company/companies', { page: '2', orderBy: 'name desc', fields: 'id,name' });
    expect(page.body).toHaveLength(25);
    expect(page.body[0]).toEqual({ id: 325, name: 'Company 74' });
    const links = page.headers.get('link') ?? '';
    expect([...links.matchAll(/[?&]page=(\d)[^>]*>; rel="(\w+)"/g)].map(([, at, rel]) => `${rel} ${at}`)).toEqual([
      'next 3',
      'last 3',
      'first 1',
      'prev 1',
    ]);
    const [, next = ''] = /<([^>]+)>; rel="next"/.exec(links) ?? [];
    const last = await api.call('GET', next);
    expect(last.body.map(({ id }: { id: number }) => id)).toHaveLength(10);
    expect(last.headers.get('link')).not.toContain('rel="next"');
  });

  it('go forward only by the last id', async () => {
    const api = client(await start({ world: world() }), { 'pagination-type': 'forward-only' });
    const ids: number[] = [];
    let next: string | undefined = 'company/companies?pageSize=25';
    while (next) {
      const page = await api.call('GET', next);
      ids.push(...page.body.map(({ id }: { id: number }) => id));
      next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
    }
    expect(ids).toEqual(Array.from({ length: 60 }, (_, at) => 300 + at));
    expect((await api.list('company/companies', { orderBy: 'name' })).status).toBe(400);
  });

  it.each<Record<string, string>>([
    { pageSize: '1001' },
    { pageSize: '0' },
    { page: '-1' },
    { orderBy: 'nothing asc' },
    { orderBy: 'name up' },
    { limit: '5' },
  ])('%j is refused', async (query) => {
    expect((await client(await start()).list('company/companies', query)).status).toBe(400);
  });

  it('are counted', async () => {
    const api = client(await start());
    expect((await api.list('company/companies/count', { conditions: 'deletedFlag=True' })).body).toEqual({ count: 1 });
    expect((await api.list('finance/agreements/1001/additions/count')).body).toEqual({ count: 2 });
  });
});
