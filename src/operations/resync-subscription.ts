import { z } from 'zod';
import { auditLog } from '../audit/log.js';
import { retryFailed } from '../delivery/retry.js';
import { ownConnection, requireActive } from './connection-access.js';
import { idempotencyKeyInput } from './credentials.js';
import { notFound, Refusal } from './refusal.js';
import type { Verb } from './run.js';

const input = z.object({ cloudSubscriptionId: z.string(), idempotencyKey: idempotencyKeyInput });

/**
 * Manual sync (R68-R71): the operation that failed is tried again under a new entry linked to the old one, and what waited
 * behind it follows, oldest first; it stops at the first that fails again.
 */
export const resyncSubscription: Verb<z.infer<typeof input>, { mappingId: string }> = {
  code: 'ResyncSubscription',
  input,
  summary: () => 'Synchronise a cloud subscription again',
  async run(work, { cloudSubscriptionId }) {
    const path = ['input', 'cloudSubscriptionId'];
    const mapping = await work.db.client.mapping.findFirst({
      where: { ...work.scope, cloudSubscriptionId, kind: 'SUBSCRIPTION', deletedAt: null },
    });
    if (!mapping) throw notFound('mapped cloud subscription', path);
    requireActive(await ownConnection(work, mapping.connectionId, path), path);
    if (mapping.syncState === 'NEEDS_REVIEW') {
      throw new Refusal({
        type: 'MappingRule',
        rule: 'R68',
        code: 'NEEDS_REVIEW',
        message: 'An operation of this subscription must be reviewed by a person first; trying again could double it.',
        path,
      });
    }
    return {
      status: 'SUCCEEDED',
      subject: {
        connectionId: mapping.connectionId,
        target: { kind: 'Mapping', id: mapping.id, name: mapping.remoteName },
      },
      async commit(tx) {
        const { correlationId, requestId, principal } = work.caller;
        const by = { jobs: work.jobs, newId: work.newId, actor: principal.actor, correlationId, requestId };
        const retried = await retryFailed(tx, work.scope, by, mapping.id);
        const message = retried
          ? 'The failed operation is tried again; what waits behind it follows.'
          : 'Nothing had failed.';
        await auditLog.report(tx, work.scope, { id: work.entryId, status: 'PENDING' }, message);
        return { mappingId: mapping.id };
      },
    };
  },
};
