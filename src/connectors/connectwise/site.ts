import { isCloudHost } from './egress.js';

/** Where a tenant is: the API, and the page that tells its code base without credentials. */
export interface Site {
  /** Without a trailing slash. ConnectWise: `v4_6_release` leads to the build the tenant is on. */
  readonly api: string;
  readonly companyInfo: string;
  readonly host: string;
}

/** ConnectWise: in the cloud the API has a host of its own, `api-` in front of where people log in. */
export function siteOf(entered: string, companyId: string): Site {
  const text = entered.trim().replace(/\/+$/, '');
  const withScheme = text.includes('://') ? text : `https://${text}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : new URL('https://invalid.invalid');
  const host = url.host.replace(/^api-/, '');
  const apiHost = isCloudHost(host) ? `api-${host}` : url.host;
  return {
    api: `${url.protocol}//${apiHost}/v4_6_release/apis/3.0`,
    companyInfo: `${url.protocol}//${isCloudHost(host) ? host : url.host}/login/companyinfo/${encodeURIComponent(companyId)}`,
    host,
  };
}
