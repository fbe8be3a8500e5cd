import type { SealingKey } from './sealed.js';
import { parseSecretKey, readKeys, SecretKeyError } from './secret-key.js';

/** The keys at hand: those of the configuration, or of the key file; the first one seals. Throws SecretKeyError. */
export async function sealingKeys(
  config: { readonly secretKey: string | null; readonly acceptedKeys: readonly string[] },
  file: string,
): Promise<readonly SealingKey[]> {
  const own = config.secretKey ? [parseSecretKey(config.secretKey)] : await readKeys(file);
  if (!own) throw new SecretKeyError(`There is no key: neither GATEWAY_SECRET_KEY nor the key file ${file}.`);
  const accepted = config.acceptedKeys.map((text) => parseSecretKey(text, 'GATEWAY_SECRET_KEYS_ACCEPTED'));
  const known = new Set<string>();
  return [...own, ...accepted].filter(({ id }) => !known.has(id) && known.add(id));
}
