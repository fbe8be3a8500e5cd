import type { ConnectorContext, Session } from '../connectors/contract.js';
import { createHttpClient } from '../connectors/http.js';
import type { Registry } from '../connectors/registry.js';
import type { Sealer } from '../storage/sealed.js';
import { Secret } from '../storage/secret.js';
import type { VendorBudget } from './budget.js';
import { countCall } from './call-meter.js';

/** The stored connection, as far as opening a session needs it. */
export interface ConnectionRow {
  readonly tenantId: string;
  readonly id: string;
  readonly connectorId: string;
  readonly currency: string;
  readonly settings: unknown;
  readonly sealedCredentials: string | null;
  readonly credentialsVersion: number;
  /** The vendor's instance, once a check told it: connections to one instance share its budget. */
  readonly instanceKey: string | null;
}

export type CredentialValues = { readonly [name: string]: string | undefined };

export interface Sessions {
  /** The session of a stored connection; one per process and version of its credentials. */
  of(connection: ConnectionRow): Session;
  /** A session on credentials that are not stored. The caller disposes of it. */
  open(input: {
    readonly id: string;
    readonly connectorId: string;
    readonly currency: string;
    readonly credentials: CredentialValues;
    readonly settings: CredentialValues;
    /** Absent: a budget of its own, until a check has told the instance. */
    readonly instanceKey?: string | null;
  }): Session;
  seal(
    connection: { readonly tenantId: string; readonly id: string },
    credentials: CredentialValues,
  ): SealedCredentials;
  forget(connectionId: string): void;
  close(): Promise<void>;
}

export interface SealedCredentials {
  readonly sealedCredentials: string;
  readonly fingerprint: string;
}

/** Opens credentials only here, and hands secret ones on as `Secret`. */
export function createSessions(options: {
  readonly connectors: Registry;
  readonly sealer: Sealer;
  readonly budget: VendorBudget;
  readonly now: () => Date;
}): Sessions {
  const cached = new Map<string, { version: number; session: Session }>();

  function open(input: Parameters<Sessions['open']>[0]): Session {
    const connector = options.connectors.find(input.connectorId);
    if (!connector) throw new Error(`The connector "${input.connectorId}" is not registered in this gateway.`);
    const http = createHttpClient({
      allows: (url) => connector.allows(url),
      admit: options.budget.of(`${input.connectorId}:${input.instanceKey ?? input.id}`, connector.descriptor.limits),
      onCall: countCall,
      timeoutMs: 60_000,
    });
    const context: ConnectorContext = {
      credentials: Object.fromEntries(
        connector.descriptor.credentials.map(({ name, secret }) => {
          const value = input.credentials[name];
          return [name, value !== undefined && secret ? new Secret(value) : value];
        }),
      ),
      settings: input.settings,
      connection: { id: input.id, currency: input.currency },
      http,
      now: options.now,
    };
    const session = connector.connect(context);
    return Object.assign(Object.create(session) as Session, {
      dispose: async () => {
        await session.dispose?.();
        await http.close();
      },
    });
  }

  function forget(connectionId: string): void {
    const old = cached.get(connectionId);
    cached.delete(connectionId);
    void old?.session.dispose?.();
  }

  const place = (connection: { tenantId: string; id: string }) => ({
    table: 'Connection',
    column: 'sealedCredentials',
    tenantId: connection.tenantId,
    rowId: connection.id,
  });

  return {
    open,
    forget,
    of(connection) {
      const known = cached.get(connection.id);
      if (known?.version === connection.credentialsVersion) return known.session;
      if (connection.sealedCredentials === null) throw new Error('The credentials of this connection were erased.');
      const opened = options.sealer.open(connection.sealedCredentials, place(connection));
      forget(connection.id);
      const session = open({
        id: connection.id,
        connectorId: connection.connectorId,
        currency: connection.currency,
        credentials: JSON.parse(opened) as CredentialValues,
        settings: connection.settings as CredentialValues,
        instanceKey: connection.instanceKey,
      });
      cached.set(connection.id, { version: connection.credentialsVersion, session });
      return session;
    },
    seal(connection, credentials) {
      const text = JSON.stringify(credentials);
      return {
        sealedCredentials: options.sealer.seal(text, place(connection)),
        fingerprint: options.sealer.fingerprint(text, place(connection)),
      };
    },
    async close() {
      const open = [...cached.values()];
      cached.clear();
      await Promise.all(open.map(({ session }) => session.dispose?.()));
    },
  };
}
