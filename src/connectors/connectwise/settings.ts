import type { OptionField } from '../contract.js';
import type { InstanceFacts } from '../define.js';
import { createEgressRule, isNamed } from './egress.js';

/** What the operator sets once for the instance. */
export const options: readonly OptionField[] = [
  {
    name: 'clientId',
    variable: 'CONNECTWISE_CLIENT_ID',
    title: 'ConnectWise client id',
    help: 'The client id of this integration, registered with ConnectWise; all connections use it that bring none of their own.',
    secret: true,
    required: false,
    maxLength: 100,
    pattern: '^[\\x21-\\x7E]+$',
  },
  {
    name: 'extraHosts',
    variable: 'CONNECTWISE_EXTRA_HOSTS',
    title: 'Hosts of own ConnectWise installations',
    help: 'Hosts beside the ConnectWise cloud that may receive requests, separated by commas: host, host:port or a URL.',
    secret: false,
    required: false,
    maxLength: 4000,
    example: 'psa.example.com',
  },
];

export interface Settings {
  readonly productName: string;
  readonly clientId: string | undefined;
  readonly allows: (url: URL) => boolean;
  /** Whether the operator named the host of a URL. */
  readonly named: (url: URL) => boolean;
  readonly namedHosts: readonly string[];
}

/** Reads the options. Throws one sentence per fault; a sentence never repeats the client id. */
export function readSettings(values: { readonly [name: string]: string | undefined }, facts: InstanceFacts): Settings {
  const faults: string[] = [];
  const clientId = values.clientId?.trim() || undefined;
  if (clientId !== undefined && !/^[\x21-\x7e]{1,100}$/.test(clientId)) {
    faults.push('CONNECTWISE_CLIENT_ID must be 1 to 100 printable characters without spaces.');
  }
  const [origins, hosts] = [new Set<string>(), new Set<string>()];
  for (const entry of (values.extraHosts ?? '').split(/[\s,]+/).filter(Boolean)) {
    if (!readHost(entry, origins, hosts)) {
      faults.push(`CONNECTWISE_EXTRA_HOSTS: "${entry.slice(0, 100)}" is not a host, host:port or URL.`);
    }
  }
  if (faults.length > 0) throw new Error(faults.join(' '));
  const named = { origins, hosts };
  return {
    productName: facts.productName.trim() || 'CloudCockpit',
    clientId,
    allows: createEgressRule(named),
    named: (url) => isNamed(named, url),
    namedHosts: [...origins, ...hosts],
  };
}

function readHost(entry: string, origins: Set<string>, hosts: Set<string>): boolean {
  const isUrl = entry.includes('://');
  const text = isUrl ? entry : `https://${entry}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || url.username || url.password || url.hostname === '' || /[*?]/.test(entry)) return false;
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return false;
  if (!isUrl && (url.pathname !== '/' || url.search || url.hash)) return false;
  if (isUrl) origins.add(url.origin);
  else hosts.add(url.port ? `${url.hostname}:${url.port}` : url.hostname);
  return true;
}
