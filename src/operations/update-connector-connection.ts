import { z } from 'zod';
import { ownConnection } from './connection-access.js';
import { duplicate, refuseDuplicate } from './create-connector-connection.js';
import { aliasInput, checkedCredentials, credentialsInput, idempotencyKeyInput } from './credentials.js';
import { notFound, Refusal } from './refusal.js';
import type { Verb } from './run.js';
import { verificationJob } from './verify-connector-connection.js';

const input = z.object({
  id: z.string(),
  alias: aliasInput.nullish(),
  credentials: credentialsInput.nullish(),
  idempotencyKey: idempotencyKeyInput,
});

/** Renames a connection, or replaces its credentials: mappings stay, and the old ones work until the new are checked. */
export const updateConnectorConnection: Verb<z.infer<typeof input>, { connectionId: string }> = {
  code: 'UpdateConnectorConnection',
  input,
  summary: ({ credentials }) => (credentials ? 'Replace the credentials of a connection' : 'Rename a connection'),
  async run(work, { id, alias, credentials: given }) {
    const connection = await ownConnection(work, id, ['input', 'id']);
    if (alias) await refuseDuplicate(work, alias, id);
    const checked = given ? checkedCredentials(work.connectors, given) : null;
    if (checked && checked.connectorId !== connection.connectorId) {
      throw new Refusal({
        type: 'InvalidInput',
        code: 'OTHER_CONNECTOR',
        message: `This connection belongs to the connector "${connection.connectorId}". Create a new connection for another one.`,
        path: ['input', 'credentials'],
      });
    }
    const sealed = checked ? await work.sessions.seal({ ...work.scope, id }, checked.credentials) : null;
    return {
      status: checked ? 'PENDING' : 'SUCCEEDED',
      subject: { connectionId: id, target: { kind: 'Connection', id, name: alias ?? connection.alias } },
      // Names of what changed, never values; fingerprints tell secrets apart without knowing them.
      details: {
        changed: [...(alias ? ['alias'] : []), ...(checked ? ['credentials'] : [])],
        ...(sealed && { fingerprint: { before: connection.fingerprint, after: sealed.fingerprint } }),
      },
      async commit(tx) {
        // Deleted meanwhile: nothing may come back to life, least of all a secret.
        const { count } = await tx.connection.updateMany({
          where: { ...work.scope, id, deletedAt: null },
          data: {
            updatedAt: work.now(),
            ...(alias && { alias }),
            ...(checked &&
              sealed && {
                // Those in use stay until these have passed their check.
                pendingCredentials: sealed.pendingCredentials,
                pendingSettings: checked.settings,
                pendingAuditLogId: work.entryId,
              }),
          },
        });
        if (count === 0) throw notFound('connection', ['input', 'id']);
        if (checked) await work.jobs.enqueue(tx, verificationJob(work.scope, id, work.entryId, { pending: true }));
        return { connectionId: id };
      },
    };
  },
  conflicts: { Connection_alias_key: (work, { alias }) => duplicate(work, alias ?? '') },
};
