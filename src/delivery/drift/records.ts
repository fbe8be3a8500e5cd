import type { RemoteCompany, RemoteRecords, RemoteService, Session } from '../../connectors/contract.js';
import { isConnectorError } from '../../connectors/errors.js';

/** Why what a mapping names could not be mapped as it is in the PSA now. */
export interface Unfit {
  readonly code: string;
  readonly message: string;
  /** What the rule wants and what is there, where it tells. */
  readonly expected: string | null;
  readonly actual: string | null;
}

/** What an offer variant must find in its service. */
export interface Billed {
  readonly offerType: string;
  readonly billingFrequency: string;
}

/** The rules of mapping (R17, R26, R27, R33), which hold as long as a mapping stands. Null: it could still be mapped. */
export interface MappingRules {
  company(company: RemoteCompany, currency: string): Unfit | null;
  service(service: RemoteService, billed: Billed): Unfit | null;
}

export type Kind = 'company' | 'service';
/** Null: the PSA does not tell, or not this API user; then nothing can be said. */
export type Found<K extends Kind> = ReadonlyMap<string, RemoteRecords[K]> | null;

/** Looks again at what is mapped, in lists. Throws `ConnectorError` where the PSA could not be asked at all. */
export async function lookAgain<K extends Kind>(session: Session, kind: K, ids: readonly string[]): Promise<Found<K>> {
  const unique = [...new Set(ids)];
  if (unique.length === 0 || !session.getMany) return null;
  try {
    const records = await session.getMany(kind, unique);
    return records && new Map(records.map((record) => [record.id, record]));
  } catch (error) {
    // A missing right says nothing of what it hides.
    if (isConnectorError(error) && !error.retryable && error.kind !== 'authInvalid') return null;
    throw error;
  }
}

export function unfitCompany(found: Found<'company'>, id: string, rules: MappingRules, currency: string): Unfit | null {
  if (found === null) return null;
  const company = found.get(id);
  return company ? rules.company(company, currency) : gone('COMPANY_GONE', 'company', id);
}

export function unfitService(found: Found<'service'>, id: string, rules: MappingRules, billed: Billed): Unfit | null {
  if (found === null) return null;
  const service = found.get(id);
  return service ? rules.service(service, billed) : gone('SERVICE_GONE', 'service', id);
}

function gone(code: string, noun: string, id: string): Unfit {
  const message = `The ${noun} vanished from the PSA, or its API user may not see it any more.`;
  return { code, message, expected: id, actual: null };
}
