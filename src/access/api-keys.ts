import type { Database, Queries } from '../storage/database.js';
import type { NewId } from '../storage/ids.js';
import { digest, KEY_PREFIX, type NewKey, storeKey } from './key-store.js';
import type { Principal } from './principal.js';

/** A known key is trusted this long without asking the database; one revoked on another instance stops within it. */
const CACHE_MS = 5_000;
const CACHE_SIZE = 10_000;
const USE_WRITTEN_EVERY_MS = 60_000;

export interface ApiKeys {
  /** Makes a key and returns its text, which is shown this once. */
  create(tx: Queries, key: Omit<NewKey, 'id'>): Promise<string>;
  /** The principal of a key, or null when it is unknown, expired or revoked. */
  authenticate(token: string): Promise<Principal | null>;
  /** Looks a changed key up again at its next use, instead of when its time in the cache is over. */
  forget(ids: readonly string[]): void;
}

interface KeyRow extends Omit<Principal, 'actor' | 'expiresAt'> {
  readonly id: string;
  readonly name: string;
  readonly endsAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** API keys: a prefix and 256 random bits, stored as SHA-256 (so much entropy needs no slow hash). */
export function createApiKeys(db: Database, newId: NewId, now: () => Date): ApiKeys {
  const cache = new Map<string, { principal: Principal | null; until: number }>();

  async function lookUp(hash: Uint8Array): Promise<Principal | null> {
    const at = now();
    const [row] = await db.client.$queryRaw<KeyRow[]>`
      SELECT k."id"::text AS "id", k."name", k."role"::text AS "role", o."tenantId"::text AS "tenantId",
        o."id"::text AS "organizationId", o."kind"::text AS "organizationKind", o."name" AS "organizationName",
        k."lastUsedAt", CASE WHEN k."hash" = ${hash} THEN k."expiresAt" ELSE LEAST(k."expiresAt", k."previousUntil") END
          AS "endsAt"
      FROM "ApiKey" k JOIN "Organization" o ON o."id" = k."organizationId"
      WHERE (k."hash" = ${hash} OR (k."previousHash" = ${hash} AND k."previousUntil" > ${at}))
        AND k."revokedAt" IS NULL AND (k."expiresAt" IS NULL OR k."expiresAt" > ${at})`;
    if (!row) return null;
    const { id, name, endsAt, lastUsedAt, ...rest } = row;
    if (!lastUsedAt || at.getTime() - lastUsedAt.getTime() >= USE_WRITTEN_EVERY_MS) await noteUse(row, at);
    return { ...rest, ...(endsAt && { expiresAt: endsAt }), actor: { kind: 'API_KEY', id, name } };
  }

  /** By whichever instance is first. A database that takes no writes is no reason to turn a caller away. */
  async function noteUse({ tenantId, id }: KeyRow, at: Date): Promise<void> {
    const before = new Date(at.getTime() - USE_WRITTEN_EVERY_MS);
    await db.client.$executeRaw`
      UPDATE "ApiKey" SET "lastUsedAt" = ${at} WHERE "tenantId" = ${tenantId}::uuid AND "id" = ${id}::uuid
        AND ("lastUsedAt" IS NULL OR "lastUsedAt" <= ${before})`.catch(() => undefined);
  }

  return {
    create: (tx, key) => storeKey(tx, { ...key, id: newId() }),
    async authenticate(token) {
      if (!token.startsWith(KEY_PREFIX) || token.length > 100) return null;
      const hash = digest(token);
      const cacheKey = Buffer.from(hash).toString('base64');
      const at = now().getTime();
      const cached = cache.get(cacheKey);
      if (cached && cached.until > at) return cached.principal;
      const principal = await lookUp(hash);
      if (cache.size >= CACHE_SIZE) cache.clear();
      cache.set(cacheKey, { principal, until: Math.min(at + CACHE_MS, principal?.expiresAt?.getTime() ?? Infinity) });
      return principal;
    },
    forget(ids) {
      for (const [key, { principal }] of cache) {
        if (principal && ids.includes(principal.actor.id)) cache.delete(key);
      }
    },
  };
}
