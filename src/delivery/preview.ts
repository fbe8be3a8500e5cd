import type { LineState, Step } from '../connectors/contract.js';
import { ConnectorError } from '../connectors/errors.js';
import { callsSoFar, meterCalls } from './call-meter.js';
import type { WorkItem } from './lane.js';
import { planFor } from './planning.js';
import type { Sessions } from './sessions.js';

/** What would be sent for an operation, and why; or why nothing. */
export interface Preview {
  /**
   * WRITE: the steps would be sent. NOTHING: the PSA is so already, or the change is none of its business. HOLD: planned, but
   * the policy says watch only. REVIEW: a person must approve it. REFUSE: it cannot be written; `refusal` says why.
   */
  readonly decision: 'WRITE' | 'NOTHING' | 'HOLD' | 'REVIEW' | 'REFUSE';
  readonly effectiveDate: string | null;
  readonly steps: readonly Step[];
  readonly before: LineState | null;
  readonly after: LineState | null;
  readonly fingerprint: string | null;
  readonly warnings: readonly string[];
  /** How the policy came to the day and the amounts. */
  readonly notes: readonly string[];
  readonly refusal: { readonly code: string; readonly message: string; readonly hint: string | null } | null;
  readonly vendorCalls: number;
}

const EMPTY: Preview = {
  decision: 'NOTHING',
  effectiveDate: null,
  steps: [],
  before: null,
  after: null,
  fingerprint: null,
  warnings: [],
  notes: [],
  refusal: null,
  vendorCalls: 0,
};

/** Nothing would be sent at all. */
export function noPreview(note: string): Preview {
  return { ...EMPTY, notes: [note] };
}

export function refusedPreview(code: string, message: string, hint: string | null = null): Preview {
  return { ...EMPTY, decision: 'REFUSE', refusal: { code, message, hint } };
}

/** Reads the line and plans as the real run would, with the same code; sends nothing. */
export async function previewOf(sessions: Sessions, item: WorkItem): Promise<Preview> {
  return meterCalls(async () => {
    try {
      return { ...(await planned(sessions, item)), vendorCalls: callsSoFar() };
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      const refused = refusedPreview(error.code, error.message, error.detail.hint ?? null);
      return { ...refused, vendorCalls: callsSoFar() };
    }
  });
}

async function planned(sessions: Sessions, item: WorkItem): Promise<Preview> {
  const session = sessions.of(item.connection);
  const from = item.movedTo !== null && item.movedTo < item.effectiveDate ? item.movedTo : item.effectiveDate;
  const [line] = await session.snapshot({ targets: [item.mapped], from });
  const { decision, plan } = planFor(session, item, line!);
  if (!plan) {
    const { code, message, hint } = decision as Extract<typeof decision, { do: 'review' | 'refuse' }>;
    const told = refusedPreview(code, message, hint);
    return decision.do === 'review' ? { ...told, decision: 'REVIEW' } : told;
  }
  const held = decision.do === 'hold' ? 'HOLD' : 'WRITE';
  return {
    ...EMPTY,
    decision: plan.steps.length === 0 ? 'NOTHING' : held,
    effectiveDate: plan.after.date,
    steps: plan.steps,
    before: plan.before,
    after: plan.after,
    fingerprint: plan.fingerprint,
    warnings: plan.warnings,
    notes: 'notes' in decision ? decision.notes : [],
  };
}
