import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '../../prisma/generated/client/enums.js';
import type { Database, Queries } from '../storage/database.js';
import type { NewId } from '../storage/ids.js';
import type { Principal } from './principal.js';

const PREFIX = 'cgk_';
/** A known key is trusted this long without asking the database; a revoked one stops within it. */
const CACHE_MS = 5_000;
const CACHE_SIZE = 10_000;

export interface ApiKeys {
  /** Makes a key and returns its text, which is shown this once. */
  create(
    tx: Queries,
    key: { tenantId: string; organizationId: string; name: string; role: Role; expiresAt?: Date },
  ): Promise<string>;
  /** The principal of a key, or null when it is unknown, expired or revoked. */
  authenticate(token: string): Promise<Principal | null>;
}

/** API keys: a prefix and 256 random bits, stored as SHA-256 (so much entropy needs no slow hash). */
export function createApiKeys(db: Database, newId: NewId, now: () => Date): ApiKeys {
  const cache = new Map<string, { principal: Principal | null; until: number }>();

  async function lookUp(hash: Buffer): Promise<Principal | null> {
    const [row] = await db.client.$queryRaw<(Omit<Principal, 'actor'> & { id: string; name: string })[]>`
      SELECT k."id"::text AS "id", k."name", k."role"::text AS "role", o."tenantId"::text AS "tenantId",
        o."id"::text AS "organizationId", o."kind"::text AS "organizationKind", o."name" AS "organizationName"
      FROM "ApiKey" k JOIN "Organization" o ON o."id" = k."organizationId"
      WHERE k."hash" = ${hash} AND k."revokedAt" IS NULL AND (k."expiresAt" IS NULL OR k."expiresAt" > ${now()})`;
    if (!row) return null;
    const { id, name, ...rest } = row;
    return { ...rest, actor: { kind: 'API_KEY', id, name } };
  }

  return {
    async create(tx, key) {
      const token = PREFIX + randomBytes(32).toString('base64url');
      await tx.apiKey.create({ data: { ...key, id: newId(), hash: Uint8Array.from(digest(token)) } });
      return token;
    },
    async authenticate(token) {
      if (!token.startsWith(PREFIX) || token.length > 100) return null;
      const hash = digest(token);
      const cacheKey = hash.toString('base64');
      const cached = cache.get(cacheKey);
      if (cached && cached.until > now().getTime()) return cached.principal;
      const principal = await lookUp(hash);
      if (cache.size >= CACHE_SIZE) cache.clear();
      cache.set(cacheKey, { principal, until: now().getTime() + CACHE_MS });
      return principal;
    },
  };
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
