import { placeOf, type StoredDataKey } from './data-keys.js';
import { type Database, Prisma } from './database.js';
import type { KeyProvider } from './key-provider.js';
import type { Vault, VaultPlace } from './vault.js';

const BATCH = 100;
/** Longer than any instance goes on sealing with a key it does not know to be retired. */
const KEPT_MS = 24 * 60 * 60 * 1000;

export interface RotationOptions {
  readonly db: Database;
  readonly signal?: AbortSignal;
  /** How many are done. */
  readonly onProgress?: (done: number) => void;
}

/**
 * Wraps the data keys anew that another key than the current one wraps. Touches no secret. May be killed and begun again, and
 * run beside itself: each key is swapped by itself, if it still is as it was read.
 */
export async function rewrapAll({ db, signal, onProgress }: RotationOptions, provider: KeyProvider): Promise<number> {
  const kekId = await provider.currentId();
  let done = 0;
  for (let after = ''; ; ) {
    const rows = await db.client.$queryRaw<StoredDataKey[]>`
      SELECT "tenantId"::text AS "tenantId", "organizationId"::text AS "organizationId", "id"::text AS "id", "wrapped"
      FROM "DataKey" WHERE "kekId" <> ${kekId} AND "id"::text > ${after} ORDER BY "id"::text LIMIT ${BATCH}`;
    for (const row of rows) {
      if (signal?.aborted) return done;
      const place = placeOf(row);
      const fresh = await provider.wrap(await provider.unwrap(row.wrapped, place), place);
      await db.client.dataKey.updateMany({
        where: { tenantId: row.tenantId, id: row.id, wrapped: row.wrapped },
        data: fresh,
      });
      done += 1;
      onProgress?.(done);
    }
    after = rows.at(-1)?.id ?? '';
    if (rows.length < BATCH) return done;
  }
}

interface SealedRow {
  readonly tenantId: string;
  readonly organizationId: string;
  readonly id: string;
  readonly sealed: string;
}

/** Where secrets are stored. */
const COLUMNS = ['sealedCredentials', 'pendingCredentials'] as const;

/**
 * Seals every secret anew that was not sealed with the present data key of its organization. The same as above holds: a
 * secret that was replaced meanwhile stays replaced. Answers how many there were, and those that could not be opened.
 */
export async function resealAll(
  { db, signal, onProgress }: RotationOptions,
  vault: Vault,
): Promise<{ readonly done: number; readonly failed: readonly string[] }> {
  let done = 0;
  const failed: string[] = [];
  for (const column of COLUMNS) {
    for (let after = ''; ; ) {
      const rows = await db.client.$queryRaw<SealedRow[]>(outdated(column, after));
      for (const row of rows) {
        if (signal?.aborted) return { done, failed };
        try {
          await reseal(db, vault, column, row);
          done += 1;
          onProgress?.(done);
        } catch {
          failed.push(`Connection ${row.id}`);
        }
      }
      after = rows.at(-1)?.id ?? '';
      if (rows.length < BATCH) break;
    }
  }
  return { done, failed };
}

async function reseal(db: Database, vault: Vault, column: (typeof COLUMNS)[number], row: SealedRow): Promise<void> {
  const { tenantId, organizationId, id } = row;
  const place: VaultPlace = { table: 'Connection', column, tenantId, organizationId, rowId: id };
  const sealed = await vault.seal(await vault.open(row.sealed, place), place);
  await db.client.connection.updateMany({ where: { tenantId, id, [column]: row.sealed }, data: { [column]: sealed } });
}

function outdated(column: string, after: string): Prisma.Sql {
  const sealed = Prisma.raw(`c."${column}"`);
  return Prisma.sql`
    SELECT c."tenantId"::text AS "tenantId", c."organizationId"::text AS "organizationId", c."id"::text AS "id",
      ${sealed} AS "sealed"
    FROM "Connection" c
    LEFT JOIN "DataKey" k ON k."tenantId" = c."tenantId" AND k."organizationId" = c."organizationId"
      AND k."purpose" = 'SEAL' AND k."retiredAt" IS NULL
    WHERE ${sealed} IS NOT NULL AND c."id"::text > ${after}
      AND (k."id" IS NULL OR NOT starts_with(${sealed}, 'v2.' || k."id" || '.'))
    ORDER BY c."id"::text LIMIT ${BATCH}`;
}

/** Makes a new data key for every organization that has one. Killed in between, the next run makes the rest and some again. */
export async function rotateDataKeys(
  { db, signal, onProgress }: RotationOptions,
  vault: Vault,
  now: Date,
): Promise<number> {
  const owners = await db.client.dataKey.findMany({
    where: { purpose: 'SEAL', retiredAt: null },
    select: { tenantId: true, organizationId: true },
  });
  let done = 0;
  for (const owner of owners) {
    if (signal?.aborted) return done;
    await vault.rotate(owner, now);
    done += 1;
    onProgress?.(done);
  }
  return done;
}

/** Erases data keys that were retired a day ago and have sealed nothing that is still stored. */
export async function dropRetired(db: Database, now: Date): Promise<number> {
  return db.client.$executeRaw`
    DELETE FROM "DataKey" k WHERE k."retiredAt" < ${new Date(now.getTime() - KEPT_MS)} AND NOT EXISTS (
      SELECT FROM "Connection" c WHERE c."tenantId" = k."tenantId" AND c."organizationId" = k."organizationId"
        AND (starts_with(c."sealedCredentials", 'v2.' || k."id" || '.')
          OR starts_with(c."pendingCredentials", 'v2.' || k."id" || '.')))`;
}
