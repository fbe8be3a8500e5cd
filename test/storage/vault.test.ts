import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type Database } from '../../src/storage/database.js';
import { newId } from '../../src/storage/ids.js';
import { checkKeys } from '../../src/storage/key-check.js';
import { createLocalKeys } from '../../src/storage/key-provider.js';
import { dropRetired, resealAll, rewrapAll } from '../../src/storage/rotation.js';
import { createSealer, SealedSecretError, type SealingKey } from '../../src/storage/sealed.js';
import { sealingKeys } from '../../src/storage/sealing-keys.js';
import { createVault, type Vault, type VaultPlace } from '../../src/storage/vault.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { root } from '../support/root.js';
import { createSandbox } from './support/sandbox.js';

const sandbox = createSandbox();
const key = (id: string): SealingKey => ({ id, key: randomBytes(32) });
const first = key('first');
const marker = 'MARKER-pässwörd-🔑';
const [tenantId, reseller, stranger] = [newId(), newId(), newId()];
let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDatabase(database.url);
  await db.client.organization.createMany({
    data: [
      { id: tenantId, tenantId, kind: 'CSP', name: 'CSP' },
      { id: reseller, tenantId, kind: 'RESELLER', name: 'Reseller' },
      { id: stranger, tenantId: stranger, kind: 'CSP', name: 'Other' },
    ],
  });
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
  await sandbox.clear();
});

const vaultOf = async (...keys: readonly SealingKey[]) =>
  createVault({ db, provider: await createLocalKeys(async () => keys), newId });
const placeOf = (rowId: string, organizationId = tenantId): VaultPlace => ({
  ...{ table: 'Connection', column: 'sealedCredentials', rowId, organizationId },
  tenantId: organizationId === stranger ? stranger : tenantId,
});
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'opened',
    (error: unknown) => (error instanceof SealedSecretError ? error.code : String(error)),
  );

describe('a secret of an organization', () => {
  test('is sealed with a key of its own, which another process reads too', async () => {
    const vault = await vaultOf(first);
    const sealed = await vault.seal(marker, placeOf('row-1'));
    expect(sealed).toMatch(/^v2\.[0-9a-f-]{36}\.[\w-]{16}\.[\w-]+\.[\w-]{22}$/);
    const theirs = await vault.seal(marker, placeOf('row-1', reseller));
    expect(theirs.split('.')[1]).not.toBe(sealed.split('.')[1]);
    const other = await vaultOf(first);
    expect(other.openNow(sealed, placeOf('row-1'))).toBeNull();
    expect(await other.open(sealed, placeOf('row-1'))).toBe(marker);
    expect(other.openNow(sealed, placeOf('row-1'))).toBe(marker);
    const stored = JSON.stringify(await database.sql('SELECT * FROM "DataKey"'));
    expect(stored).toContain('"kekId":"first"');
  });

  test('gets one key only, however many ask for the first time at once', async () => {
    const vaults = await Promise.all([1, 2, 3].map(() => vaultOf(first)));
    const place = placeOf('row', stranger);
    const sealed = await Promise.all(vaults.flatMap((vault) => [1, 2, 3].map(() => vault.seal(marker, place))));
    expect(new Set(sealed.map((text) => text.split('.')[1])).size).toBe(1);
  });

  test('has a fingerprint that is keyed, of its place, and stays when keys are rotated', async () => {
    const vault = await vaultOf(first);
    const place = placeOf('row-1');
    const print = await vault.fingerprint(marker, place);
    expect(print).toMatch(/^[0-9a-f]{16}$/);
    expect(await vault.fingerprint(`${marker}!`, place)).not.toBe(print);
    expect(await vault.fingerprint(marker, placeOf('row-2'))).not.toBe(print);
    await vault.rotate(place, new Date());
    expect(await (await vaultOf(first)).fingerprint(marker, place)).toBe(print);
  });
});

describe('refused are', () => {
  test('1,000 altered and 1,000 swapped values', async () => {
    const vault = await vaultOf(first);
    const accepted: string[] = [];
    const places = [tenantId, reseller, stranger].flatMap((organization) =>
      ['row-1', 'row-2'].flatMap((rowId) =>
        ['sealedCredentials', 'pendingCredentials'].map((column) => ({ ...placeOf(rowId, organization), column })),
      ),
    );
    const values = await Promise.all(places.map((place) => vault.seal(marker, place)));
    for (let round = 0; round < 1_000; round += 1) {
      const at = round % places.length;
      const sealed = values[at] ?? '';
      const where = randomBytes(4).readUInt32BE() % sealed.length;
      const letter = sealed[where] === 'a' ? 'b' : 'a';
      const altered = sealed.slice(0, where) + letter + sealed.slice(where + 1);
      if ((await codeOf(vault.open(altered, places[at]!))) === 'opened') accepted.push(`altered ${where}`);
      const elsewhere = places[(at + 1 + (round % (places.length - 1))) % places.length]!;
      if ((await codeOf(vault.open(sealed, elsewhere))) === 'opened') accepted.push(`${sealed} in another place`);
    }
    expect(accepted).toEqual([]);
  }, 60_000);

  test('parts of two values put together, wrapped keys moved to another organization, and other formats', async () => {
    const vault = await vaultOf(first);
    const place = placeOf('row-1');
    const [one, two] = [await vault.seal(marker, place), await vault.seal(`${marker}2`, place)].map((text) =>
      text.split('.'),
    );
    for (const part of [2, 3, 4]) {
      const mixed = one!.map((text, at) => (at === part ? two![at] : text)).join('.');
      expect(await codeOf(vault.open(mixed, place))).toBe('TAMPERED');
    }
    for (const form of ['', 'v2', 'v3.a.b.c.d', `v2.${newId()}.x.y.z`, marker]) {
      expect(await codeOf(vault.open(form, place))).toBe('MALFORMED');
    }
    expect(await codeOf(vault.open(one!.map((text, at) => (at === 1 ? newId() : text)).join('.'), place))).toBe(
      'UNKNOWN_KEY',
    );
    const keyId = one![1];
    await database.sql('UPDATE "DataKey" SET "organizationId" = $1, "retiredAt" = now() WHERE "id" = $2', [
      reseller,
      keyId,
    ]);
    expect(await codeOf((await vaultOf(first)).open(one!.join('.'), place))).toBe('TAMPERED');
    await database.sql('UPDATE "DataKey" SET "organizationId" = $1, "retiredAt" = NULL WHERE "id" = $2', [
      tenantId,
      keyId,
    ]);
  });
});

describe('the start', () => {
  const providerOf = (...keys: readonly SealingKey[]) => createLocalKeys(async () => keys);

  test('goes on with the right key, and is stopped by a wrong one and by none, which change nothing', async () => {
    const before = await database.sql('SELECT * FROM "DataKey" ORDER BY "id"');
    await checkKeys(database.url, await providerOf(key('next'), first));
    for (const provider of [await providerOf(key('wrong')), await providerOf({ ...key('x'), id: 'first' }), null]) {
      await expect(checkKeys(database.url, provider)).rejects.toThrow(
        /^The secrets of this database were sealed with the key first, and .* Nothing was changed\./,
      );
    }
    expect(await database.sql('SELECT * FROM "DataKey" ORDER BY "id"')).toEqual(before);
  });
});

describe('rotation', () => {
  const ROWS = 450;
  let ids: string[] = [];
  /** What the key file holds in the end. */
  let present: readonly SealingKey[] = [];

  async function cli(
    dataDir: string,
    args: readonly string[],
    killAfterMs?: number,
  ): Promise<{ code: number | null; out: string }> {
    const env = { ...process.env, DATABASE_URL: database.url, GATEWAY_DATA_DIR: dataDir };
    return new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        ['scripts/run.mjs', 'src/cli.ts', ...args],
        { cwd: root, env },
        (_e, out, err) => resolve({ code: child.exitCode, out: out + err }),
      );
      // Not synchronisation: where it is killed is meant to be anywhere.
      if (killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    });
  }

  test('of both keys, killed again and again, while everything is read: no read fails, and all is upgraded', async () => {
    const dataDir = join(await sandbox.folder(), 'data');
    await mkdir(dataDir, { recursive: true });
    const file = join(dataDir, 'secret.key');
    await writeFile(file, `${first.key.toString('base64')}\n`, { mode: 0o600 });
    await database.sql('DELETE FROM "DataKey"');
    const config = { secretKey: null, acceptedKeys: [] };
    const [original] = await sealingKeys(config, file);
    // Sealed as before there were data keys.
    const old = createSealer({ keys: [original!] });
    ids = Array.from({ length: ROWS }, () => newId());
    await db.client.connection.createMany({
      data: ids.map((id, at) => {
        const organizationId = [tenantId, reseller, stranger][at % 3]!;
        const sealedCredentials = old.seal(`${marker} ${id}`, placeOf(id, organizationId));
        const tenant = organizationId === stranger ? stranger : tenantId;
        return {
          ...{ id, organizationId, tenantId: tenant, sealedCredentials },
          alias: id,
          connectorId: 'x',
          currency: 'EUR',
        };
      }),
    });

    // Instances that started before, with the key file as it was.
    const readers = await Promise.all(
      [1, 2].map(async () =>
        createVault({ db, provider: await createLocalKeys(() => sealingKeys(config, file)), newId }),
      ),
    );
    let reading = true;
    let reads = 0;
    const failed: string[] = [];
    const traffic = readers.map(async (vault) => {
      while (reading) {
        const id = ids[randomBytes(4).readUInt32BE() % ids.length]!;
        const row = await db.client.connection.findFirstOrThrow({ where: { id } });
        const text = await vault.open(row.sealedCredentials ?? '', placeOf(id, row.organizationId)).catch(String);
        if (text !== `${marker} ${id}`) failed.push(text);
        reads += 1;
      }
    });
    let kills = 0;
    for (const after of [1_500, 2_500, 3_500]) {
      const { code } = await cli(dataDir, ['secrets', 'rotate', '--data-keys'], after);
      if (code === null) kills += 1;
    }
    const last = await cli(dataDir, ['secrets', 'rotate', '--data-keys', '--json']);
    expect(last).toMatchObject({ code: 0 });
    reading = false;
    await Promise.all(traffic);
    expect(failed).toEqual([]);
    expect(reads).toBeGreaterThan(100);
    expect(kills).toBeGreaterThan(0);

    const current = await sealingKeys(config, file);
    present = current;
    expect(current.length).toBeGreaterThan(1);
    expect((await readFile(file, 'utf8')).trim().endsWith(first.key.toString('base64'))).toBe(true);
    const [left] = await database.sql<{ v1: number; wrapped: number }>(
      `SELECT (SELECT count(*)::int FROM "Connection" WHERE "sealedCredentials" LIKE 'v1.%') AS "v1",
         (SELECT count(*)::int FROM "DataKey" WHERE "kekId" <> $1) AS "wrapped"`,
      [current[0]!.id],
    );
    expect(left).toEqual({ v1: 0, wrapped: 0 });
    // Without the old keys: nothing needs them any more.
    const fresh = await vaultOf(current[0]!);
    for (const row of await db.client.connection.findMany()) {
      expect(await fresh.open(row.sealedCredentials ?? '', placeOf(row.id, row.organizationId))).toBe(
        `${marker} ${row.id}`,
      );
    }
  }, 120_000);

  test('leaves a secret that was replaced meanwhile, says what cannot be opened, and erases used-up keys after a day', async () => {
    const next = key('next');
    const provider = await createLocalKeys(async () => [next, ...present]);
    const vault = createVault({ db, provider, newId });
    expect(await rewrapAll({ db }, provider)).toBeGreaterThan(2);
    expect(await rewrapAll({ db }, provider)).toBe(0);
    const [replaced, broken] = ids as [string, string];
    await vault.rotate({ tenantId, organizationId: tenantId }, new Date());
    await db.client.connection.updateMany({ where: { id: broken }, data: { sealedCredentials: 'v1.gone.a.b.c' } });
    const racing: Vault = {
      ...vault,
      open: async (sealed, place) => {
        const text = await vault.open(sealed, place);
        if (place.rowId === replaced) {
          const newer = await vault.seal('newer', placeOf(replaced));
          await db.client.connection.updateMany({ where: { id: replaced }, data: { sealedCredentials: newer } });
        }
        return text;
      },
    };
    const { failed } = await resealAll({ db }, racing);
    expect(failed).toEqual([`Connection ${broken}`]);
    const row = await db.client.connection.findFirstOrThrow({ where: { id: replaced } });
    expect(await vault.open(row.sealedCredentials ?? '', placeOf(replaced))).toBe('newer');
    const tomorrow = new Date(Date.now() + 25 * 3_600_000);
    expect(await dropRetired(db, new Date())).toBe(0);
    expect(await dropRetired(db, tomorrow)).toBeGreaterThan(0);
    expect(await vault.open(row.sealedCredentials ?? '', placeOf(replaced))).toBe('newer');
  });
});
