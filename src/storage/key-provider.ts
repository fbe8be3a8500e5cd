import { createSealer, type SealContext, type SealingKey } from './sealed.js';

/**
 * Who keeps the key that wraps all data keys. The gateway's own memory (environment or key file) is one; a cloud's key
 * service is another: `wrap` and `unwrap` are its encrypt and decrypt, with `place` as the encryption context.
 */
export interface KeyProvider {
  /** Id of the key that wraps now. */
  currentId(): Promise<string>;
  /** Wraps a data key with the current key, bound to its place. */
  wrap(dataKey: Buffer, place: SealContext): Promise<{ readonly kekId: string; readonly wrapped: string }>;
  /** Throws SealedSecretError: UNKNOWN_KEY, TAMPERED or MALFORMED. */
  unwrap(wrapped: string, place: SealContext): Promise<Buffer>;
  /** Opens what was sealed with the key itself, before there were data keys. Throws SealedSecretError. */
  openDirect(sealed: string, place: SealContext): string;
}

/**
 * Keys at hand: the first wraps, all unwrap. `load` is asked again for each wrapping and for each unknown key, so that a
 * running gateway follows a key file that `secrets rotate` has changed.
 */
export async function createLocalKeys(load: () => Promise<readonly SealingKey[]>): Promise<KeyProvider> {
  let keys = await load();
  let sealer = createSealer({ keys });

  async function reload(): Promise<void> {
    keys = await load();
    sealer = createSealer({ keys });
  }

  const open = (wrapped: string, place: SealContext) => Buffer.from(sealer.open(wrapped, place), 'base64');

  return {
    async currentId() {
      await reload();
      return keys[0]?.id ?? '';
    },
    async wrap(dataKey, place) {
      await reload();
      return { kekId: keys[0]?.id ?? '', wrapped: sealer.seal(dataKey.toString('base64'), place) };
    },
    async unwrap(wrapped, place) {
      const known = keys.some(({ id }) => wrapped.startsWith(`v1.${id}.`));
      if (!known) await reload();
      return open(wrapped, place);
    },
    openDirect: (sealed, place) => sealer.open(sealed, place),
  };
}
