import { z } from 'zod';
import { settleByStatement } from '../delivery/statement.js';
import { idempotencyKeyInput } from './credentials.js';
import { actedOn, lockedStanding, type Operated, reasonInput } from './operator-access.js';
import type { Verb } from './run.js';

const input = z.object({
  auditLogId: z.string(),
  outcome: z.enum(['APPLIED', 'NOT_APPLIED']),
  reason: reasonInput,
  observedUnits: z
    .number()
    .int('Units are whole.')
    .min(0, 'Units are not negative.')
    .max(1_000_000, 'That many units do not exist.')
    .nullish(),
  idempotencyKey: idempotencyKeyInput,
});

/**
 * Settles an operation in review by what a person found in the PSA: its doubtful write is there, and the operation has
 * succeeded; or it is not, and the operation is planned anew from fresh reads.
 */
export const resolveSubscriptionOperation: Verb<z.infer<typeof input>, Operated> = {
  code: 'ResolveSubscriptionOperation',
  input,
  summary: ({ outcome }) => `Resolve an operation of a cloud subscription as ${outcome}`,
  actsOn: ({ auditLogId }) => auditLogId,
  async run(work, { auditLogId, outcome, reason, observedUnits = null }) {
    const { standing, subject } = await actedOn(work, 'RESOLVE', auditLogId);
    return {
      status: 'SUCCEEDED',
      subject,
      summary: `Stated that a write for "${subject.target?.name}" ${outcome === 'APPLIED' ? 'is' : 'is not'} in the PSA`,
      details: { outcome, reason, observedUnits, write: standing.step?.label, entryId: auditLogId },
      async commit(tx) {
        const locked = await lockedStanding(tx, work, 'RESOLVE', standing);
        const { actor } = work.caller.principal;
        const statement = { outcome, reason, observedUnits, actor, jobs: work.jobs, now: work.now() };
        await settleByStatement(tx, work.scope, locked, statement);
        return { mappingId: locked.laneId, entryId: auditLogId };
      },
    };
  },
};
