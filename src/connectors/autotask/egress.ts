/**
 * Where requests with secrets may go. Exact on the parsed host: no `endsWith`, no user info, no other port.
 *
 * Autotask: production zones are `webservices<digits>.autotask.net`, the two pre-release ones `prde.` and `pres.`.
 * The list of digits is open on purpose (zones get added); the pattern is not.
 */
const VENDOR_HOST = /^(?:webservices\d{1,4}|prde|pres)\.autotask\.net$/;
const VENDOR_PATH = /^\/atservicesrest\//i;

/** For people; the rule itself is `isVendorUrl`. */
export const VENDOR_EGRESS = [
  'https://webservices<digits>.autotask.net/atservicesrest/',
  'https://prde.autotask.net/atservicesrest/',
  'https://pres.autotask.net/atservicesrest/',
] as const;

export function isVendorUrl(url: URL): boolean {
  return (
    url.protocol === 'https:' && url.port === '' && VENDOR_HOST.test(url.hostname) && VENDOR_PATH.test(url.pathname)
  );
}

/** Hosts the operator named: exact origins, and hosts that were named without scheme. */
export interface ExtraHosts {
  readonly origins: ReadonlySet<string>;
  /** `host` (any port) or `host:port`; plain http and https. */
  readonly hosts: ReadonlySet<string>;
}

export function createEgressRule(extra: ExtraHosts): (url: URL) => boolean {
  return (url) => {
    if (url.username !== '' || url.password !== '') return false;
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return false;
    return isVendorUrl(url) || isNamed(extra, url);
  };
}

export function isNamed(extra: ExtraHosts, url: URL): boolean {
  if (extra.origins.has(url.origin)) return true;
  return extra.hosts.has(url.hostname) || extra.hosts.has(`${url.hostname}:${portOf(url)}`);
}

export function portOf(url: URL): string {
  return url.port || (url.protocol === 'https:' ? '443' : '80');
}
