import { addDays, addMonths } from './days.js';
import type { Row } from './filter.js';

/** What the stub holds; ids count from the first one of their kind. */
export interface Size {
  readonly companies: number;
  /** Of the companies in turn. */
  readonly contracts: number;
  readonly services: number;
  /** The first day of the month the contracts begin with; they run for three years. */
  readonly from: string;
}

export const FIRST = { company: 201, service: 101, contract: 1001 } as const;

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);

/** Rows by entity. Whatever is not named has none. */
export function catalogueOf({ companies, contracts, services, from }: Size) {
  const period = { contractPeriodType: 2, contractType: 7, status: 1 };
  const endDate = addDays(addMonths(from, 36), -1);
  const rows = {
    Companies: upTo(companies).map((at) => ({
      ...{ id: FIRST.company + at, companyName: `Company ${at}`, companyType: 1, isActive: true, currencyID: 1 },
    })),
    Contracts: upTo(contracts).map((at) => ({
      ...{ id: FIRST.contract + at, contractName: `Contract ${at}`, contractNumber: null, ...period },
      ...{
        companyID: FIRST.company + (at % companies),
        startDate: `${from}T00:00:00Z`,
        endDate: `${endDate}T00:00:00Z`,
      },
    })),
    Services: upTo(services).map((at) => ({
      ...{ id: FIRST.service + at, name: `Service ${at}`, isActive: true, periodType: 2, unitPrice: 10, unitCost: 8 },
    })),
    Currencies: [{ id: 1, name: 'USD', isActive: true, isInternalCurrency: true, exchangeRate: 1 }],
    Modules: [{ id: 1, name: 'Multi-Currency', isActive: false }],
  };
  const days = new Map(rows.Contracts.map(({ id }) => [id, { id, startDate: from, endDate }]));
  return { rows: rows as { readonly [entity: string]: readonly Row[] }, contracts: days };
}

/** Choices of the fields whose values are looked up by their labels. */
const CHOICES: { readonly [entity: string]: { readonly [field: string]: { readonly [value: string]: string } } } = {
  Contracts: {
    contractType: { 1: 'Time & Materials', 7: 'Recurring Service' },
    contractPeriodType: { 2: 'Monthly', 3: 'Quarterly', 4: 'Semi-Annual', 5: 'Yearly' },
    status: { 0: 'Inactive', 1: 'Active' },
  },
  Services: { periodType: { 2: 'Monthly', 3: 'Quarterly', 4: 'Semi-Annual', 5: 'Yearly' } },
  Companies: { companyType: { 1: 'Customer', 7: 'Vendor' } },
};

export function fieldsOf(entity: string): object {
  const fields = Object.entries(CHOICES[entity] ?? {}).map(([name, choices]) => ({
    ...{ name, dataType: 'integer', isPickList: true },
    picklistValues: Object.entries(choices).map(([value, label]) => ({ value, label, isActive: true })),
  }));
  return { fields };
}

/** Everything is allowed to whoever asks. */
export function informationOf(name: string): object {
  const verbs = ['Create', 'Delete', 'Query', 'Update'];
  const info = verbs.flatMap((verb) => [
    [`can${verb}`, true],
    [`userAccessFor${verb}`, 'All'],
  ]);
  return { info: { name, ...Object.fromEntries(info) } };
}
