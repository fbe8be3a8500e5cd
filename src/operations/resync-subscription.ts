import { z } from 'zod';
import { auditLog } from '../audit/log.js';
import { lockLanes } from '../delivery/lane-lock.js';
import { wakeLanes } from '../delivery/lane-wake.js';
import { notPossible } from '../delivery/operator-rules.js';
import { headOf, tryAgain } from '../delivery/retry.js';
import type { Standing } from '../delivery/standing.js';
import type { Queries } from '../storage/database.js';
import { ownConnection, requireActive } from './connection-access.js';
import { idempotencyKeyInput } from './credentials.js';
import { operationState } from './operator-access.js';
import { notFound, Refusal } from './refusal.js';
import type { Verb, Work } from './run.js';

const input = z.object({ cloudSubscriptionId: z.string(), idempotencyKey: idempotencyKeyInput });

/**
 * Manual sync (R68-R71): the operation that failed is tried again under a new entry linked to the old one, and what waited
 * behind it follows, oldest first; it stops at the first that fails again.
 */
export const resyncSubscription: Verb<z.infer<typeof input>, { mappingId: string }> = {
  code: 'ResyncSubscription',
  plans: true,
  input,
  summary: () => 'Synchronise a cloud subscription again',
  async run(work, { cloudSubscriptionId }) {
    const path = ['input', 'cloudSubscriptionId'];
    const mapping = await work.db.client.mapping.findFirst({
      where: { ...work.scope, cloudSubscriptionId, kind: 'SUBSCRIPTION', deletedAt: null },
    });
    if (!mapping) throw notFound('mapped cloud subscription', path);
    requireActive(await ownConnection(work, mapping.connectionId, path), path);
    if (mapping.syncState === 'NEEDS_REVIEW') throw inReview(path);
    return {
      status: 'SUCCEEDED',
      subject: {
        connectionId: mapping.connectionId,
        target: { kind: 'Mapping', id: mapping.id, name: mapping.remoteName },
      },
      async commit(tx) {
        await lockLanes(tx, work.scope.tenantId, [mapping.id]);
        const head = await headOf(tx, work.scope, mapping.id);
        if (head && !head.mapped) throw notFound('mapped cloud subscription', path);
        if (head?.state === 'NEEDS_REVIEW') throw inReview(path);
        const stuck = head?.state === 'FAILED' || head?.state === 'HELD' ? head : null;
        if (stuck) await retry(tx, work, stuck, path);
        const message = stuck
          ? 'The failed operation is tried again; what waits behind it follows.'
          : 'Nothing had failed.';
        await auditLog.report(tx, work.scope, { id: work.entryId, status: 'PENDING' }, message);
        if (!stuck) await wakeLanes(tx, work.jobs, work.scope.tenantId, [mapping.id]);
        return { mappingId: mapping.id };
      },
    };
  },
};

async function retry(tx: Queries, work: Work, head: Standing, path: readonly string[]): Promise<void> {
  const reason = notPossible('RETRY', head);
  if (reason) {
    const { code, message } = reason;
    throw operationState({ code, message, state: head.state, entryId: head.auditLogId, path });
  }
  const { correlationId, requestId, principal } = work.caller;
  const by = { jobs: work.jobs, newId: work.newId, actor: principal.actor, correlationId, requestId };
  await tryAgain(tx, work.scope, by, head, { fingerprint: null, reason: null });
}

function inReview(path: readonly string[]): Refusal {
  return new Refusal({
    type: 'MappingRule',
    rule: 'R68',
    code: 'NEEDS_REVIEW',
    message:
      'An operation of this subscription must be reviewed by a person first; trying again could double it. Its audit log entry tells which actions it takes.',
    path,
  });
}
