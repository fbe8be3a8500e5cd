import { z } from 'zod';
import { skip } from '../delivery/skip.js';
import { idempotencyKeyInput } from './credentials.js';
import { actedOn, lockedStanding, type Operated, reasonInput } from './operator-access.js';
import type { Verb } from './run.js';

interface Skipped extends Operated {
  /** How it stood, and how many of its writes had taken effect. */
  readonly was: { readonly state: string; readonly code: string | null };
  readonly writes: number;
}

const input = z.object({ auditLogId: z.string(), reason: reasonInput, idempotencyKey: idempotencyKeyInput });

/** Gives up an operation with a reason, so that what waits behind it goes on. Nothing that was written is taken back. */
export const skipSubscriptionOperation: Verb<z.infer<typeof input>, Skipped> = {
  code: 'SkipSubscriptionOperation',
  input,
  summary: () => 'Skip an operation of a cloud subscription',
  actsOn: ({ auditLogId }) => auditLogId,
  async run(work, { auditLogId, reason }) {
    const { standing, subject } = await actedOn(work, 'SKIP', auditLogId);
    return {
      status: 'SUCCEEDED',
      subject,
      summary: `Skipped an operation of "${subject.target?.name}"`,
      details: { reason },
      detailsOf: ({ entryId, was, writes }) => ({ entryId, was, writes }),
      async commit(tx) {
        const locked = await lockedStanding(tx, work, 'SKIP', standing);
        const { actor } = work.caller.principal;
        await skip(tx, work.scope, locked, { jobs: work.jobs, actor, reason, now: work.now() });
        const { laneId, state, errorCode, applied } = locked;
        return { mappingId: laneId, entryId: auditLogId, was: { state, code: errorCode }, writes: applied };
      },
    };
  },
};
