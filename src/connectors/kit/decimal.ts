import type { Decimal } from '../contract.js';

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/** The one spelling of an exact decimal: no zeros that say nothing. Undefined for what is none, such as `1e3` or `1,5`. */
export function canonical(value: string): Decimal | undefined {
  const match = DECIMAL.exec(value);
  if (!match) return undefined;
  const [, sign = '', whole = '', part = ''] = match;
  const fraction = part.replace(/0+$/, '');
  const text = `${whole.replace(/^0+(?=\d)/, '')}${fraction && `.${fraction}`}`;
  return text === '0' ? '0' : `${sign}${text}`;
}

/** Equal as numbers, digit by digit: "6.60" and "6.6" are, "0.1" and "0.10000000000000001" are not. */
export function sameDecimal(one: Decimal | null, other: Decimal | null): boolean {
  if (one === null || other === null) return one === other;
  const spelled = canonical(one);
  return spelled !== undefined && spelled === canonical(other);
}
