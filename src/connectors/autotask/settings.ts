import type { OptionField } from '../contract.js';
import type { InstanceFacts } from '../define.js';
import { createEgressRule, isNamed, isVendorUrl } from './egress.js';

const DEFAULT_DISCOVERY = 'https://webservices2.autotask.net/atservicesrest';

/** What the operator sets once for the instance. */
export const options: readonly OptionField[] = [
  {
    name: 'integrationCode',
    variable: 'AUTOTASK_INTEGRATION_CODE',
    title: 'Autotask integration code',
    help: 'The API tracking identifier all connections use that bring none of their own (R7).',
    secret: true,
    required: false,
    maxLength: 100,
    pattern: '^[\\x21-\\x7E]+$',
  },
  {
    name: 'discoveryUrl',
    variable: 'AUTOTASK_DISCOVERY_URL',
    title: 'Autotask zone lookup',
    help: 'Where the zone of an API user is asked. Its origin, host and port, may be called as well.',
    secret: false,
    required: false,
    default: DEFAULT_DISCOVERY,
    example: DEFAULT_DISCOVERY,
  },
  {
    name: 'extraHosts',
    variable: 'AUTOTASK_EXTRA_HOSTS',
    title: 'Further hosts for Autotask',
    help: 'Hosts beside the vendor that may receive requests, separated by commas: host, host:port or a URL.',
    secret: false,
    required: false,
    maxLength: 4000,
    example: 'proxy.example.com:8443',
  },
];

export interface Settings {
  readonly productName: string;
  readonly integrationCode: string | undefined;
  /** The address of the zone lookup, without a query. */
  readonly zoneLookup: string;
  readonly allows: (url: URL) => boolean;
  /** Whether the operator named the host of a URL. */
  readonly named: (url: URL) => boolean;
  /** The hosts named by the operator, for the descriptor. */
  readonly namedHosts: readonly string[];
}

/** Reads the options. Throws one sentence per fault; a sentence never repeats the integration code. */
export function readSettings(values: { readonly [name: string]: string | undefined }, facts: InstanceFacts): Settings {
  const faults: string[] = [];
  const integrationCode = values.integrationCode?.trim() || undefined;
  if (integrationCode !== undefined && !/^[\x21-\x7e]{1,100}$/.test(integrationCode)) {
    faults.push('AUTOTASK_INTEGRATION_CODE must be 1 to 100 printable characters without spaces.');
  }
  const lookup = lookupUrl(values.discoveryUrl?.trim() || DEFAULT_DISCOVERY);
  if (typeof lookup === 'string') faults.push(lookup);
  const origins = new Set<string>();
  const hosts = new Set<string>();
  for (const entry of (values.extraHosts ?? '').split(/[\s,]+/).filter(Boolean)) {
    const fault = readExtraHost(entry, origins, hosts);
    if (fault !== undefined) faults.push(fault);
  }
  if (typeof lookup === 'string' || faults.length > 0) throw new Error(faults.join(' '));
  if (!isVendorUrl(lookup)) origins.add(lookup.origin);
  return {
    productName: facts.productName.trim() || 'CloudCockpit',
    integrationCode,
    zoneLookup: lookup.href,
    allows: createEgressRule({ origins, hosts }),
    named: (url) => isNamed({ origins, hosts }, url),
    namedHosts: [...origins, ...hosts],
  };
}

/**
 * Any sensible form: a bare origin, with `/atservicesrest`, with the version, or the whole lookup address.
 * Autotask: V1.0 is the only version with a zone lookup, so the version is a constant.
 */
function lookupUrl(text: string): URL | string {
  const url = parsed(withScheme(text));
  if (!url) return 'AUTOTASK_DISCOVERY_URL is not a URL.';
  if (url.username || url.password) return 'AUTOTASK_DISCOVERY_URL must not hold a user name or a password.';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'AUTOTASK_DISCOVERY_URL must be http or https.';
  if (/\.autotask\.net$/.test(url.hostname) && url.protocol !== 'https:') {
    return 'AUTOTASK_DISCOVERY_URL must be https for Autotask itself.';
  }
  let path = url.pathname.replace(/\/{2,}/g, '/').replace(/\/+$/, '');
  path = path.replace(/\/(?:zone|version)information$/i, '').replace(/\/v\d+(?:\.\d+)?$/i, '');
  if (!/\/atservicesrest$/i.test(path)) path += '/atservicesrest';
  return new URL(`${url.origin}${path}/V1.0/zoneInformation`);
}

function readExtraHost(entry: string, origins: Set<string>, hosts: Set<string>): string | undefined {
  const bad = `AUTOTASK_EXTRA_HOSTS: "${entry.slice(0, 100)}" is not a host, host:port or URL.`;
  const isUrl = entry.includes('://');
  const url = parsed(isUrl ? entry : `http://${entry}`);
  if (!url || url.username || url.password || url.hostname === '' || /[*?]/.test(entry)) return bad;
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return bad;
  if (isUrl) {
    origins.add(url.origin);
    return undefined;
  }
  if (url.pathname !== '/' || url.search || url.hash) return bad;
  // "host:80" parses to an empty port, so the port is read from the text.
  const port = /:(\d+)$/.exec(entry.replace(/^\[[^\]]*\]/, ''))?.[1];
  hosts.add(port === undefined ? url.hostname : `${url.hostname}:${Number(port)}`);
  return undefined;
}

function withScheme(text: string): string {
  if (text.includes('://')) return text;
  return /^(?:localhost|127\.|\[::1\])/i.test(text) ? `http://${text}` : `https://${text}`;
}

function parsed(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
