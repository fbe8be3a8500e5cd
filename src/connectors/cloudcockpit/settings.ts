import type { OptionField } from '../contract.js';
import type { SecretText } from '../transport.js';
import { secretOf } from './secret.js';

/** CloudCockpit: where the API is, where its tokens come from, and what they are for. The same for every portal. */
const API = 'https://api.cloudcockpit.com';
const TOKENS = 'https://login.microsoftonline.com/4e806121-ff28-4286-ab4e-3be0a08f9ce0/oauth2/v2.0/token';
const SCOPE = 'api://b92a36a4-feb8-4f47-a69c-29a180aa6d0a/.default';

const PRINTABLE = '^[\\x21-\\x7E]+$';

/** What the operator sets. The last three are the vendor's own and change for nobody but who runs a simulator. */
export const options: readonly OptionField[] = [
  {
    name: 'tenant',
    variable: 'CLOUDCOCKPIT_TENANT',
    title: 'Portal domain',
    help: 'Domain of the portal of the source "cloudcockpit", such as portal.example.com (docs/connectors/cloudcockpit.md).',
    secret: false,
    required: true,
    maxLength: 253,
    pattern: '^[A-Za-z0-9.-]+$',
    example: 'portal.example.com',
  },
  {
    name: 'clientId',
    variable: 'CLOUDCOCKPIT_CLIENT_ID',
    title: 'Client id',
    help: 'Client id of the API access that was made on the portal.',
    secret: false,
    required: true,
    maxLength: 100,
    pattern: PRINTABLE,
  },
  {
    name: 'clientSecret',
    variable: 'CLOUDCOCKPIT_CLIENT_SECRET',
    title: 'Client secret',
    help: 'Client secret of that API access.',
    secret: true,
    required: true,
    maxLength: 500,
    pattern: PRINTABLE,
  },
  {
    name: 'url',
    variable: 'CLOUDCOCKPIT_URL',
    title: 'Address of the API',
    help: 'Address of the API of CloudCockpit: https, or http on this machine.',
    secret: false,
    required: false,
    default: API,
  },
  {
    name: 'tokenUrl',
    variable: 'CLOUDCOCKPIT_TOKEN_URL',
    title: 'Address of the token endpoint',
    help: 'Where the tokens for the API of CloudCockpit come from: https, or http on this machine. The client secret goes nowhere else.',
    secret: false,
    required: false,
    default: TOKENS,
  },
  {
    name: 'scope',
    variable: 'CLOUDCOCKPIT_SCOPE',
    title: 'Scope',
    help: 'What the tokens for the API of CloudCockpit are for.',
    secret: false,
    required: false,
    default: SCOPE,
    pattern: PRINTABLE,
  },
];

export interface Settings {
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: SecretText;
  /** Without a trailing slash. */
  readonly url: string;
  readonly tokenUrl: string;
  readonly scope: string;
  readonly allows: (url: URL) => boolean;
  /** Whether the operator named the host of a URL. */
  readonly named: (url: URL) => boolean;
}

/** Reads the options. Throws one sentence per fault; none repeats a value. */
export function readSettings(values: { readonly [name: string]: string | undefined }): Settings {
  const faults: string[] = [];
  const read = (variable: string, text: string): URL => {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url && isTrusted(url)) return url;
    faults.push(`${variable} must be an https address, or an http one on this machine, without a password or a query.`);
    return new URL(API);
  };
  const api = read('CLOUDCOCKPIT_URL', values.url ?? API);
  const tokens = read('CLOUDCOCKPIT_TOKEN_URL', values.tokenUrl ?? TOKENS);
  if (faults.length > 0) throw new Error(faults.join(' '));
  const url = pathOf(api).replace(/\/+$/, '');
  const own = [API, TOKENS].map((text) => new URL(text).origin);
  return {
    tenant: values.tenant ?? '',
    clientId: values.clientId ?? '',
    clientSecret: secretOf(values.clientSecret ?? ''),
    url,
    tokenUrl: tokens.href,
    scope: values.scope ?? SCOPE,
    allows: (each) => each.href === tokens.href || (isPlain(each) && pathOf(each).startsWith(`${url}/v1/`)),
    named: ({ origin }) => !own.includes(origin) && [api.origin, tokens.origin].includes(origin),
  };
}

const isPlain = ({ username, password }: URL) => username === '' && password === '';
const pathOf = ({ origin, pathname }: URL) => `${origin}${pathname}`;

/** Whoever reads along on the way has the secret: only this machine may be asked without TLS. */
function isTrusted(url: URL): boolean {
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  const safe = url.protocol === 'https:' || (url.protocol === 'http:' && local);
  return safe && isPlain(url) && url.search === '' && url.hash === '';
}
