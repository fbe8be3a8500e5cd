import { createHash } from 'node:crypto';
import type { ApiKeys } from './api-keys.js';
import { KEY_PREFIX } from './key-store.js';
import type { Principal } from './principal.js';

/** A token that was checked is trusted this long without another look at its signature and organization. */
const CACHE_MS = 5_000;
const CACHE_SIZE = 10_000;

export type Authenticate = (token: string) => Promise<Principal | null>;

/** Who is behind a token of either kind, or null. A program's key begins with its prefix, a person's token is a JWT. */
export function createCallers(options: {
  readonly apiKeys: Pick<ApiKeys, 'authenticate'>;
  readonly oidc: Authenticate | null;
  readonly now: () => Date;
}): Authenticate {
  const { apiKeys, oidc, now } = options;
  const known = new Map<string, { principal: Principal; until: number }>();

  return async (token) => {
    if (token.startsWith(KEY_PREFIX)) return apiKeys.authenticate(token);
    if (!oidc) return null;
    const hash = createHash('sha256').update(token).digest('base64');
    const at = now().getTime();
    const cached = known.get(hash);
    if (cached && cached.until > at) return cached.principal;
    known.delete(hash);
    const principal = await oidc(token);
    if (!principal) return null;
    if (known.size >= CACHE_SIZE) known.clear();
    known.set(hash, { principal, until: Math.min(at + CACHE_MS, principal.expiresAt?.getTime() ?? Infinity) });
    return principal;
  };
}
