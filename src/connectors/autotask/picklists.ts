import type { BillingFrequency } from '../contract.js';
import { isConnectorError } from '../errors.js';
import type { Client } from './client.js';

/** A list of choices: value as text (Autotask: a string even for integer fields) and label. */
export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly active: boolean;
}

/** The choices this connector needs, resolved by label with the documented values as fallback (section 7.0). */
export interface Picklists {
  readonly customerType: string;
  readonly recurringService: string;
  readonly activeContract: string;
  companyTypeLabel(value: string | null): string;
  contractPeriod(value: string | null): Period;
  servicePeriod(value: string | null): Period;
  /** The values of a field that mean this frequency. */
  periodValue(of: 'contract' | 'service', frequency: BillingFrequency): string | null;
  /** Lists that could not be read; the fallback values stand in. */
  readonly unread: readonly string[];
  /** False when the contract types were read and none of them is the recurring one. */
  readonly hasRecurringService: boolean;
}

export interface Period {
  readonly frequency: BillingFrequency | null;
  readonly label: string;
  readonly months: number | null;
}

const FIELDS = [
  ['Contracts', 'contractType'],
  ['Contracts', 'contractPeriodType'],
  ['Contracts', 'status'],
  ['Services', 'periodType'],
  ['Companies', 'companyType'],
] as const;

/** Autotask: the four period types of the REST API; tenants in other languages have other labels. */
const PERIODS: readonly {
  value: string;
  label: string;
  says: RegExp;
  months: number;
  frequency: BillingFrequency | null;
}[] = [
  { value: '2', label: 'Monthly', says: /^(?:1 )?month(?:ly)?$/i, months: 1, frequency: 'MONTHLY' },
  { value: '3', label: 'Quarterly', says: /^quarter(?:ly)?$/i, months: 3, frequency: null },
  { value: '4', label: 'Semi-Annual', says: /^semi[- ]?annual(?:ly)?$|^half[- ]?yearly$/i, months: 6, frequency: null },
  { value: '5', label: 'Yearly', says: /^(?:year(?:ly)?|annual(?:ly)?)$/i, months: 12, frequency: 'ANNUAL' },
];

/** Reads the three field lists one by one: in parallel they are what trips Autotask's thread limit. */
export async function readPicklists(client: Client): Promise<Picklists> {
  const lists = new Map<string, Choice[]>();
  const unread: string[] = [];
  for (const entity of ['Contracts', 'Services', 'Companies']) {
    try {
      const path = `/${entity}/entityInformation/fields`;
      const answer = await client.call({ method: 'GET', path, buckets: [entity] });
      for (const field of answer.rows('fields') ?? []) {
        const choices = field.rows('picklistValues');
        const name = FIELDS.find(
          ([of, each]) => of === entity && each.toLowerCase() === field.text('name')?.toLowerCase(),
        );
        if (choices && name) {
          lists.set(
            name.join('.'),
            choices.map((each) => ({
              value: each.text('value') ?? '',
              label: each.text('label') ?? '',
              active: each.boolean('isActive') ?? true,
            })),
          );
        }
      }
    } catch (error) {
      if (!isConnectorError(error) || !MAY_FALL_BACK.includes(error.kind)) throw error;
      unread.push(entity);
    }
  }
  return resolvePicklists((entity, field) => lists.get(`${entity}.${field}`), unread);
}

const MAY_FALL_BACK = ['permissionMissing', 'notFound', 'protocol', 'invalid', 'precondition'];

export function resolvePicklists(
  list: (entity: string, field: string) => readonly Choice[] | undefined,
  unread: readonly string[] = [],
): Picklists {
  const byLabel = (entity: string, field: string, says: RegExp, fallback: string): string => {
    const choices = list(entity, field) ?? [];
    const found = choices.filter((each) => says.test(each.label.trim()));
    return (found.find((each) => each.active) ?? found[0])?.value || fallback;
  };
  const period = (field: readonly [string, string], value: string | null): Period => {
    const label = list(...field)?.find((each) => each.value === value)?.label;
    const known =
      PERIODS.find((each) => label !== undefined && each.says.test(label.trim())) ??
      PERIODS.find((each) => each.value === value);
    return {
      frequency: known?.frequency ?? null,
      label: label ?? known?.label ?? value ?? 'none',
      months: known?.months ?? null,
    };
  };
  const contractPeriods = ['Contracts', 'contractPeriodType'] as const;
  const servicePeriods = ['Services', 'periodType'] as const;
  const recurringService = byLabel('Contracts', 'contractType', /^recurring services?$/i, '7');
  return {
    customerType: byLabel('Companies', 'companyType', /^customers?$/i, '1'),
    recurringService,
    activeContract: byLabel('Contracts', 'status', /^(?:active|in effect)$/i, '1'),
    companyTypeLabel: (value) =>
      list('Companies', 'companyType')?.find((each) => each.value === value)?.label ??
      (value === '1' ? 'Customer' : `Type ${value ?? 'unknown'}`),
    contractPeriod: (value) => period(contractPeriods, value),
    servicePeriod: (value) => period(servicePeriods, value),
    periodValue: (of, frequency) => {
      const known = PERIODS.find((each) => each.frequency === frequency);
      if (!known) return null;
      const [entity, field] = of === 'contract' ? contractPeriods : servicePeriods;
      return byLabel(entity, field, known.says, known.value);
    },
    unread,
    hasRecurringService:
      list('Contracts', 'contractType')?.some((each) => each.active && each.value === recurringService) ?? true,
  };
}
