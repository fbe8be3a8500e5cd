import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '../../prisma/generated/client/enums.js';
import type { Queries } from '../storage/database.js';

export const KEY_PREFIX = 'cgk_';
const HINT_LENGTH = KEY_PREFIX.length + 4;

export interface NewKey {
  readonly id: string;
  readonly tenantId: string;
  readonly organizationId: string;
  readonly name: string;
  readonly role: Role;
  readonly expiresAt?: Date | null;
  /** Who made it; absent: the gateway or its command line. */
  readonly maker?: { readonly keyId: string | null; readonly name: string };
}

type KeyPlace = { readonly tenantId: string; readonly organizationId: string; readonly id: string };

/** Stores a new key and answers its text, which nothing can show again. */
export async function storeKey(tx: Queries, { maker, ...key }: NewKey): Promise<string> {
  const token = newToken();
  await tx.apiKey.create({
    data: { ...key, ...secretOf(token), makerKeyId: maker?.keyId ?? null, makerName: maker?.name ?? '' },
  });
  return token;
}

/**
 * Gives a key a new text; the one before works until `previousUntil`. A still older one ends now. Null when the key has
 * ended or is another organization's.
 */
export async function rotateKey(
  tx: Queries,
  { tenantId, organizationId, id }: KeyPlace,
  at: { readonly now: Date; readonly previousUntil: Date; readonly expiresAt: Date | null },
): Promise<string | null> {
  const [row] = await tx.$queryRaw<{ hash: Uint8Array<ArrayBuffer> }[]>`
    SELECT "hash" FROM "ApiKey" WHERE "tenantId" = ${tenantId}::uuid AND "organizationId" = ${organizationId}::uuid
      AND "id" = ${id}::uuid AND "revokedAt" IS NULL AND ("expiresAt" IS NULL OR "expiresAt" > ${at.now}) FOR UPDATE`;
  if (!row) return null;
  const token = newToken();
  const overlap = at.previousUntil > at.now;
  await tx.apiKey.update({
    where: { tenantId_id: { tenantId, id } },
    data: {
      ...secretOf(token),
      expiresAt: at.expiresAt,
      rotatedAt: at.now,
      previousHash: overlap ? row.hash : null,
      previousUntil: overlap ? at.previousUntil : null,
    },
  });
  return token;
}

/** Ends a key now and, `withMade`, the keys made with it and with those. Answers the ids of those that ended. */
export async function revokeKey(
  tx: Queries,
  { tenantId, organizationId, id }: KeyPlace,
  { now, withMade }: { readonly now: Date; readonly withMade: boolean },
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    WITH RECURSIVE made AS (
      SELECT "id" FROM "ApiKey" WHERE "tenantId" = ${tenantId}::uuid AND "organizationId" = ${organizationId}::uuid
        AND "id" = ${id}::uuid
      UNION
      SELECT k."id" FROM "ApiKey" k JOIN made m ON k."makerKeyId" = m."id"
      WHERE k."tenantId" = ${tenantId}::uuid AND k."organizationId" = ${organizationId}::uuid AND ${withMade}
    )
    UPDATE "ApiKey" k SET "revokedAt" = ${now}, "previousHash" = NULL, "previousUntil" = NULL
    FROM made WHERE k."tenantId" = ${tenantId}::uuid AND k."id" = made."id" AND k."revokedAt" IS NULL
    RETURNING k."id"::text AS "id"`;
  return rows.map((row) => row.id);
}

export function digest(token: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash('sha256').update(token).digest());
}

const newToken = () => KEY_PREFIX + randomBytes(32).toString('base64url');
const secretOf = (token: string) => ({ hash: digest(token), hint: token.slice(0, HINT_LENGTH) });
