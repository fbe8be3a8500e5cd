import type { Connector, ConnectorContext, Diagnostic, SecretText, Session } from '../../../src/connectors/contract.js';
import { type ConnectorError, isConnectorError } from '../../../src/connectors/errors.js';
import { createHttpClient } from '../../../src/connectors/http.js';
import { builtInConnectors } from '../../../src/connectors/index.js';

export const USER = 'apiuser@example.com';
export const SECRET = 'S3cret-Value#1';
export const CODE = 'INTEGRATIONCODE0123456789AB';

export function secretText(value: string): SecretText {
  return { reveal: () => value };
}

export function connectorFor(options: Record<string, string | undefined>): Connector {
  const factory = builtInConnectors.find((each) => each.id === 'autotask');
  if (!factory) throw new Error('the connector is not built in');
  return factory.create(options, { productName: 'CloudCockpit' });
}

export interface Opened {
  readonly session: Session;
  readonly connector: Connector;
  readonly clock: { now: Date };
}

/** A session over real HTTP with the host's own client. */
export function open(
  options: Record<string, string | undefined>,
  more: { credentials?: Partial<ConnectorContext['credentials']>; currency?: string; now?: string } = {},
): Opened {
  const connector = connectorFor(options);
  const clock = { now: new Date(more.now ?? '2026-11-23T12:00:00Z') };
  const session = connector.connect({
    credentials: {
      username: USER,
      password: secretText(SECRET),
      integrationCode: secretText(CODE),
      ...more.credentials,
    },
    settings: {},
    connection: { id: 'conn_1', currency: more.currency ?? 'EUR' },
    http: createHttpClient({ allows: (url) => connector.allows(url), timeoutMs: 3_000 }),
    now: () => clock.now,
  });
  return { session, connector, clock };
}

export async function lines(session: Session): Promise<Diagnostic[]> {
  const found: Diagnostic[] = [];
  for await (const line of session.diagnose()) found.push(line);
  return found;
}

export function line(found: readonly Diagnostic[], check: string): Diagnostic {
  const one = found.find((each) => each.check === check);
  if (!one) throw new Error(`no diagnostic ${check}; there are ${found.map((each) => each.check).join(', ')}`);
  return one;
}

export async function failureOf(work: Promise<unknown>): Promise<ConnectorError> {
  try {
    await work;
  } catch (error) {
    if (isConnectorError(error)) return error;
    throw error;
  }
  throw new Error('a ConnectorError was expected');
}
