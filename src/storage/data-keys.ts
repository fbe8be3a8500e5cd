import { createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import type { DataKeyPurpose } from '../../prisma/generated/client/enums.js';
import { type SealContext, SealedSecretError } from './cipher.js';
import type { Database, Queries } from './database.js';
import type { NewId } from './ids.js';
import type { KeyProvider } from './key-provider.js';
import type { Owner } from './scope.js';

/** A data key in the open; it never leaves the process. */
export interface DataKey extends Owner {
  readonly id: string;
  readonly key: KeyObject;
}

export interface StoredDataKey extends Owner {
  readonly id: string;
  readonly wrapped: string;
}

export interface DataKeys {
  /** The organization's key that seals now; made at its first use. */
  current(owner: Owner, purpose: DataKeyPurpose): Promise<DataKey>;
  /** A key by its id, from memory only. */
  known(id: string): DataKey | undefined;
  /** A key of a tenant by its id. Throws SealedSecretError when there is none or it cannot be unwrapped. */
  byId(tenantId: string, id: string): Promise<DataKey>;
  /** Retires the organization's sealing key and makes a new one. */
  rotate(owner: Owner, now: Date): Promise<void>;
}

/** So long an instance may go on sealing with a key that another one retired; what it sealed is sealed anew later. */
const CURRENT_FOR_MS = 30_000;

/** Where a wrapped key belongs: it unwraps nowhere else. */
export function placeOf({ tenantId, organizationId, id }: Owner & { readonly id: string }): SealContext {
  return { table: 'DataKey', column: 'wrapped', tenantId, rowId: `${organizationId}/${id}` };
}

export function createDataKeys(options: {
  readonly db: Database;
  readonly provider: KeyProvider;
  readonly newId: NewId;
}): DataKeys {
  const { db, provider, newId } = options;
  const opened = new Map<string, DataKey>();
  const currents = new Map<string, { id: string; until: number }>();

  async function unwrapped(row: StoredDataKey): Promise<DataKey> {
    const memory = opened.get(row.id);
    if (memory) return memory;
    const { tenantId, organizationId, id } = row;
    const key = createSecretKey(await provider.unwrap(row.wrapped, placeOf(row)));
    const dataKey = { tenantId, organizationId, id, key };
    opened.set(id, dataKey);
    return dataKey;
  }

  const read = ({ tenantId, organizationId }: Owner, purpose: DataKeyPurpose) =>
    db.client.dataKey.findFirst({ where: { tenantId, organizationId, purpose, retiredAt: null } });

  /** Wrapped before the transaction: whoever wraps may be far away. Of several at once one wins. */
  async function make(tx: Queries, row: Awaited<ReturnType<typeof wrapNew>>): Promise<void> {
    await tx.dataKey.createMany({ data: [row], skipDuplicates: true });
  }

  async function wrapNew({ tenantId, organizationId }: Owner, purpose: DataKeyPurpose) {
    const place = { tenantId, organizationId, id: newId() };
    return { ...place, purpose, ...(await provider.wrap(randomBytes(32), placeOf(place))) };
  }

  return {
    known: (id) => opened.get(id),
    async current(owner, purpose) {
      const name = `${owner.organizationId} ${purpose}`;
      const memory = currents.get(name);
      const key = memory && memory.until > performance.now() ? opened.get(memory.id) : undefined;
      if (key) return key;
      let row = await read(owner, purpose);
      if (!row) {
        await make(db.client, await wrapNew(owner, purpose));
        row = await read(owner, purpose);
      }
      if (!row) throw new Error('A data key vanished while it was made.');
      currents.set(name, { id: row.id, until: performance.now() + CURRENT_FOR_MS });
      return unwrapped(row);
    },
    async byId(tenantId, id) {
      const memory = opened.get(id);
      if (memory?.tenantId === tenantId) return memory;
      const row = await db.client.dataKey.findFirst({ where: { tenantId, id } });
      if (row) return unwrapped(row);
      throw new SealedSecretError('UNKNOWN_KEY', `The database has no data key ${id} of this tenant.`);
    },
    async rotate(owner, now) {
      const row = await wrapNew(owner, 'SEAL');
      await db.transaction(async (tx) => {
        const { tenantId, organizationId } = owner;
        const where = { tenantId, organizationId, purpose: 'SEAL' as const, retiredAt: null };
        await tx.dataKey.updateMany({ where, data: { retiredAt: now } });
        await make(tx, row);
      });
      currents.delete(`${owner.organizationId} SEAL`);
    },
  };
}

/** The key of fingerprints, apart from any other use of the same bytes. */
export function fingerprintKey({ key }: DataKey): Buffer {
  return Buffer.from(hkdfSync('sha256', key.export(), '', 'connector-gateway fingerprint', 32));
}
