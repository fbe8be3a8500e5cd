/** CloudCockpit's enumerations and ours. */

const pairs = (text: string) => Object.fromEntries(text.split(/\s+/).map((pair) => pair.split('=')));

export const OFFER_TYPES: Words = pairs(
  'License=LICENSE LicenseLegacy=LICENSE_LEGACY SoftwareSubscription=SOFTWARE_SUBSCRIPTION PerpetualSoftware=PERPETUAL_SOFTWARE AzurePlan=AZURE_PLAN AzureReservation=AZURE_RESERVATION AzureLegacy=AZURE_LEGACY AzureSavingsPlan=AZURE_SAVINGS_PLAN',
);
export const BILLING_TYPES: Words = pairs('License=LICENSE Usage=USAGE None=NONE');
export const SEGMENTS: Words = pairs(
  'Commercial=COMMERCIAL Education=EDUCATION Government=GOVERNMENT NonProfit=NON_PROFIT',
);
export const TERMS: Words = pairs(
  'NoTerm=NO_TERM OneMonth=ONE_MONTH OneYear=ONE_YEAR ThreeYears=THREE_YEARS FiveYears=FIVE_YEARS',
);
export const FREQUENCIES: Words = pairs('OneTime=ONE_TIME Monthly=MONTHLY Annual=ANNUAL Triennial=TRIENNIAL None=NONE');
const STATUSES: Words = pairs('Active=ACTIVE Suspended=SUSPENDED Expired=EXPIRED Deleted=DELETED');

export interface Words {
  readonly [theirs: string]: string | undefined;
}

/** An enumeration is `{name}`. What is not known is passed on as it is: the push says what is wrong with it. */
export function wordOf(words: Words, value: unknown): unknown {
  const name = nameOf(value);
  if (typeof name !== 'string') return name ?? undefined;
  return Object.hasOwn(words, name) ? words[name] : name;
}

/** CloudCockpit: there are two kinds of being disabled. Inferred: the names of both begin with it. */
export function statusOf(value: unknown): unknown {
  const word = wordOf(STATUSES, value);
  return typeof word === 'string' && word.startsWith('Disabled') ? 'DISABLED' : word;
}

export function nameOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'name' in value ? value.name : value;
}
