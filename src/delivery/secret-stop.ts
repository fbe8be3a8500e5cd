import type { ConnectorError } from '../connectors/errors.js';
import type { Database } from '../storage/database.js';
import { withoutDeadline } from '../storage/deadline.js';
import type { ConnectionRow } from './sessions.js';
import { entryError } from './verdicts.js';

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
