import type { BillingFrequency, CalendarDate, CurrencyCode, Decimal } from '../contract.js';

/**
 * The tenant that every connector is checked against, in neutral words. A package's simulator is seeded with it, in the
 * vendor's own shapes and with the vendor's own ids; `key` names a record between the kit and the simulator.
 */
export interface World {
  /** The simulator's clock stands still here. */
  readonly now: string;
  /** The currency of the connection; every company but those that say so has it. */
  readonly currency: CurrencyCode;
  readonly companies: readonly WorldCompany[];
  readonly services: readonly WorldService[];
  readonly contracts: readonly WorldContract[];
  readonly lines: readonly WorldLine[];
}

export interface WorldCompany {
  readonly key: string;
  readonly name: string;
  readonly active: boolean;
  readonly isCustomer: boolean;
  readonly currency: CurrencyCode;
}

export interface WorldService {
  readonly key: string;
  readonly name: string;
  readonly active: boolean;
  readonly billingFrequency: BillingFrequency;
  readonly unitPrice: Decimal;
  readonly unitCost: Decimal;
}

export interface WorldContract {
  readonly key: string;
  readonly name: string;
  /** Key of its company. */
  readonly company: string;
  readonly billingFrequency: BillingFrequency;
  readonly startDate: CalendarDate;
  /** Its last day. */
  readonly endDate: CalendarDate;
}

/** Units of a service that a contract bills from its first day on. Amounts are the service's. */
export interface WorldLine {
  readonly contract: string;
  readonly service: string;
  readonly units: number;
}

export interface WorldOptions {
  /** More records than the vendor gives in one page. */
  readonly pageOverflow: number;
  /** Decimals the vendor keeps of a unit price. */
  readonly priceDecimals: number;
}

export const NOW = '2026-11-23T12:00:00.000Z';
/** Contracts of one line each, beside the first one: what is read of them must take few calls. */
export const BULK = 24;

/** Names in which a look-up that takes characters for syntax goes wrong, each with a neighbour that it would then find. */
export const AWKWARD_NAMES = [
  ['percent', '100% Organic', '1000 Organic'],
  ['star', 'Star*Works', 'StarXWorks'],
  ['underscore', 'Under_score', 'UnderXscore'],
  ['quotes', `O'Brien "Sons"`, 'OBrien Sons'],
  ['backslash', 'Back\\slash', 'Backslash'],
  ['ampersand', 'Salt & Pepper + Co', 'Salt  Pepper  Co'],
  ['unicode', 'Ärzte für Ödön', 'Arzte fur Odon'],
] as const;

export function createWorld({ pageOverflow, priceDecimals }: WorldOptions): World {
  const currency = 'USD';
  const company = (key: string, name: string, more: Partial<WorldCompany> = {}): WorldCompany => ({
    ...{ key, name, active: true, isCustomer: true, currency },
    ...more,
  });
  const service = (key: string, name: string, unitPrice: string, unitCost: string): WorldService => ({
    ...{ key, name, unitPrice, unitCost, active: true, billingFrequency: 'MONTHLY' },
  });
  const contract = (key: string, name: string, more: Partial<WorldContract> = {}): WorldContract => ({
    ...{ key, name, company: 'acme', billingFrequency: 'MONTHLY', startDate: '2026-01-01', endDate: '2028-12-31' },
    ...more,
  });
  const cut = (amount: string) => amount.slice(0, amount.indexOf('.') + 1 + priceDecimals);
  const bulk = Array.from({ length: BULK }, (_each, at) => `bulk${at}`);
  return {
    now: NOW,
    currency,
    companies: [
      company('acme', 'Acme Trading'),
      company('bakery', 'Acme Bakery'),
      company('within', 'The Acme Shop'),
      company('retired', 'Acme Retired', { active: false }),
      company('prospect', 'Acme Prospect', { isCustomer: false }),
      company('euro', 'Euro Trading', { currency: 'EUR' }),
      ...AWKWARD_NAMES.flatMap(([key, name, other]) => [company(key, name), company(`${key}-other`, other)]),
      // In the opposite order of their names: who sorts one page only, or by id, begins with the wrong ones.
      ...Array.from({ length: pageOverflow }, (_each, at) => {
        const number = String(pageOverflow - at).padStart(4, '0');
        return company(`crowd${number}`, `Crowd ${number}`);
      }),
    ],
    services: [
      service('basic', 'Mail Basic', '6.6', '5.1'),
      service('precise', 'Mail Precise', cut('10.5375'), cut('8.4301')),
      service('fresh', 'Mail Fresh', '4.4', '3.4'),
      service('free', 'Usage', '0', '0'),
      { ...service('yearly', 'Mail Yearly', '432', '360'), billingFrequency: 'ANNUAL' },
      { ...service('gone', 'Mail Gone', '12', '8'), active: false },
      service('inside', 'The Mail Inside', '1', '1'),
      ...AWKWARD_NAMES.flatMap(([key, name, other]) => [
        service(key, name, '1', '1'),
        service(`${key}-other`, other, '1', '1'),
      ]),
    ],
    contracts: [
      contract('monthly', 'Cloud Monthly'),
      contract('second', 'Cloud from the Second', { startDate: '2026-01-02', endDate: '2029-01-01' }),
      contract('leap', 'Cloud Leap', { startDate: '2024-02-29', endDate: '2028-02-29' }),
      contract('yearly', 'Cloud Yearly', { billingFrequency: 'ANNUAL' }),
      contract('ended', 'Cloud Ended', { startDate: '2024-01-01', endDate: '2024-12-31' }),
      contract('inside', 'The Cloud Inside'),
      contract('other', 'Cloud of Another', { company: 'bakery' }),
      contract('euro', 'Cloud in Euro', { company: 'euro' }),
      ...AWKWARD_NAMES.flatMap(([key, name, other]) => [contract(key, name), contract(`${key}-other`, other)]),
      // Short ones: a simulator that keeps a row for each period is quicker back at its seed.
      ...bulk.map((key) => contract(key, `Bulk ${key.slice(4)}`, { company: 'bakery', endDate: '2027-03-31' })),
    ],
    lines: [
      { contract: 'monthly', service: 'basic', units: 10 },
      { contract: 'monthly', service: 'precise', units: 5 },
      { contract: 'monthly', service: 'free', units: 1 },
      { contract: 'ended', service: 'basic', units: 2 },
      { contract: 'euro', service: 'basic', units: 7 },
      ...bulk.map((key, at) => ({ contract: key, service: 'basic', units: at + 1 })),
    ],
  };
}
