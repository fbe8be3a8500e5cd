/**
 * Where requests with secrets may go. ConnectWise: in the cloud `api-<region>.myconnectwise.net` serves the API and
 * `<region>.myconnectwise.net` tells the code base; an installation of one's own is a host that the operator must name.
 */
const CLOUD_HOST = /^(?:api-)?[a-z]{2,10}\.(?:myconnectwise\.net|connectwisedev\.com)$/;
const API_PATH = /^\/v4_6_release\/apis\/3\.0\//;
const INFO_PATH = /^\/login\/companyinfo\/[^/]+$/;

/** For people; the rule itself is `isCloudUrl`. */
export const CLOUD_EGRESS = [
  'https://api-<region>.myconnectwise.net/v4_6_release/apis/3.0/',
  'https://api-staging.connectwisedev.com/v4_6_release/apis/3.0/',
  'https://<region>.myconnectwise.net/login/companyinfo/',
] as const;

export function isCloudHost(host: string): boolean {
  return CLOUD_HOST.test(host);
}

export function isCloudUrl(url: URL): boolean {
  return url.protocol === 'https:' && url.port === '' && isCloudHost(url.hostname) && isPath(url);
}

function isPath({ pathname }: URL): boolean {
  return API_PATH.test(pathname) || INFO_PATH.test(pathname);
}

/** Hosts the operator named: `host` (https only), `host:port`, or a whole origin. */
export interface NamedHosts {
  readonly origins: ReadonlySet<string>;
  readonly hosts: ReadonlySet<string>;
}

export function isNamed({ origins, hosts }: NamedHosts, url: URL): boolean {
  if (origins.has(url.origin)) return true;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return (
    url.protocol === 'https:' && (hosts.has(`${url.hostname}:${port}`) || (port === '443' && hosts.has(url.hostname)))
  );
}

export function createEgressRule(named: NamedHosts): (url: URL) => boolean {
  return (url) =>
    url.username === '' && url.password === '' && (isCloudUrl(url) || (isNamed(named, url) && isPath(url)));
}
