import { z } from 'zod';
import { revokeKey } from '../access/key-store.js';
import { idempotencyKeyInput } from './credentials.js';
import { ownKey } from './key-rules.js';
import type { Verb } from './run.js';

const input = z.object({ id: z.string(), withMade: z.boolean().nullish(), idempotencyKey: idempotencyKeyInput });

/** Ends a key at once: its requests are refused and its sockets closed. Revoking one that has ended changes nothing. */
export const revokeApiKey: Verb<z.infer<typeof input>, { apiKeyId: string; revokedIds: readonly string[] }> = {
  code: 'RevokeApiKey',
  input,
  summary: ({ withMade }) => (withMade ? 'Revoke an API key and those made with it' : 'Revoke an API key'),
  async run(work, { id, withMade }) {
    const key = await ownKey(work, id);
    return {
      status: 'SUCCEEDED',
      subject: { target: { kind: 'ApiKey', id, name: key.name } },
      summary: `Revoked the API key "${key.name}"${withMade ? ' and those made with it' : ''}`,
      details: { withMade: withMade === true },
      async commit(tx) {
        const at = { now: work.now(), withMade: withMade === true };
        return { apiKeyId: id, revokedIds: await revokeKey(tx, { ...work.scope, id }, at) };
      },
    };
  },
};
