import { describe, expect, it } from 'vitest';
import { call, client, credentials, firstUser, start } from './support.js';

describe('credentials', () => {
  it('answers an unknown user with 500 before it looks at anything else', async () => {
    const { get } = client(await start(), {
      ...credentials(),
      UserName: 'nobody',
      Secret: 'x',
      ApiIntegrationCode: 'x',
    });
    const answer = await get('Companies/0');
    expect(answer.status).toBe(500);
    expect(answer.body.errors).toHaveLength(1);
  });

  it('answers a bad secret with 401 and an empty body, even when the code is bad as well', async () => {
    const { get } = client(await start(), { ...credentials(), Secret: 'x', ApiIntegrationCode: 'x' });
    const answer = await get('Companies/0');
    expect([answer.status, answer.text]).toEqual([401, '']);
  });

  it('answers a bad or missing integration code with a 500 errors array', async () => {
    const simulator = await start();
    const { ApiIntegrationCode: _code, ...without } = credentials();
    for (const headers of [{ ...credentials(), ApiIntegrationCode: 'x' }, without]) {
      const answer = await client(simulator, headers).get('Companies/0');
      expect(answer.status).toBe(500);
      expect(answer.body.errors[0]).toContain('ApiIntegrationCode');
    }
  });

  it('takes header names in any casing', async () => {
    const headers = Object.fromEntries(
      Object.entries(credentials()).map(([name, value]) => [name.toUpperCase(), value]),
    );
    expect((await client(await start(), headers).get('Companies/0')).status).toBe(200);
  });

  it('locks the user after five bad secrets: the right one is then a 401 too, until an administrator unlocks', async () => {
    const { admin, ...simulator } = await start();
    const bad = client({ admin, ...simulator }, { ...credentials(), Secret: 'x' });
    const good = client({ admin, ...simulator });
    const name = firstUser().username;
    for (let attempt = 0; attempt < 4; attempt += 1) await bad.get('Companies/0');
    expect(admin.users.get(name)).toMatchObject({ badSecrets: 4, locked: false });
    await bad.get('Companies/0');
    expect(admin.users.get(name).locked).toBe(true);
    const locked = await good.get('Companies/0');
    expect([locked.status, locked.text]).toEqual([401, '']);
    const zone = await call('GET', `${simulator.discoveryUrl}/V1.0/zoneInformation?user=${encodeURIComponent(name)}`);
    expect(zone.status).toBe(200);
    admin.users.patch(name, { locked: false });
    await bad.get('Companies/0');
    expect(admin.users.get(name)).toMatchObject({ badSecrets: 1, locked: false });
    expect((await good.get('Companies/0')).status).toBe(200);
  });

  it('forgets earlier bad secrets after a good one', async () => {
    const simulator = await start({ switches: { lockAfterFailures: 2 } });
    const bad = client(simulator, { ...credentials(), Secret: 'x' });
    const good = client(simulator);
    for (let round = 0; round < 3; round += 1) {
      expect((await bad.get('Companies/0')).status).toBe(401);
      expect((await good.get('Companies/0')).status).toBe(200);
    }
  });
});
