import type { DriftCause, DriftField } from '../../../prisma/generated/client/client.js';
import type { LineSnapshot } from '../../connectors/contract.js';
import type { Finding } from './finding.js';
import type { MappedLine } from './lines.js';
import type { Unfit } from './records.js';

/** What holds a line (its contract, its service, their currency) against what was mapped. Pure. */

export interface FrameVerdict {
  readonly finding: Finding | null;
  /** The mapping names something that is not there, or not that any more (1.8). */
  readonly stale: boolean;
}

/** The gravest thing about the contract. `hidesLine`: what it bills on the day says nothing about the line. */
export function contractFinding(
  line: MappedLine,
  { contract }: LineSnapshot,
  day: string,
  company: Unfit | null,
): FrameVerdict & { readonly hidesLine: boolean } {
  const { target, subscription, mapped } = line;
  const differs = (cause: DriftCause, marketplace: string | null, psa: string | null) =>
    finding(day, 'CONTRACT', cause, marketplace, psa);
  if (!contract) return { finding: differs('CONTRACT_GONE', target.contractId, null), stale: true, hidesLine: true };
  if (contract.companyId !== target.companyId) {
    const moved = differs('MAPPING_STALE', target.companyId, contract.companyId);
    return { finding: moved, stale: true, hidesLine: true };
  }
  const { startDate, endDate, billingFrequency: frequency, active } = contract;
  if (endDate !== null && endDate < day) {
    const ended = differs('CONTRACT_ENDED', subscription.endDate, endDate);
    return { finding: ended, stale: false, hidesLine: true };
  }
  if (startDate > day && startDate > subscription.startDate) {
    const late = differs('CONTRACT_STARTS_LATE', subscription.startDate, startDate);
    return { finding: late, stale: false, hidesLine: true };
  }
  const seen = (found: Finding | null, stale: boolean) => ({ finding: found, stale, hidesLine: false });
  if (!active) return seen(differs('CONTRACT_INACTIVE', 'active', 'inactive'), true);
  if (contract.recurring === false) return seen(differs('MAPPING_STALE', 'recurring', 'not recurring'), true);
  if (frequency !== null && frequency !== subscription.billingFrequency) {
    return seen(differs('MAPPING_STALE', subscription.billingFrequency, frequency), true);
  }
  if (mapped.companyId !== target.companyId) {
    return seen(differs('MAPPING_STALE', mapped.companyId, target.companyId), true);
  }
  if (company) return seen(differs('MAPPING_STALE', company.expected, company.actual ?? company.code), true);
  if (endDate !== null && subscription.endDate !== null && endDate < subscription.endDate) {
    return seen(differs('CONTRACT_ENDS_EARLY', subscription.endDate, endDate), false);
  }
  return seen(null, false);
}

/** Undefined without a contract: then nobody looked at its service. */
export function serviceFinding(
  line: MappedLine,
  { contract, service }: LineSnapshot,
  day: string,
  unfit: Unfit | null,
): FrameVerdict | undefined {
  const { target, mapped } = line;
  if (!contract) return undefined;
  if (!service) return { finding: finding(day, 'SERVICE', 'SERVICE_GONE', target.serviceId, null), stale: true };
  if (!service.active)
    return { finding: finding(day, 'SERVICE', 'SERVICE_INACTIVE', 'active', 'inactive'), stale: true };
  const differs = (marketplace: string | null, psa: string) =>
    finding(day, 'SERVICE', 'MAPPING_STALE', marketplace, psa);
  // Its offer variant is another one since it was mapped (R52, R61).
  if (mapped.serviceId !== target.serviceId)
    return { finding: differs(mapped.serviceId, target.serviceId), stale: true };
  if (!unfit) return { finding: null, stale: false };
  return { finding: differs(unfit.expected, unfit.actual ?? unfit.code), stale: true };
}

/**
 * Both sides must be in the connection's currency (R9): the owner's price (R43) and the contract. Undefined where the PSA does
 * not tell.
 */
export function currencyFinding(
  { currency: own }: MappedLine,
  { contract }: LineSnapshot,
  { day, currency }: { readonly day: string; readonly currency: string },
): Finding | null | undefined {
  if (own !== null && own !== currency) {
    return finding(day, 'CURRENCY', 'MAPPING_STALE', own, contract?.currency ?? currency);
  }
  if (!contract?.currency) return undefined;
  return contract.currency === currency ? null : finding(day, 'CURRENCY', 'MANUAL_EDIT', currency, contract.currency);
}

function finding(
  day: string,
  field: DriftField,
  cause: DriftCause,
  marketplaceValue: string | null,
  psaValue: string | null,
): Finding {
  return { day, field, cause, marketplaceValue, psaValue, lastWrittenValue: null };
}
