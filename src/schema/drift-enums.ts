import {
  DriftCause,
  DriftField,
  DriftRule,
  DriftState,
  ReconciliationStatus,
} from '../../prisma/generated/client/enums.js';
import type { Builder } from './builder.js';

/** Enumerations of reconciling, each value described. */
export function driftEnums(builder: Builder) {
  const status = builder.enumType('ReconciliationStatus', {
    description: 'State of a reconciliation.',
    values: {
      RUNNING: { value: ReconciliationStatus.RUNNING, description: 'Being done; its entry tells how far it is.' },
      SUCCEEDED: { value: ReconciliationStatus.SUCCEEDED, description: 'Everything was compared.' },
      FAILED: { value: ReconciliationStatus.FAILED, description: 'The PSA could not be read to the end.' },
      CANCELED: {
        value: ReconciliationStatus.CANCELED,
        description: 'The connection was deleted, or is not ACTIVE any more.',
      },
    } as const,
  });
  const field = builder.enumType('DriftField', {
    description: 'What differs.',
    values: {
      QUANTITY: { value: DriftField.QUANTITY, description: 'The units that are billed.' },
      UNIT_PRICE: { value: DriftField.UNIT_PRICE, description: 'What the customer pays for one unit.' },
      UNIT_COST: { value: DriftField.UNIT_COST, description: 'What one unit costs you; only where the PSA shows it.' },
      CURRENCY: { value: DriftField.CURRENCY, description: "The currency, against the connection's (R9)." },
      CONTRACT: { value: DriftField.CONTRACT, description: 'The contract it is billed on.' },
      SERVICE: { value: DriftField.SERVICE, description: 'The service it is billed as.' },
      LINE: { value: DriftField.LINE, description: 'The line cannot be read for what it is; psaValue says why.' },
    } as const,
  });
  const cause = builder.enumType('DriftCause', {
    description: 'Why the two sides probably differ.',
    values: {
      MANUAL_EDIT: {
        value: DriftCause.MANUAL_EDIT,
        description:
          'The PSA has neither what the marketplace says nor what was written last: somebody edited it (R63).',
      },
      MISSED_CHANGE: {
        value: DriftCause.MISSED_CHANGE,
        description: 'The PSA has what was written last, and the marketplace has moved on; or an operation failed.',
      },
      CONTRACT_ENDED: { value: DriftCause.CONTRACT_ENDED, description: 'The contract has ended; nothing is billed.' },
      CONTRACT_ENDS_EARLY: {
        value: DriftCause.CONTRACT_ENDS_EARLY,
        description: 'The contract ends before the term of the cloud subscription.',
      },
      CONTRACT_STARTS_LATE: {
        value: DriftCause.CONTRACT_STARTS_LATE,
        description: 'The contract begins after the cloud subscription.',
      },
      CONTRACT_INACTIVE: { value: DriftCause.CONTRACT_INACTIVE, description: 'The contract was set inactive.' },
      CONTRACT_GONE: { value: DriftCause.CONTRACT_GONE, description: 'The contract vanished, or may not be seen.' },
      SERVICE_INACTIVE: { value: DriftCause.SERVICE_INACTIVE, description: 'The service was set inactive.' },
      SERVICE_GONE: { value: DriftCause.SERVICE_GONE, description: 'The service vanished, or may not be seen.' },
      MAPPING_STALE: {
        value: DriftCause.MAPPING_STALE,
        description: 'The mapping names something that is not what it was when it was mapped; map it again.',
      },
      PRICE_LIST: {
        value: DriftCause.PRICE_LIST,
        description: 'The gateway never wrote an amount: the one of the PSA itself stands.',
      },
      UNKNOWN: { value: DriftCause.UNKNOWN, description: 'It cannot be told.' },
    } as const,
  });
  const state = builder.enumType('DriftState', {
    description: 'State of a drift. OPEN, CORRECTING and ACCEPTED stand.',
    values: {
      OPEN: { value: DriftState.OPEN, description: 'It waits for a decision.' },
      CORRECTING: { value: DriftState.CORRECTING, description: 'A correction is on its way to the PSA.' },
      CORRECTED: { value: DriftState.CORRECTED, description: 'It was corrected, and found equal after that.' },
      ACCEPTED: { value: DriftState.ACCEPTED, description: 'What the PSA has is right; the same is not raised again.' },
      GONE: { value: DriftState.GONE, description: 'It was found equal again without a correction.' },
    } as const,
  });
  const rule = builder.enumType('DriftRule', {
    description: 'Who is right where the two sides differ.',
    values: {
      ASK: { value: DriftRule.ASK, description: 'A person decides.' },
      MARKETPLACE_WINS: { value: DriftRule.MARKETPLACE_WINS, description: 'The PSA is corrected.' },
      PSA_WINS: { value: DriftRule.PSA_WINS, description: 'The PSA stays as it is.' },
    } as const,
  });
  const side = builder.enumType('DriftSide', {
    description: 'Which side of a drift is taken.',
    values: {
      MARKETPLACE: { description: 'The PSA is made as the marketplace says.' },
      PSA: { description: 'The PSA stays as it is.' },
    } as const,
  });
  return { status, field, cause, state, rule, side };
}
