import { describe, expect, it } from 'vitest';
import { call, client, credentials, firstUser, start } from './support.js';

const user = encodeURIComponent(firstUser().username);

describe('finding the zone', () => {
  it('lists V1.0 and V2.0 without credentials, and answers nothing under V2.0', async () => {
    const { discoveryUrl } = await start();
    const versions = await call('GET', `${discoveryUrl}/versionInformation`);
    expect(versions.status).toBe(200);
    expect(versions.body).toEqual({ apiVersions: ['V1.0', 'V2.0'] });
    const second = await call('GET', `${discoveryUrl}/V2.0/zoneInformation?user=${user}`);
    expect(second.status).toBe(404);
    expect(second.text).toMatch(/^<!DOCTYPE html/);
    expect((await call('GET', `${discoveryUrl}/V2.0/Companies/0`, undefined, credentials())).status).toBe(404);
  });

  it('gives a known user the four fields, the url with a trailing slash and no version', async () => {
    const { url, discoveryUrl } = await start();
    const zone = await call('GET', `${discoveryUrl}/V1.0/zoneInformation?user=${user}`);
    expect(zone.status).toBe(200);
    expect(Object.keys(zone.body)).toEqual(['zoneName', 'url', 'webUrl', 'ci']);
    expect(zone.body.url).toBe(`${url}/ATServicesRest/`);
    expect(zone.body.ci).toBeTypeOf('number');
  });

  it('answers an unknown and a blank user with a 500 errors array', async () => {
    const { discoveryUrl } = await start();
    for (const name of ['nobody@example.test', '']) {
      const zone = await call('GET', `${discoveryUrl}/V1.0/zoneInformation?user=${name}`);
      expect(zone.status).toBe(500);
      expect(zone.body).toEqual({ errors: ['Zone information could not be determined'] });
    }
  });

  it('takes any casing of the path and doubled slashes', async () => {
    const { url } = await start();
    for (const path of [
      '/ATServicesRest/V1.0/Companies/0',
      '/atservicesrest/v1.0/companies/0',
      '//ATSERVICESREST//v1.0/Companies/0',
    ]) {
      const answer = await call('GET', `${url}${path}`, undefined, credentials());
      expect(answer.body?.item?.id, path).toBe(0);
    }
  });

  it('can give a doubled slash or another url, by switch and by fault', async () => {
    const { url, discoveryUrl, admin } = await start({ switches: { zoneDoubledSlash: true } });
    const zone = async () => (await call('GET', `${discoveryUrl}/V1.0/zoneInformation?user=${user}`)).body.url;
    expect(await zone()).toBe(`${url}//ATServicesRest/`);
    admin.switches.patch({ zoneDoubledSlash: false, zoneUrlOverride: 'http://elsewhere.test/' });
    expect(await zone()).toBe('http://elsewhere.test/');
    admin.switches.patch({ zoneUrlOverride: null });
    admin.faults.add({
      match: { path: 'zoneInformation' },
      action: { kind: 'zoneRedirect', url: 'http://foreign.test/' },
    });
    expect(await zone()).toBe('http://foreign.test/');
    expect(await zone()).toBe(`${url}/ATServicesRest/`);
  });

  it('answers 401 at the old zone once the tenant has moved, and names the new one without credentials', async () => {
    const simulator = await start();
    const { get } = client(simulator);
    expect((await get('Companies/0')).status).toBe(200);
    simulator.admin.moveZone('zone2');
    const old = await get('Companies/0');
    expect([old.status, old.text]).toEqual([401, '']);
    const zone = await call('GET', `${simulator.discoveryUrl}/V1.0/zoneInformation?user=${user}`);
    expect(zone.body.url).toBe(`${simulator.url}/zone2/ATServicesRest/`);
    const there = await call('GET', `${zone.body.url}V1.0/Companies/0`, undefined, credentials());
    expect(there.body.item.id).toBe(0);
    expect(simulator.admin.users.get(firstUser().username).badSecrets).toBe(0);
  });
});

describe('paths and verbs', () => {
  it('answers an unknown path with the HTML 404 page', async () => {
    const { get } = client(await start());
    for (const path of ['Bogus/query', 'SecurityLevels', 'Companies/abc', 'ContractServices', 'Contracts/1/Bogus']) {
      const answer = await get(path);
      expect(answer.status, path).toBe(404);
      expect(answer.headers.get('content-type')).toContain('text/html');
      expect(answer.text).toContain('404 - File or directory not found');
    }
  });

  it('answers a known path with a wrong verb with 405 and a capital Message', async () => {
    const api = client(await start());
    const answers = {
      'GET /Companies': await api.get('Companies'),
      'DELETE /Companies/201': await api.delete('Companies/201'),
      'PATCH /Contracts/29681001': await api.patch('Contracts/29681001', {}),
      'GET /ContractServiceAdjustments': await api.get('ContractServiceAdjustments'),
      'PATCH /Contracts/29681001/ServiceAdjustments': await api.patch('Contracts/29681001/ServiceAdjustments', {}),
      'POST /Contracts/29681001/ServiceUnits': await api.post('Contracts/29681001/ServiceUnits', {}),
      'DELETE /Contracts/29681001/Services/8000': await api.delete('Contracts/29681001/Services/8000'),
      'POST /Currencies': await api.post('Currencies', {}),
    };
    for (const [name, answer] of Object.entries(answers)) {
      const [verb] = name.split(' ');
      expect(answer.status, name).toBe(405);
      expect(answer.body, name).toEqual({ Message: `The requested resource does not support http method '${verb}'.` });
    }
  });

  it('does not take writes of child entities on their flat path, nor queries of adjustments', async () => {
    const api = client(await start());
    expect((await api.post('ContractServices', {})).status).toBe(404);
    expect((await api.post('ContractServiceAdjustments/query', { filter: [] })).status).toBe(404);
    expect((await api.get('ContractServiceAdjustments/1')).status).toBe(404);
  });

  it('answers a GET url beyond 2,048 characters with the HTML 404 page, and the same query by POST', async () => {
    const api = client(await start());
    const filter = [{ op: 'in', field: 'id', value: Array.from({ length: 400 }, (_, index) => index) }];
    const long = await api.get(`Companies/query?search=${encodeURIComponent(JSON.stringify({ filter }))}`);
    expect(long.status).toBe(404);
    expect(long.text).toMatch(/^<!DOCTYPE html/);
    expect((await api.query('Companies', filter)).status).toBe(200);
  });
});
