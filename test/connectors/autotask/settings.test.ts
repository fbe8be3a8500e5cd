import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/connectors/autotask/settings.js';
import { zoneUrl } from '../../../src/connectors/autotask/zone.js';

const facts = { productName: 'CloudCockpit' };
const read = (values: Record<string, string | undefined>) => readSettings(values, facts);
const allows = (values: Record<string, string | undefined>, url: string) => read(values).allows(new URL(url));

describe('AUTOTASK_DISCOVERY_URL', () => {
  it('is the vendor when nothing is set', () => {
    expect(read({}).zoneLookup).toBe('https://webservices2.autotask.net/atservicesrest/V1.0/zoneInformation');
  });

  it('is accepted in every sensible form', () => {
    for (const form of [
      'http://127.0.0.1:4100',
      'http://127.0.0.1:4100/',
      'http://127.0.0.1:4100/atservicesrest',
      'http://127.0.0.1:4100/atservicesrest/',
      'http://127.0.0.1:4100/atservicesrest/v1.0',
      'http://127.0.0.1:4100//atservicesrest/V1.0/',
      'http://127.0.0.1:4100/atservicesrest/v1.0/zoneInformation',
      'http://127.0.0.1:4100/atservicesrest/V1.0/ZoneInformation?user=x',
      'http://127.0.0.1:4100/atservicesrest/versionInformation',
      '127.0.0.1:4100',
    ]) {
      expect(read({ discoveryUrl: form }).zoneLookup).toBe('http://127.0.0.1:4100/atservicesrest/V1.0/zoneInformation');
    }
  });

  it('keeps the spelling and a path in front', () => {
    expect(read({ discoveryUrl: 'https://proxy.example/psa/ATServicesRest' }).zoneLookup).toBe(
      'https://proxy.example/psa/ATServicesRest/V1.0/zoneInformation',
    );
  });

  it('allows its exact origin and no other port of the host', () => {
    const values = { discoveryUrl: 'http://127.0.0.1:4100' };
    expect(allows(values, 'http://127.0.0.1:4100/ATServicesRest/V1.0/Companies/query')).toBe(true);
    expect(allows(values, 'http://127.0.0.1:4101/ATServicesRest/V1.0/Companies/query')).toBe(false);
    expect(allows(values, 'https://127.0.0.1:4100/x')).toBe(false);
  });

  it('is refused with a sentence when it cannot be used', () => {
    for (const form of ['ftp://x', 'http://u:p@x', 'http://webservices2.autotask.net', 'https://', 'http://[']) {
      expect(() => read({ discoveryUrl: form })).toThrow(/AUTOTASK_DISCOVERY_URL/);
    }
  });
});

describe('AUTOTASK_EXTRA_HOSTS', () => {
  const values = { extraHosts: 'a.example, b.example:8443 http://c.example:81/psa,d.example:80' };

  it('takes hosts, hosts with ports and URLs', () => {
    expect(allows(values, 'http://a.example/x')).toBe(true);
    expect(allows(values, 'https://a.example:9000/x')).toBe(true);
    expect(allows(values, 'https://b.example:8443/x')).toBe(true);
    expect(allows(values, 'http://c.example:81/other')).toBe(true);
    expect(allows(values, 'http://d.example/x')).toBe(true);
  });

  it('allows nothing beside them', () => {
    expect(allows(values, 'https://b.example/x')).toBe(false);
    expect(allows(values, 'https://c.example:81/x')).toBe(false);
    expect(allows(values, 'http://x.a.example/x')).toBe(false);
    expect(allows(values, 'http://d.example:8080/x')).toBe(false);
  });

  it('is refused with a sentence when an entry is no host', () => {
    for (const form of ['*.example', 'http://u@x', 'a/b', 'ftp://x']) {
      expect(() => read({ extraHosts: form })).toThrow(/AUTOTASK_EXTRA_HOSTS/);
    }
  });
});

describe('the egress rule', () => {
  it('allows the zones of the vendor', () => {
    for (const host of ['webservices1', 'webservices15', 'webservices31', 'prde', 'pres']) {
      expect(allows({}, `https://${host}.autotask.net/ATServicesRest/V1.0/Companies/query`)).toBe(true);
    }
  });

  it('refuses everything that only looks like one', () => {
    for (const url of [
      'http://webservices1.autotask.net/atservicesrest/',
      'https://webservices1.autotask.net:8443/atservicesrest/',
      'https://webservices1.autotask.net/other/',
      'https://webservices1.autotask.net/atservicesrest',
      'https://webservices1.autotask.net./atservicesrest/',
      'https://webservices1.autotask.net.evil.example/atservicesrest/',
      'https://evil.example/webservices1.autotask.net/atservicesrest/',
      'https://webservices1.autotask.net@evil.example/atservicesrest/',
      'https://user:pass@webservices1.autotask.net/atservicesrest/',
      'https://evil.example\\@webservices1.autotask.net/atservicesrest/',
      'https://xwebservices1.autotask.net/atservicesrest/',
      'https://webservices1.x.autotask.net/atservicesrest/',
      'https://webservices.evil.autotask.net/atservicesrest/',
      'https://webservices1-autotask.net/atservicesrest/',
      'https://webservices1.autotask.net/atservicesrest/../admin/',
      'https://webservices1.autotask.net/%2e%2e/atservicesrest/',
      'https://webservices1.аutotask.net/atservicesrest/',
      'https://169.254.169.254/atservicesrest/',
      'https://[::1]/atservicesrest/',
      'https://ww1.autotask.net/atservicesrest/',
    ]) {
      const parsed = new URL(url);
      const safe =
        parsed.hostname === 'webservices1.autotask.net' &&
        parsed.pathname === '/atservicesrest/' &&
        !parsed.username &&
        parsed.protocol === 'https:' &&
        parsed.port === '';
      expect([url, read({}).allows(parsed)]).toEqual([url, safe]);
    }
  });
});

describe('a zone address', () => {
  it('is normalised and gets the version', () => {
    for (const url of [
      'https://webservices15.autotask.net/ATServicesRest/',
      'https://webservices15.autotask.net//ATServicesRest',
      'https://webservices15.autotask.net//ATServicesRest//',
      'https://webservices15.autotask.net/ATServicesRest/v1.0/',
      ' https://WEBSERVICES15.autotask.net:443/ATServicesRest/?x=1#y ',
    ]) {
      expect(zoneUrl(url)?.href).toBe('https://webservices15.autotask.net/ATServicesRest/V1.0');
    }
    expect(zoneUrl('not a url')).toBeUndefined();
  });
});

describe('the integration code', () => {
  it('is refused without being repeated when it cannot be a header', () => {
    expect(() => read({ integrationCode: 'two words' })).toThrow(/AUTOTASK_INTEGRATION_CODE/);
    expect(() => read({ integrationCode: 'two words' })).not.toThrow(/two words/);
  });
});
