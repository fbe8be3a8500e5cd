import type { SourceKind } from '../source.js';

/** How a cell becomes a value: `clearable` is text whose empty cell clears what is stored; elsewhere an empty cell is none. */
type Cell = 'text' | 'clearable' | 'number' | 'flag' | 'variants';

/** The columns a CSV file may have, named as the fields of the mutations; a dot leads into an object. */
export const COLUMNS: { readonly [K in SourceKind]: { readonly [column: string]: Cell } } = {
  customers: {
    externalId: 'text',
    companyName: 'text',
    internalIdentifier: 'clearable',
    email: 'clearable',
    taxId: 'clearable',
    domain: 'clearable',
    country: 'clearable',
    currency: 'clearable',
    deleted: 'flag',
    observedAt: 'text',
    resellerId: 'text',
  },
  offers: {
    externalId: 'text',
    name: 'text',
    providerOfferId: 'clearable',
    offerType: 'text',
    billingType: 'text',
    isAddon: 'flag',
    isTrial: 'flag',
    variants: 'variants',
    observedAt: 'text',
  },
  cloudSubscriptions: {
    externalId: 'text',
    customerExternalId: 'text',
    offerExternalId: 'text',
    segment: 'text',
    term: 'text',
    billingFrequency: 'text',
    name: 'text',
    status: 'text',
    quantity: 'number',
    assignedLicenses: 'number',
    creationDate: 'text',
    startDate: 'text',
    endDate: 'clearable',
    cancellationAllowedUntil: 'clearable',
    autoRenewEnabled: 'flag',
    poNumber: 'clearable',
    providerSubscriptionId: 'clearable',
    orderId: 'clearable',
    currency: 'text',
    unitCost: 'text',
    unitPrice: 'text',
    priceBasis: 'text',
    effectiveDate: 'text',
    observedAt: 'text',
    resellerId: 'text',
    'resellerPrice.unitCost': 'text',
    'resellerPrice.unitPrice': 'text',
    'resellerPrice.currency': 'text',
  },
};

/** What is wrong with the first line of a CSV file, or null. */
export function headerFault(kind: SourceKind, header: readonly string[] | null): string | null {
  if (header === null) return 'The first line is not a line of column names.';
  const unknown = header.findIndex((name) => !Object.hasOwn(COLUMNS[kind], name));
  if (unknown >= 0) return `Column ${unknown + 1} has a name that is not known here.`;
  const twice = header.findIndex((name, at) => header.indexOf(name) !== at);
  return twice >= 0 ? `Column ${twice + 1} has the name of an earlier one.` : null;
}

/** A value that does not have the form of its column is passed on as it is: the push says what is wrong with it. */
export function objectOf(kind: SourceKind, header: readonly string[], cells: readonly string[]) {
  const row: Record<string, unknown> = {};
  for (const [at, column] of header.entries()) {
    const value = fromCell(COLUMNS[kind][column] ?? 'text', (cells[at] ?? '').trim());
    if (value === undefined) continue;
    const [name = '', inner] = column.split('.');
    row[name] = inner === undefined ? value : { ...(row[name] as object | undefined), [inner]: value };
  }
  return row;
}

function fromCell(cell: Cell, text: string): unknown {
  if (text === '') return cell === 'clearable' ? null : undefined;
  if (cell === 'number') return /^\d{1,15}$/.test(text) ? Number(text) : text;
  if (cell === 'flag') return text === 'true' ? true : text === 'false' ? false : text;
  if (cell === 'variants') return text.split(';').map(variantOf);
  return text;
}

/** `COMMERCIAL/ONE_YEAR/MONTHLY` */
function variantOf(text: string) {
  const [segment, term, billingFrequency, ...more] = text.trim().split('/');
  return more.length > 0 ? text : { segment, term, billingFrequency };
}
