import type { BillingFrequency, CalendarDate, CurrencyCode, LineSnapshot } from '../contract.js';
import { evidenceOfLine } from './evidence.js';
import { readByIds } from './in-batches.js';
import type { Tools } from './lookups.js';
import type { Picklists } from './picklists.js';
import type { Grid } from './units.js';
import type { Row } from './wire.js';

/** What a snapshot needs of a contract. */
export interface ContractFacts {
  readonly name: string;
  readonly companyId: string;
  readonly active: boolean;
  readonly recurring: boolean;
  readonly billingFrequency: BillingFrequency | null;
  readonly grid: Grid;
}

export interface ServiceFacts {
  readonly name: string;
  readonly active: boolean;
  readonly months: number | null;
  /** It shows a cost above 0, so the level may read costs. */
  readonly showsCost: boolean;
}

/** `unusable`: the record came without a field it must have. */
export type Found<T> = T | 'unusable' | undefined;

export async function readContracts(
  tools: Tools,
  lists: Picklists,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, Found<ContractFacts>>> {
  const query = { entity: 'Contracts', permissionId: 'permission.contracts', signal };
  return mapped(await readByIds(tools.client, ids, query), (row) => contractFacts(row, lists));
}

export async function readServices(
  tools: Tools,
  lists: Picklists,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, Found<ServiceFacts>>> {
  const query = { entity: 'Services', permissionId: 'permission.services', signal };
  return mapped(await readByIds(tools.client, ids, query), (row) => ({
    name: row.text('name') ?? '',
    active: row.boolean('isActive') ?? false,
    months: lists.servicePeriod(row.text('periodType')).months,
    showsCost: isAboveZero(row.decimal('unitCost')),
  }));
}

function contractFacts(row: Row, lists: Picklists): ContractFacts | 'unusable' {
  const [startDate, companyId] = [row.date('startDate'), row.id('companyID')];
  if (startDate === null || companyId === null) return 'unusable';
  const { frequency, months } = lists.contractPeriod(row.text('contractPeriodType'));
  return {
    name: row.text('contractName') ?? '',
    companyId,
    active: row.text('status') === lists.activeContract,
    recurring: !row.has('contractType') || row.text('contractType') === lists.recurringService,
    billingFrequency: frequency,
    grid: { startDate, endDate: row.date('endDate'), months },
  };
}

/** What snapshots of seconds ago say of contracts and services; what they did not find is asked again. */
export function knownFacts(known: readonly LineSnapshot[]): {
  contracts: Map<string, Found<ContractFacts>>;
  services: Map<string, Found<ServiceFacts>>;
  currencies: Map<string, CurrencyCode>;
} {
  const facts = { contracts: new Map(), services: new Map(), currencies: new Map() };
  for (const { target, contract, service, evidence } of known) {
    const seen = evidenceOfLine({ evidence });
    if (contract && seen) {
      const { name, companyId, active, billingFrequency } = contract;
      facts.contracts.set(target.contractId, {
        name,
        companyId,
        active,
        recurring: seen.recurring,
        billingFrequency,
        grid: seen.grid,
      });
      if (contract.currency !== null) facts.currencies.set(companyId, contract.currency);
    }
    if (service && seen) {
      facts.services.set(target.serviceId, { ...service, months: seen.serviceMonths, showsCost: seen.costsShown });
    }
  }
  return facts;
}

export function isAboveZero(amount: string | null): boolean {
  return amount !== null && Number(amount) > 0;
}

export function hasEnded(grid: Grid, today: CalendarDate): boolean {
  return grid.endDate !== null && grid.endDate < today;
}

function mapped<T>(rows: ReadonlyMap<string, Row>, factsOf: (row: Row) => T): Map<string, T> {
  return new Map([...rows].map(([id, row]) => [id, factsOf(row)]));
}
