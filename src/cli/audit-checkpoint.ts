import { resolve } from 'node:path';
import { createCheckpoints } from '../audit/proof/checkpoint-writer.js';
import { pemOf } from '../audit/proof/key.js';
import { checkpointPlace, loadAuditKeys, readAuditKeys } from '../audit/proof/key-file.js';
import { createOutside } from '../audit/proof/outside.js';
import { findingAsJson } from './audit-json.js';
import type { Context } from './context.js';
import { CommandError, EXIT } from './errors.js';
import { organizationsOf } from './organizations.js';
import { type Store, withStore } from './store.js';

/** `audit checkpoint`. */
export async function makeCheckpoint(context: Context, organization?: string): Promise<void> {
  const { terminal } = context;
  await withStore(context, async (store) => {
    const organizations = await organizationsOf(store.db, organization);
    const { checkpoints, place } = await checkpointsOf(context, store);
    const ids = organization === undefined ? undefined : organizations.map(({ organizationId }) => organizationId);
    const { made, delivered, findings } = await checkpoints.make(ids);
    terminal.value({ made, delivered, place, findings: findings.map(findingAsJson) });
    terminal.line(`${made} checkpoints made, ${delivered} written to ${place}.`);
    if (findings.length === 0) return;
    terminal.line(`${findings.length} findings: what does not verify was not signed. "audit verify" names it.`);
    process.exitCode = EXIT.found;
  });
}

/** What signs and where it goes, made as a gateway makes it. */
export async function checkpointsOf(context: Context, { db, dataDir }: Store) {
  const { audit } = context.config();
  const keys = await loadAuditKeys(audit, dataDir);
  const outside = createOutside(checkpointPlace(audit.checkpoints, dataDir));
  const checkpoints = createCheckpoints({ db, key: keys.signing, outside, now: () => new Date() });
  return { checkpoints, keys, place: outside.name };
}

/** `audit public-key`: needs no database. */
export async function printPublicKey(context: Context): Promise<void> {
  const { audit, dataDir } = context.config();
  const { known } = await readAuditKeys(audit, resolve(dataDir));
  const keys = [...known].map(([id, key]) => ({ id, pem: pemOf(key) }));
  if (keys.length === 0) throw new CommandError('There is no key yet. A gateway makes one when it first starts.');
  context.terminal.value(keys);
  for (const { pem } of keys) context.terminal.line(pem.trimEnd());
}
