/** Values that all parts of the contract speak in. */

/** A calendar date, `YYYY-MM-DD`. It has no time zone and must never pass through a local-time `Date`. */
export type CalendarDate = string;
/** An exact decimal number as text, such as `"10.5375"`. */
export type Decimal = string;
/** ISO 4217 code, such as `"EUR"`. */
export type CurrencyCode = string;

export type BillingFrequency = 'ONE_TIME' | 'MONTHLY' | 'ANNUAL' | 'TRIENNIAL' | 'NONE';
export type ChangeKind = 'create' | 'quantity' | 'price' | 'cancel' | 'suspend' | 'resume' | 'costPush';
