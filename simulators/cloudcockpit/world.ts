/** A record as it goes over the wire; tests put in what they like. */
export interface Row {
  id: string;
  [field: string]: unknown;
}

/** An API access that a CSP made on the portal. */
export interface ApiClient {
  clientId: string;
  clientSecret: string;
}

/** A whole portal as plain JSON. */
export interface World {
  /** Domains that lead to the portal: what `X-Tenant` must be one of. */
  domains: string[];
  clients: ApiClient[];
  /** What a token must be asked for. */
  scope: string;
  customers: Row[];
  /** With the prices of all segments. */
  offers: Row[];
  /** Each names its customer as `customerId`. */
  subscriptions: Row[];
}

export const TABLES = ['customers', 'offers', 'subscriptions'] as const;
export type TableName = (typeof TABLES)[number];
