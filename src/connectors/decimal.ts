import type { Decimal } from './values.js';

/**
 * Exact decimals on BigInt, as many digits as needed, for every connector. Floats appear in two places only, both JSON: a
 * number read is taken by its shortest text, a number written must print as the decimal it was made from (`jsonNumber`).
 */
const SCALE = 8;
const UNIT = 10n ** BigInt(SCALE);

/** The canonical form: no exponent, no trailing zeros, no plus, no negative zero. Undefined when it is no number. */
export function canonical(text: string): Decimal | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text.trim());
  if (!match || (match[2] === '' && !match[3])) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const point = whole.length + Number(exponent);
  const digits = (whole + fraction).padEnd(point, '0');
  const padded = '0'.repeat(Math.max(0, 1 - point)) + digits;
  const at = Math.max(point, 1);
  const left = padded.slice(0, at).replace(/^0+(?=\d)/, '');
  const right = padded.slice(at).replace(/0+$/, '');
  const value = right === '' ? left : `${left}.${right}`;
  return sign === '-' && value !== '0' ? `-${value}` : value;
}

/** The JSON number whose text equals the decimal, or undefined when a double cannot carry it. */
export function jsonNumber(value: Decimal): number | undefined {
  const exact = canonical(value);
  if (exact === undefined) return undefined;
  const number = Number(exact);
  return canonical(JSON.stringify(number)) === exact ? number : undefined;
}

/** `total / count`, rounded half away from zero to at most eight places. */
export function divide(total: Decimal, count: number, places = SCALE): Decimal {
  const step = 10n ** BigInt(SCALE - places);
  const [dividend, divisor] = [scaled(total), BigInt(count) * step];
  const rounded = (abs(dividend) * 2n + abs(divisor)) / (abs(divisor) * 2n);
  return unscaled((dividend < 0n !== divisor < 0n ? -rounded : rounded) * step);
}

/** How far two amounts are apart, in hundred-millionths. */
export function distance(a: Decimal, b: Decimal): bigint {
  return abs(scaled(a) - scaled(b));
}

/** Within half a cent: money comes back as a double, and a vendor may round what it is sent. */
export function sameMoney(a: Decimal, b: Decimal): boolean {
  return distance(a, b) <= UNIT / 200n;
}

function scaled(value: Decimal): bigint {
  const exact = canonical(value) ?? '0';
  const [whole = '0', fraction = ''] = exact.replace('-', '').split('.');
  const number = BigInt(whole + fraction.slice(0, SCALE).padEnd(SCALE, '0'));
  return exact.startsWith('-') ? -number : number;
}

function unscaled(number: bigint): Decimal {
  const digits = abs(number)
    .toString()
    .padStart(SCALE + 1, '0');
  return canonical(`${number < 0n ? '-' : ''}${digits.slice(0, -SCALE)}.${digits.slice(-SCALE)}`) ?? '0';
}

function abs(number: bigint): bigint {
  return number < 0n ? -number : number;
}
