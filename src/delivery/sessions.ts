import type { ConnectorContext, HttpClient, Session } from '../connectors/contract.js';
import { ConnectorError } from '../connectors/errors.js';
import { createHttpClient } from '../connectors/http.js';
import type { Registry } from '../connectors/registry.js';
import { Secret } from '../storage/secret.js';
import type { Vault, VaultPlace } from '../storage/vault.js';
import { inSpan, SpanKind } from '../telemetry/trace.js';
import { budgetKey, type VendorBudget } from './budget.js';
import { countCall } from './call-meter.js';
import { underDeadline } from './deadline-session.js';
import { lazily } from './lazy-session.js';
import { tellingRefusals } from './refusal-session.js';

/** The stored connection, as far as opening a session needs it. */
export interface ConnectionRow {
  readonly tenantId: string;
  /** Whose it is: the credentials open with a key of this organization only. */
  readonly organizationId: string;
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
  /** Seals credentials for a connection. Not inside a transaction: the key may be far away. */
  seal(connection: Place, credentials: CredentialValues): Promise<SealedCredentials>;
  /** A session on the credentials that wait for their check. The caller disposes of it. */
  openPending(connection: PendingRow): Promise<Session>;
  /** The credentials that wait, sealed to take the place of those in use. */
  takePending(connection: PendingRow): Promise<SealedCredentials>;
  forget(connectionId: string): void;
  close(): Promise<void>;
}

interface Place {
  readonly tenantId: string;
  readonly organizationId: string;
  readonly id: string;
}

export interface PendingRow extends Place {
  readonly connectorId: string;
  readonly currency: string;
  readonly instanceKey: string | null;
  readonly pendingCredentials: string | null;
  readonly pendingSettings: unknown;
}

export interface SealedCredentials {
  readonly sealedCredentials: string;
  /** The same, sealed to wait for a check. */
  readonly pendingCredentials: string;
  readonly fingerprint: string;
}

/** A call that was sent, to which connector; without its path, which holds ids. */
export interface EndedCall {
  readonly connectorId: string;
  readonly method: string;
  /** Null: no answer came. */
  readonly status: number | null;
  readonly milliseconds: number;
}

/** Opens credentials only here, and hands secret ones on as `Secret`. */
export function createSessions(options: {
  readonly connectors: Registry;
  readonly vault: Vault;
  readonly budget: VendorBudget;
  /** Told that the vendor refuses the secret of a stored connection, before whoever asked learns of it. */
  readonly refused: (connection: ConnectionRow, error: ConnectorError) => Promise<void>;
  /** Told how each call of a stored connection ended; the error, or null for an answer. */
  readonly note?: (connection: ConnectionRow, error: unknown) => void;
  /** Told of each call when it ended. */
  readonly onCall?: (call: EndedCall) => void;
  readonly now: () => Date;
}): Sessions {
  const cached = new Map<string, { opened: string; session: Session }>();

  /** Who hears of a stored connection's calls. */
  interface Listener {
    readonly note: (error: unknown) => void;
    readonly refused: (error: ConnectorError) => Promise<void>;
  }

  function open(input: Parameters<Sessions['open']>[0], listener?: Listener): Session {
    const connector = options.connectors.find(input.connectorId);
    if (!connector) throw new Error(`The connector "${input.connectorId}" is not registered in this gateway.`);
    // Only of a known instance: the count of one whose connections do not share it yet would mislead.
    const quota = input.instanceKey ? () => session.vendorQuota?.() : undefined;
    const http = createHttpClient({
      allows: (url) => connector.allows(url),
      mayBePrivate: (url) => connector.mayBePrivate?.(url) ?? false,
      admit: options.budget.of(budgetKey(input), connector.descriptor.limits, quota),
      limitHit: (response) => connector.limitHit?.(response, options.now()),
      onCall({ method, status, milliseconds }) {
        countCall();
        options.onCall?.({ connectorId: input.connectorId, method, status, milliseconds });
      },
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
      http: traced(listener ? noted(http, listener.note) : http, input.connectorId),
      now: options.now,
    };
    const connected = connector.connect(context);
    const session = listener ? tellingRefusals(connected, listener.refused) : connected;
    return Object.assign(underDeadline(session), {
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

  type Column = 'sealedCredentials' | 'pendingCredentials';
  const place = ({ tenantId, organizationId, id }: Place, column: Column): VaultPlace => ({
    ...{ table: 'Connection', column, rowId: id },
    ...{ tenantId, organizationId },
  });

  async function pendingOf(row: PendingRow): Promise<CredentialValues> {
    if (row.pendingCredentials === null) throw new Error('No credentials of this connection wait for a check.');
    return JSON.parse(await options.vault.open(row.pendingCredentials, place(row, 'pendingCredentials')));
  }

  async function seal(connection: Place, credentials: CredentialValues): Promise<SealedCredentials> {
    const text = JSON.stringify(credentials);
    const { vault } = options;
    const inUse = place(connection, 'sealedCredentials');
    return {
      sealedCredentials: await vault.seal(text, inUse),
      pendingCredentials: await vault.seal(text, place(connection, 'pendingCredentials')),
      fingerprint: await vault.fingerprint(text, inUse),
    };
  }

  return {
    open,
    forget,
    seal,
    of(connection) {
      const { credentialsVersion, instanceKey } = connection;
      const known = cached.get(connection.id);
      const version = `${credentialsVersion} ${instanceKey}`;
      if (known?.opened === version) return known.session;
      const sealed = connection.sealedCredentials;
      if (sealed === null) throw new Error('The credentials of this connection were erased.');
      const { id, connectorId, currency } = connection;
      const settings = connection.settings as CredentialValues;
      const from = place(connection, 'sealedCredentials');
      const opened = (text: string) =>
        open(
          { id, connectorId, currency, credentials: JSON.parse(text), settings, instanceKey },
          {
            note: (error) => options.note?.(connection, error),
            async refused(error) {
              await options.refused(connection, error);
              // It may remember the refusal; a person may find the same credentials good again.
              if (cached.get(id)?.opened === version) forget(id);
            },
          },
        );
      const text = options.vault.openNow(sealed, from);
      const session = text === null ? lazily(async () => opened(await options.vault.open(sealed, from))) : opened(text);
      forget(id);
      cached.set(id, { opened: version, session });
      return session;
    },
    async openPending(row) {
      const { id, connectorId, currency, instanceKey } = row;
      const settings = row.pendingSettings as CredentialValues;
      return open({ id, connectorId, currency, instanceKey, settings, credentials: await pendingOf(row) });
    },
    takePending: async (row) => seal(row, await pendingOf(row)),
    async close() {
      const open = [...cached.values()];
      cached.clear();
      await Promise.all(open.map(({ session }) => session.dispose?.()));
    },
  };
}

/** An answer that a proxy gives for a server behind it is none. */
const NO_ANSWER = [502, 503, 504];

function noted(http: HttpClient, note: (error: unknown) => void): HttpClient {
  return {
    async send(request) {
      try {
        const response = await http.send(request);
        const failed = NO_ANSWER.includes(response.status);
        note(failed ? new ConnectorError('unavailable', 'No answer.', { code: 'NO_ANSWER' }) : null);
        return response;
      } catch (error) {
        note(error);
        throw error;
      }
    },
  };
}

/** A span for each call, waiting for the budget included. Its path stays out: it holds ids and search texts. */
function traced(http: HttpClient, connectorId: string): HttpClient {
  return {
    send: (request) =>
      inSpan(
        `${connectorId} ${request.method}`,
        {
          kind: SpanKind.CLIENT,
          attributes: { 'http.request.method': request.method, 'server.address': hostOf(request.url) },
        },
        () => http.send(request),
        ({ status }) => ({ 'http.response.status_code': status }),
      ),
  };
}

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : '');
