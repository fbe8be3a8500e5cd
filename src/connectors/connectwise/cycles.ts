import type { BillingFrequency, ConnectorContext } from '../contract.js';

/**
 * ConnectWise: billing cycles are a table of the tenant and their names are free text. These are known; a connection can
 * name further ones in its settings.
 */
const KNOWN: readonly (readonly [RegExp, BillingFrequency])[] = [
  [/^(?:monthly|every month|1 month|month)$/i, 'MONTHLY'],
  [/^(?:annual|annually|yearly|every year|12 months|1 year|year)$/i, 'ANNUAL'],
];

export type Cycles = (name: string | null) => BillingFrequency | null;

export function createCycles({ settings }: Pick<ConnectorContext, 'settings'>): Cycles {
  const named = (text: string | undefined) =>
    (text ?? '').split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim().toLowerCase()]));
  const [monthly, annual] = [named(settings.monthlyCycles), named(settings.annualCycles)];
  return (name) => {
    const cycle = (name ?? '').trim();
    if (monthly.includes(cycle.toLowerCase())) return 'MONTHLY';
    if (annual.includes(cycle.toLowerCase())) return 'ANNUAL';
    return KNOWN.find(([says]) => says.test(cycle))?.[1] ?? null;
  };
}
