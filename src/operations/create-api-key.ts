import { z } from 'zod';
import { storeKey } from '../access/key-store.js';
import { moment, text } from '../marketplace/fields.js';
import { idempotencyKeyInput } from './credentials.js';
import { endOfKey } from './key-rules.js';
import type { Verb } from './run.js';

const input = z.object({
  name: text(100),
  role: z.enum(['ADMINISTRATOR', 'VIEWER']),
  expiresAt: moment.nullish(),
  idempotencyKey: idempotencyKeyInput,
});

/** Makes an API key of the caller's own organization. Its text is answered this once; a repeat of the call has none. */
export const createApiKey: Verb<z.infer<typeof input>, { apiKeyId: string; token: string }> = {
  code: 'CreateApiKey',
  input,
  summary: ({ name, role }) => `Create the API key "${name}" (${role})`,
  async run(work, { name, role, expiresAt: wanted }) {
    const id = work.newId();
    const { principal } = work.caller;
    const expiresAt = endOfKey(principal, wanted ?? null, work.now());
    const keyId = principal.actor.kind === 'API_KEY' ? principal.actor.id : null;
    return {
      status: 'SUCCEEDED',
      subject: { target: { kind: 'ApiKey', id, name } },
      details: { role, expiresAt },
      async commit(tx) {
        const key = { ...work.scope, id, name, role, expiresAt, maker: { keyId, name: principal.actor.name } };
        return { apiKeyId: id, token: await storeKey(tx, key) };
      },
    };
  },
};
