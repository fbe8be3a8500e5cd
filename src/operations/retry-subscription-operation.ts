import { z } from 'zod';
import { tryAgain } from '../delivery/retry.js';
import { idempotencyKeyInput } from './credentials.js';
import { actedOn, lockedStanding, type Operated, reasonInput, requireWorking } from './operator-access.js';
import type { Verb } from './run.js';

const input = z.object({
  auditLogId: z.string(),
  reason: reasonInput.nullish(),
  idempotencyKey: idempotencyKeyInput,
});

/**
 * Lets the operation at the head of a lane go on: a failed one under a new entry linked to the failed one, a decrease that
 * the policy held back as approved. With a fingerprint only the plan it names is carried out.
 */
export const retrySubscriptionOperation: Verb<z.infer<typeof input>, Operated> = {
  code: 'RetrySubscriptionOperation',
  plans: true,
  input,
  summary: () => 'Retry an operation of a cloud subscription',
  actsOn: ({ auditLogId }) => auditLogId,
  async run(work, { auditLogId, reason = null }) {
    const { standing, subject } = await actedOn(work, 'RETRY', auditLogId);
    requireWorking(standing);
    const name = subject.target?.name;
    return {
      status: 'SUCCEEDED',
      subject,
      summary: standing.state === 'FAILED' ? `Retried an operation of "${name}"` : `Approved an operation of "${name}"`,
      details: { reason, was: { state: standing.state, code: standing.errorCode } },
      detailsOf: ({ entryId }) => ({ entryId }),
      async commit(tx) {
        const locked = await lockedStanding(tx, work, 'RETRY', standing);
        const { correlationId, requestId, principal } = work.caller;
        const by = { jobs: work.jobs, newId: work.newId, actor: principal.actor, correlationId, requestId };
        const entryId = await tryAgain(tx, work.scope, by, locked, { fingerprint: null, reason });
        return { mappingId: locked.laneId, entryId };
      },
    };
  },
};
