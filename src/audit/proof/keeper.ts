import type { Database } from '../../storage/database.js';
import type { NewId } from '../../storage/ids.js';
import { SYSTEM } from '../entry.js';
import { createCheckpoints } from './checkpoint-writer.js';
import type { Finding } from './finding.js';
import type { SigningKey } from './key.js';
import type { AuditKeys } from './key-file.js';
import { createOutside } from './outside.js';
import { createRetention } from './retention.js';

export interface KeeperOptions {
  readonly db: Database;
  readonly keys: AuditKeys & { readonly signing: SigningKey };
  /** A path or an address. */
  readonly place: string;
  /** Null: everything is kept. */
  readonly retentionMonths: number | null;
  readonly now: () => Date;
  readonly newId: NewId;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, facts?: Record<string, unknown>) => void;
}

/** What a running gateway does for the proof of its log, each hour. Throws when checkpoints cannot be written outside. */
export function createAuditKeeper({ db, keys, place, retentionMonths, now, newId, log }: KeeperOptions) {
  const checkpoints = createCheckpoints({ db, key: keys.signing, outside: createOutside(place), now });
  const retention = createRetention({ db, checkpoints, keys: keys.known, now, newId });
  return async function keep(): Promise<void> {
    const { made, findings } = await checkpoints.make();
    warn(findings);
    if (made > 0) log('info', `${made} checkpoints of the audit log made.`);
    if (retentionMonths === null) return;
    const done = await retention.apply(retentionMonths, SYSTEM);
    warn(done.findings);
    for (const { organizationId, period, events, entries } of done.removals) {
      log('info', `Audit log up to ${period} removed: ${events} events, ${entries} entries.`, { organizationId });
    }
  };

  function warn(findings: readonly Finding[]): void {
    const [first] = findings;
    if (!first) return;
    const { kind, organizationId, seq, message } = first;
    const facts = { findings: findings.length, first: { kind, organizationId, seq, message } };
    log('error', 'The audit log does not verify, so nothing of it was signed or removed. Run "audit verify".', facts);
  }
}
