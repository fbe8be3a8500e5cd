import type { Session } from '../connectors/contract.js';
import { type ConnectorError, isConnectorError } from '../connectors/errors.js';

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
    ...(session.getMany && { getMany: (kind, ids, signal) => ask(() => session.getMany!(kind, ids, signal)) }),
    ...(checkMapping && { checkMapping: (...input) => ask(() => checkMapping.apply(session, input)) }),
    ...(vendorQuota && { vendorQuota: (...input) => ask(() => vendorQuota.apply(session, input)) }),
    ...(runAction && { runAction: (...input) => ask(() => runAction.apply(session, input)) }),
  } satisfies Partial<Session>);
}
