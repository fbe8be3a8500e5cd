import type { Actor, Scope } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import type { Jobs } from '../jobs/engine.js';
import type { Queries } from '../storage/database.js';
import { refreshBadge } from './badge.js';
import { takeLanesAway } from './lane-lock.js';
import { wakeLanes } from './lane-wake.js';
import type { Standing } from './standing.js';

/** Who gives it up, and why, in the words of a person. */
export interface Skipping {
  readonly jobs: Jobs;
  readonly actor: Actor;
  readonly reason: string;
  readonly now: Date;
}

/**
 * Gives up an operation of a locked lane; what waited behind it goes on. Its entry is canceled where it is open still; a
 * failed one stays as it ended. What it had written before stays in the ledger and in the PSA.
 */
export async function skip(tx: Queries, scope: Scope, standing: Standing, by: Skipping): Promise<void> {
  const { tenantId } = scope;
  const { laneId, operationId, auditLogId } = standing;
  // Whoever plans it, or an older one that it would replace (R50), must read again.
  await takeLanesAway(tx, tenantId, [laneId]);
  await tx.laneOperation.update({
    where: { tenantId_id: { tenantId, id: operationId } },
    data: { state: 'CANCELED', notBefore: null, finishedAt: by.now },
  });
  await refreshBadge(tx, tenantId, laneId);
  await auditLog.lockChains(tx, tenantId, [scope.organizationId]);
  if (standing.state === 'VERIFYING') {
    // What may have been written cannot be called off; that it is left in doubt is for the log to tell.
    await auditLog.move(tx, scope, auditLogId, 'NEEDS_REVIEW', 'It is given up with its write in doubt.');
  }
  const message = `Skipped by ${by.actor.name}: ${by.reason}`;
  await auditLog.move(tx, scope, auditLogId, 'CANCELED', message, {
    error: { class: 'Canceled', code: 'SKIPPED', message },
    details: { skipped: { by: by.actor.name, reason: by.reason } },
  });
  await wakeLanes(tx, by.jobs, tenantId, [laneId]);
}
