import { join } from 'node:path';
import { newId } from '../storage/ids.js';
import { checkKeys } from '../storage/key-check.js';
import { createLocalKeys } from '../storage/key-provider.js';
import { resealAll, rewrapAll, rotateDataKeys } from '../storage/rotation.js';
import { sealingKeys } from '../storage/sealing-keys.js';
import { addKey } from '../storage/secret-key.js';
import { createVault } from '../storage/vault.js';
import type { Context } from './context.js';
import { CommandError } from './errors.js';
import { type Ending, recorded } from './recorded.js';
import { withStore } from './store.js';

export interface RotateOptions {
  readonly dataKeys?: boolean;
}

export async function rotateSecrets(context: Context, { dataKeys }: RotateOptions): Promise<void> {
  const config = context.config();
  await withStore(context, async ({ db, url, dataDir, signal }) => {
    const file = join(dataDir, 'secret.key');
    const provider = await createLocalKeys(() => sealingKeys(config, file));
    await checkKeys(url, provider);
    const kekId = await provider.currentId();
    // Data keys of another key are what a run that was stopped has left.
    const unfinished = await db.client.dataKey.count({ where: { kekId: { not: kekId } } });
    if (!config.secretKey && unfinished === 0) await addKey(file);

    const vault = createVault({ db, provider, newId });
    const result = await recorded(
      db,
      await db.client.dataKey.findMany({
        distinct: ['tenantId', 'organizationId'],
        select: { tenantId: true, organizationId: true },
      }),
      { operation: 'RotateSecrets', summary: dataKeys ? 'Rotation of the data keys' : "Rotation of the gateway's key" },
      async () => {
        const all = await db.client.dataKey.count();
        const rewrapping = context.terminal.progress(all, 'data keys');
        const rewrapped = await rewrapAll({ db, signal, onProgress: rewrapping.to }, provider);
        rewrapping.end();
        const made = dataKeys && !signal.aborted ? await rotateDataKeys({ db, signal }, vault, new Date()) : 0;
        const resealing = context.terminal.progress(await db.client.connection.count(), 'secrets');
        const { done, failed } = await resealAll({ db, signal, onProgress: resealing.to }, vault);
        resealing.end();
        return { key: await provider.currentId(), rewrapped, newDataKeys: made, resealed: done, failed };
      },
      (ended) => endingOf(ended, signal.aborted),
    );
    context.terminal.value(result);
    context.terminal.line(messageOf(result));
    if (result.failed.length > 0) {
      throw new CommandError(`These cannot be opened and were left: ${result.failed.join(', ')}.`);
    }
    if (signal.aborted) throw new CommandError('Stopped before its end; run it again to go on.');
  });
}

interface Rotated {
  readonly key: string;
  readonly rewrapped: number;
  readonly newDataKeys: number;
  readonly resealed: number;
  readonly failed: readonly string[];
}

function messageOf({ key, rewrapped, newDataKeys, resealed }: Rotated): string {
  return `Key ${key}: ${rewrapped} data keys wrapped anew, ${newDataKeys} made, ${resealed} secrets sealed anew.`;
}

/** Counts are those of the whole database, ids of secrets that cannot be opened may be another organization's: neither is told. */
function endingOf({ key, failed }: Rotated, stopped: boolean): Ending {
  const left = failed.length > 0 ? ', but for those that cannot be opened' : stopped ? ', as far as it came' : '';
  const ending = { message: `Data keys and secrets are sealed with the key ${key}${left}.`, details: { keyId: key } };
  if (failed.length > 0) return { ...ending, failure: { code: 'SECRETS_UNREADABLE', retryable: false } };
  return stopped ? { ...ending, failure: { code: 'INTERRUPTED', retryable: true } } : ending;
}
