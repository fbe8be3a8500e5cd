import type { LineSnapshot, Resolution, Session, Step } from '../connectors/contract.js';
import { isConnectorError } from '../connectors/errors.js';
import { entryError, type Unread } from './verdicts.js';

/** What a read tells of a write that was sent. `unread`: nothing, because it failed; then it is no verdict. */
export interface Told extends Resolution {
  readonly unread?: Unread;
}

/** Never throws: a line that could not be read tells as little as a connector that fails on what was read. */
export function tell(
  session: () => Session,
  step: Step,
  seen: { readonly line: LineSnapshot } | { readonly error: unknown },
): Told {
  if ('error' in seen) return nothing(seen.error);
  const { line } = seen;
  try {
    const shown = session().resolve(step, line);
    if (shown.state !== 'undetermined' || !line.problem) return shown;
    const { kind, code, message, hint } = line.problem;
    const error = { class: kind, code, message, ...(hint !== undefined && { hint }) };
    return { ...shown, unread: { error, passing: false } };
  } catch (error) {
    return nothing(error);
  }
}

function nothing(cause: unknown): Told {
  const error = entryError(cause);
  const passing = isConnectorError(cause) && (cause.retryable || PASSING.has(cause.kind));
  return { state: 'undetermined', observed: null, evidence: error.message, unread: { error, passing } };
}

const PASSING: ReadonlySet<string> = new Set(['authInvalid', 'aborted']);

/**
 * Of a write of amounts alone that the vendor acknowledged, and whose line shows the units but not the amounts (a period that
 * is cut, a user who may not read costs), the acknowledgement is all that will ever be known.
 */
export function asAcknowledged({ before, after }: Step, told: Told): Told {
  const shown = told.observed?.units === after.units && before.units === after.units;
  if (told.state !== 'undetermined' || told.unread || !shown) return told;
  const warning = `The PSA acknowledged the amounts and does not show them, so nobody has read them back. ${told.evidence} Look at the contract line.`;
  return { ...told, state: 'applied', warning };
}
