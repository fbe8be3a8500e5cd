/** API ids are opaque: a readable prefix and the row's id. Types that share a prefix are told apart by a letter. */
const PREFIXES: { readonly [typename: string]: string } = {
  Connection: 'conn_',
  CustomerMapping: 'map_c',
  OfferMapping: 'map_o',
  SubscriptionMapping: 'map_s',
  AuditLog: 'aud_',
  Customer: 'cust_',
  Offer: 'offer_',
  OfferVariant: 'ovar_',
  CloudSubscription: 'csub_',
  Organization: 'org_',
  Reconciliation: 'rec_',
  Drift: 'dri_',
  ApiKey: 'key_',
};

/** No row has it: an id that cannot be read and one that is unknown are answered alike. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

export function encodeId(typename: string, id: string | number | bigint): string {
  const prefix = PREFIXES[typename];
  if (prefix === undefined) throw new Error(`The type ${typename} has no id prefix.`);
  return prefix + String(id).replaceAll('-', '');
}

export function decodeAny(text: string): { typename: string; id: string } {
  for (const [typename, prefix] of Object.entries(PREFIXES)) {
    const id = uuidOf(text, prefix);
    if (id !== null) return { typename, id };
  }
  return { typename: 'Connection', id: NOBODY };
}

/** The row id of an API id that must be of one of these types. */
export function decodeId(text: string, ...typenames: readonly string[]): string {
  for (const typename of typenames) {
    const id = uuidOf(text, PREFIXES[typename] ?? '-');
    if (id !== null) return id;
  }
  return NOBODY;
}

export function mappingTypename(kind: string): string {
  return kind === 'CUSTOMER' ? 'CustomerMapping' : kind === 'OFFER' ? 'OfferMapping' : 'SubscriptionMapping';
}

function uuidOf(text: string, prefix: string): string | null {
  const hex = text.startsWith(prefix) ? text.slice(prefix.length) : '';
  if (!/^[0-9a-f]{32}$/.test(hex)) return null;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
