import { z } from 'zod';
import { aliasInput, checkedCredentials, credentialsInput, currencyCode, idempotencyKeyInput } from './credentials.js';
import { Refusal } from './refusal.js';
import type { Verb, Work } from './run.js';
import { verificationJob } from './verify-connector-connection.js';

const input = z.object({
  alias: aliasInput,
  currency: currencyCode,
  credentials: credentialsInput,
  idempotencyKey: idempotencyKeyInput,
});

/** Stores a connection and has it checked in the background; the answer comes at once (R10). */
export const createConnectorConnection: Verb<z.infer<typeof input>, { connectionId: string }> = {
  code: 'CreateConnectorConnection',
  input,
  summary: ({ alias }) => `Create the connection "${alias}"`,
  async run(work, { alias, currency, credentials: given }) {
    const { connectorId, credentials, settings } = checkedCredentials(work.connectors, given);
    await refuseDuplicate(work, alias);
    const id = work.newId();
    const { sealedCredentials, fingerprint } = await work.sessions.seal({ ...work.scope, id }, credentials);
    return {
      status: 'PENDING',
      subject: { connectionId: id, target: { kind: 'Connection', id, name: alias } },
      details: { connector: connectorId, alias, currency, fingerprint },
      async commit(tx) {
        const sealed = { sealedCredentials, fingerprint };
        await tx.connection.create({ data: { ...work.scope, id, connectorId, alias, currency, settings, ...sealed } });
        await work.jobs.enqueue(tx, verificationJob(work.scope, id, work.entryId));
        return { connectionId: id };
      },
    };
  },
  conflicts: { Connection_alias_key: (work, { alias }) => duplicate(work, alias) },
};

export async function refuseDuplicate(work: Work, alias: string, exceptId?: string): Promise<void> {
  const existing = await sameAlias(work, alias);
  if (existing && existing.id !== exceptId) throw duplicateOf(alias, existing.id);
}

export async function duplicate(work: Work, alias: string): Promise<Refusal> {
  return duplicateOf(alias, (await sameAlias(work, alias))?.id ?? null);
}

function sameAlias(work: Work, alias: string) {
  return work.db.client.connection.findFirst({
    where: { ...work.scope, deletedAt: null, alias: { equals: alias, mode: 'insensitive' } },
    select: { id: true },
  });
}

function duplicateOf(alias: string, existingConnectionId: string | null): Refusal {
  return new Refusal({
    type: 'DuplicateAlias',
    code: 'DUPLICATE_ALIAS',
    message: `A connection with the alias "${alias}" exists already. Choose another alias.`,
    path: ['input', 'alias'],
    existingConnectionId,
  });
}
