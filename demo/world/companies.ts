/** Who sells to a customer. */
export type SellerName = 'csp' | 'reseller' | 'otherReseller';

export interface DemoCustomer {
  readonly index: number;
  readonly name: string;
  readonly externalId: string;
  readonly seller: SellerName;
  /** A Reseller's customer that the CSP recorded, so both see it. */
  readonly cspParty: boolean;
  /** Its company in the PSA. */
  readonly companyId: number;
  readonly currency: 'USD' | 'EUR';
  readonly azure: boolean;
}

/** Direct customers of the CSP, then those of the first and of the second Reseller. */
const NAMES: { readonly [seller in SellerName]: readonly string[] } = {
  csp: [
    'Adventure Works',
    'Alpine Ski House',
    'Bellows College',
    'Best For You Organics',
    'Blue Yonder Airlines',
    'City Power and Light',
    'Coho Vineyard',
    'Consolidated Messenger',
    'Contoso',
    'Contoso Pharmaceuticals',
    'Datum Corporation',
    'Fabrikam',
    'Fabrikam Residences',
    'First Up Consultants',
    'Fourth Coffee',
    'Graphic Design Institute',
    'Humongous Insurance',
    'Lamna Healthcare',
    'Liberty Delightful Bakery',
    'Litware',
    'Lucerne Publishing',
    'Margie Travel',
  ],
  reseller: [
    'Munson Pickles and Preserves',
    'Nod Publishers',
    'Northwind Traders',
    'Proseware',
    'Relecloud',
    'School of Fine Art',
    'Southridge Video',
    'Tailspin Toys',
    'Tailwind Traders',
    'The Phone Company',
    'Trey Research',
    'VanArsdel',
  ],
  otherReseller: [
    'Wide World Importers',
    'Wingtip Toys',
    'Woodgrove Bank',
    'World Wide Web Hosting',
    'Yellow Harbor Logistics',
    'Young and Old Museum',
    'Zenith Dental',
    'Zephyr Cycles',
    'Zinnia Gardens',
    'Zodiac Theatre',
  ],
};

/** Of each Reseller's customers the first so many were recorded by the CSP. */
const CSP_PARTIES: { readonly [seller in SellerName]: number } = { csp: 0, reseller: 8, otherReseller: 4 };

/** Its company is only a prospect in the PSA. */
export const PROSPECT = 'Lucerne Publishing';
/** Its company is inactive in the PSA. */
export const INACTIVE = 'Litware';
/** Its company and its subscriptions are in euro. */
export const EURO = 'Fabrikam';
/** Its only Azure contract starts on the 2nd of a month. */
export const AZURE_FROM_SECOND = 'Blue Yonder Airlines';
/** Has contracts that do not fit, beside those that do. */
export const ODD_CONTRACTS = 'Adventure Works';

const FIRST_COMPANY = 201;

export const CUSTOMERS: readonly DemoCustomer[] = (['csp', 'reseller', 'otherReseller'] as const)
  .flatMap((seller) => NAMES[seller].map((name, place) => ({ seller, name, place })))
  .map(({ seller, name, place }, index) => ({
    index,
    name,
    seller,
    externalId: `cust-${String(index + 1).padStart(3, '0')}`,
    cspParty: place < CSP_PARTIES[seller],
    companyId: FIRST_COMPANY + index,
    currency: name === EURO ? 'EUR' : 'USD',
    azure: index % 4 === 0,
  }));

export const customerNamed = (name: string): DemoCustomer => {
  const found = CUSTOMERS.find((customer) => customer.name === name);
  if (!found) throw new Error(`No demo customer is called ${name}.`);
  return found;
};

export const domainOf = ({ name }: DemoCustomer): string =>
  `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.example`;
