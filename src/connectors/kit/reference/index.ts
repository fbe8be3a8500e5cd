/**
 * The reference connector: the smallest complete one, for a PSA that exists only in memory. It is here to be read, and to prove
 * the conformance suite. What a reader finds where:
 *   index         what the package exports: the factory
 *   descriptor    what it is and can do, as data
 *   client        calls and what their answers mean
 *   records       companies, services and contracts
 *   lines         what is billed for a line, read and compared; plan and resolve
 *   session       the members of a session, put together
 *   simulator     the PSA, a real HTTP server, and its side of the conformance suite
 */
import type { Connector, ConnectorFactory } from '../../contract.js';
import { descriptor } from './descriptor.js';
import { createSession } from './session.js';

export const reference: ConnectorFactory = {
  id: 'reference',
  options: [
    {
      name: 'url',
      variable: 'REFERENCE_URL',
      title: 'URL',
      help: 'Where the reference PSA answers.',
      secret: false,
      required: false,
      default: 'http://127.0.0.1:4100',
    },
  ],
  create: ({ url }) => createConnector(url ?? ''),
};

function createConnector(url: string): Connector {
  if (!URL.canParse(url)) throw new Error('REFERENCE_URL is not a URL.');
  const { origin } = new URL(url);
  return {
    descriptor,
    allows: (asked) => asked.origin === origin,
    // Its only host is the one that the operator named.
    mayBePrivate: (asked) => asked.origin === origin,
    limitHit: ({ status, headers }) =>
      status === 429 ? { limitId: 'minute', retryAfterSeconds: Number(headers['retry-after'] ?? 60) } : undefined,
    connect: (context) => createSession(context, origin),
  };
}
