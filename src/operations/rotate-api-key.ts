import { z } from 'zod';
import { rotateKey } from '../access/key-store.js';
import { moment, wholeNumber } from '../marketplace/fields.js';
import { idempotencyKeyInput } from './credentials.js';
import { endOfKey, ownKey, type StoredKey } from './key-rules.js';
import { Refusal } from './refusal.js';
import type { Verb } from './run.js';

const DEFAULT_OVERLAP_SECONDS = 24 * 60 * 60;
const MAX_OVERLAP_SECONDS = 30 * DEFAULT_OVERLAP_SECONDS;

const input = z.object({
  id: z.string(),
  overlapSeconds: wholeNumber.max(MAX_OVERLAP_SECONDS, `At most ${MAX_OVERLAP_SECONDS}, which is 30 days.`).nullish(),
  expiresAt: moment.nullish(),
  idempotencyKey: idempotencyKeyInput,
});

/** Gives a key a new text. The one before works on for the overlap, so that nothing that uses it has to stop. */
export const rotateApiKey: Verb<z.infer<typeof input>, { apiKeyId: string; token: string }> = {
  code: 'RotateApiKey',
  input,
  summary: () => 'Rotate an API key',
  async run(work, { id, overlapSeconds, expiresAt: wanted }) {
    const key = await ownKey(work, id);
    const now = work.now();
    if (key.revokedAt || (key.expiresAt && key.expiresAt <= now)) throw ended(key);
    // Whoever rotates a key learns its text: it may not get one that way that outlives its own.
    const expiresAt = endOfKey(work.caller.principal, wanted ?? key.expiresAt, now);
    const previousUntil = new Date(now.getTime() + 1000 * (overlapSeconds ?? DEFAULT_OVERLAP_SECONDS));
    return {
      status: 'SUCCEEDED',
      subject: { target: { kind: 'ApiKey', id, name: key.name } },
      summary: `Rotated the API key "${key.name}"; its text before works until ${previousUntil.toISOString()}`,
      details: { expiresAt, previousUntil },
      async commit(tx) {
        const token = await rotateKey(tx, { ...work.scope, id }, { now, previousUntil, expiresAt });
        if (token === null) throw ended(key);
        return { apiKeyId: id, token };
      },
    };
  },
};

function ended({ name }: StoredKey): Refusal {
  return new Refusal({
    type: 'InvalidInput',
    code: 'KEY_ENDED',
    message: `The API key "${name}" has ended. Create a new one.`,
    path: ['input', 'id'],
  });
}
