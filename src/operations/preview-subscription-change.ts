import type { Scope } from '../audit/entry.js';
import { type Preview, refusedPreview } from '../delivery/preview.js';
import { recordSubscriptionChange } from './record-subscription-change.js';
import { Refusal } from './refusal.js';
import { rehearse } from './rehearsal.js';
import type { Caller, Work } from './run.js';
import type { Services } from './services.js';

/**
 * What a change of a cloud subscription would write to the PSA, from the PSA as it is now. Records nothing and writes nothing,
 * so it is no audit entry. What `recordSubscriptionChange` would refuse is the preview's refusal.
 */
export async function previewSubscriptionChange(services: Services, caller: Caller, input: object): Promise<Preview> {
  const { tenantId, organizationId } = caller.principal;
  const scope: Scope = { tenantId, organizationId };
  const work: Work = { ...services, caller, scope, entryId: services.newId() };
  const parsed = recordSubscriptionChange.input.safeParse({ ...input, eventId: `preview ${services.newId()}` });
  if (!parsed.success) {
    return refusedPreview('INVALID_INPUT', parsed.error.issues.map(({ message }) => message).join(' '));
  }
  try {
    const outcome = await recordSubscriptionChange.run(work, parsed.data);
    return await rehearse(work, outcome.commit);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refusedPreview(error.errors[0]?.code ?? 'REFUSED', error.message);
  }
}
