import type { LineSnapshot } from '../contract.js';
import { agreementOf } from './agreements.js';
import type { Cycles } from './cycles.js';
import { evidenceOf } from './evidence.js';
import type { Row } from './wire.js';

/** What a line needs to know of its agreement; null: the agreement lacks what every one has. */
export type AgreementFacts = {
  readonly contract: NonNullable<LineSnapshot['contract']>;
  readonly cancelled: boolean;
} | null;

/** What a line needs to know of its product. */
export interface ProductFacts {
  readonly service: NonNullable<LineSnapshot['service']>;
  readonly taxable: boolean | null;
}

export function agreementFacts(row: Row, cycles: Cycles): AgreementFacts {
  if (row.date('startDate') === null || row.row('company')?.id('id') == null) return null;
  const { name, companyId, active, startDate, endDate, billingFrequency, currency } = agreementOf(row, cycles);
  const contract = { name, companyId, active, startDate, endDate, billingFrequency, currency };
  return { contract, cancelled: row.boolean('cancelledFlag') === true };
}

export function productFacts(row: Row): ProductFacts {
  const name = row.text('description') || (row.text('identifier') ?? '');
  return { service: { name, active: row.boolean('inactiveFlag') !== true }, taxable: row.boolean('taxableFlag') };
}

export interface KnownFacts {
  readonly agreements: ReadonlyMap<string, AgreementFacts>;
  readonly products: ReadonlyMap<string, ProductFacts>;
}

/** What snapshots of seconds ago say of agreements and products. */
export function knownFacts(known: readonly LineSnapshot[]): KnownFacts {
  const agreements = new Map<string, AgreementFacts>();
  const products = new Map<string, ProductFacts>();
  for (const { target, contract, service, evidence } of known) {
    const seen = evidenceOf(evidence);
    if (!seen) continue;
    if (contract) agreements.set(target.contractId, { contract, cancelled: seen.cancelled });
    if (service) products.set(target.serviceId, { service, taxable: seen.taxable });
  }
  return { agreements, products };
}
