import type { RequestsPerMinute } from '../access/request-rate.js';
import type { RequestPolicy } from '../server/options.js';
import { manifestFault, readManifest } from './manifest.js';
import { listOf, type Values, type Variable } from './variable.js';

/** Who may send other documents, by who may not. */
const OTHERS = { off: 'everyone', viewers: 'administrators', on: 'nobody' } as const;
const ORIGIN = /^https?:\/\/[^/?#@\s]+$/;

/** Who may ask from where, and how often. */
export const REQUEST_VARIABLES = [
  {
    name: 'GATEWAY_ALLOWED_ORIGINS',
    help: 'Origins whose pages may ask, such as https://portal.example.com, separated by commas; the own one may always. * lets any: tokens are sent by pages that have one, never by a browser by itself.',
    default: '*',
    check: (value) =>
      value === '*' || (listOf(value).length > 0 && listOf(value).every((origin) => ORIGIN.test(origin)))
        ? null
        : 'must be * or a list of origins such as https://portal.example.com, without a path',
  },
  {
    name: 'GATEWAY_INTROSPECTION',
    help: 'Who may ask for the schema: everyone, signed-in, administrators or nobody.',
    default: 'signed-in',
    check: (value) =>
      /^(everyone|signed-in|administrators|nobody)$/.test(value)
        ? null
        : 'must be everyone, signed-in, administrators or nobody',
  },
  {
    name: 'GATEWAY_GRAPHIQL',
    help: 'Whether a browser at /graphql gets GraphiQL: on or off. Its page asks for a key like any other caller.',
    default: 'off',
    check: (value) => (/^(on|off)$/.test(value) ? null : 'must be on or off'),
  },
  {
    name: 'GATEWAY_REQUESTS_PER_MINUTE',
    help: 'Requests a minute of one key or person, over all instances; 0: as many as they like.',
    default: '0',
    check: (value) => (/^\d{1,7}$/.test(value) ? null : 'must be a whole number'),
  },
  {
    name: 'GATEWAY_REQUESTS_PER_MINUTE_TENANT',
    help: 'Requests a minute of a CSP and its Resellers together, over all instances; 0: as many as they like.',
    default: '0',
    check: (value) => (/^\d{1,7}$/.test(value) ? null : 'must be a whole number'),
  },
  {
    name: 'GATEWAY_SOCKETS_PER_CALLER',
    help: 'WebSockets one key or person may have open on one instance.',
    default: '100',
    check: (value) => (/^[1-9]\d{0,5}$/.test(value) ? null : 'must be a whole number above 0'),
  },
  {
    name: 'GATEWAY_OPERATIONS_PER_CALLER',
    help: 'Operations one key or person may have under way on one instance, live fields included.',
    default: '2000',
    check: (value) => (/^[1-9]\d{0,5}$/.test(value) ? null : 'must be a whole number above 0'),
  },
  {
    name: 'GATEWAY_REQUEST_SECONDS',
    help: 'How long an operation may take before it is given up, with what it asks the database and a PSA. Writes to a PSA have limits of their own.',
    default: '30',
    check: (value) => (/^[1-9]\d{0,2}$/.test(value) ? null : 'must be a whole number of seconds, 1 to 999'),
  },
  {
    name: 'GATEWAY_PERSISTED_OPERATIONS',
    help: 'A file of documents by id, {"<id>": "query ..."}, as code generators write it; clients then send the id only. Absent: none.',
    check: manifestFault,
  },
  {
    name: 'GATEWAY_ONLY_PERSISTED',
    help: 'Who may send no documents but those of that file: off (nobody is bound), viewers or on (everyone is).',
    default: 'off',
    check: (value) => (/^(on|viewers|off)$/.test(value) ? null : 'must be on, viewers or off'),
  },
] as const satisfies readonly Variable[];

/** Adds what is missing to `faults`. To be asked of values that have none of their own. */
export function requestPolicyOf(
  values: Values,
  faults: string[],
): RequestPolicy & { readonly requestsPerMinute: RequestsPerMinute } {
  const { GATEWAY_ALLOWED_ORIGINS: origins, GATEWAY_PERSISTED_OPERATIONS: file } = values;
  const only = values.GATEWAY_ONLY_PERSISTED as keyof typeof OTHERS;
  if (only !== 'off' && !file) {
    faults.push(`GATEWAY_PERSISTED_OPERATIONS is needed with GATEWAY_ONLY_PERSISTED=${only}.`);
  }
  return {
    origins: origins === '*' ? null : listOf(origins),
    introspection: values.GATEWAY_INTROSPECTION as RequestPolicy['introspection'],
    graphiql: values.GATEWAY_GRAPHIQL === 'on',
    socketsPerCaller: Number(values.GATEWAY_SOCKETS_PER_CALLER),
    operationsPerCaller: Number(values.GATEWAY_OPERATIONS_PER_CALLER),
    deadlineMs: 1000 * Number(values.GATEWAY_REQUEST_SECONDS),
    persisted: file && faults.length === 0 ? { documents: readManifest(file), others: OTHERS[only] } : null,
    requestsPerMinute: {
      caller: Number(values.GATEWAY_REQUESTS_PER_MINUTE),
      tenant: Number(values.GATEWAY_REQUESTS_PER_MINUTE_TENANT),
    },
  };
}
