import type { Session } from '../connectors/contract.js';
import { type ConnectorError, isConnectorError } from '../connectors/errors.js';
import type { Database } from '../storage/database.js';
import { withoutDeadline } from '../storage/deadline.js';
import type { ConnectionRow } from './sessions.js';
import { entryError } from './verdicts.js';

/**
 * A session that tells of a refused secret before its caller learns of it: whatever crashes then, the secret is not tried
 * again. The doctor is left alone: a person asked for it, and it settles the connection's state itself.
 */
export function tellingRefusals(session: Session, told: (error: ConnectorError) => Promise<void>): Session {
  async function ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isConnectorError(error) && error.kind === 'authInvalid') await told(error);
      throw error;
    }
  }
  const { checkMapping, vendorQuota, runAction } = session;
  return Object.assign(Object.create(session) as Session, {
    search: (...input) => ask(() => session.search(...input)),
    get: (...input) => ask(() => session.get(...input)),
    snapshot: (...input) => ask(() => session.snapshot(...input)),
    apply: (...input) => ask(() => session.apply(...input)),
    ...(checkMapping && { checkMapping: (...input) => ask(() => checkMapping.apply(session, input)) }),
    ...(vendorQuota && { vendorQuota: (...input) => ask(() => vendorQuota.apply(session, input)) }),
    ...(runAction && { runAction: (...input) => ask(() => runAction.apply(session, input)) }),
  } satisfies Partial<Session>);
}

/**
 * A refused secret ends all traffic of its connection, for all instances: another try could lock the API user. Credentials
 * that were replaced since then are not what was refused. Never throws: the refusal is what its caller must learn.
 */
export function createSecretStop(options: { readonly db: Database; readonly log: (message: string) => void }) {
  const { db, log } = options;
  return async function stop(connection: ConnectionRow, error: ConnectorError): Promise<void> {
    const { tenantId, id, credentialsVersion } = connection;
    const { code, message } = entryError(error);
    try {
      await withoutDeadline(() =>
        db.client.connection.updateMany({
          where: { tenantId, id, credentialsVersion, status: { in: ['ACTIVE', 'DEGRADED'] } },
          data: { status: 'INVALID', statusCode: code, statusReason: message, updatedAt: new Date() },
        }),
      );
    } catch (failure) {
      log(`Connection ${id} could not be stopped after its secret was refused: ${(failure as Error).name}.`);
    }
  };
}
