import type { Decimal } from '../contract.js';

/**
 * Exact decimals on BigInt, as many digits as needed. Floats appear in two places only, both JSON: a number read is
 * taken by its shortest text, a number written must print as the decimal it was made from (`jsonNumber`).
 */
const SCALE = 8n;
const UNIT = 10n ** SCALE;

/** The canonical form: no exponent, no trailing zeros, no plus, no negative zero. Undefined when it is no number. */
export function canonical(text: string): Decimal | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text.trim());
  if (!match || (match[2] === '' && !match[3])) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const shift = Number(exponent);
  const digits = whole + fraction + '0'.repeat(Math.max(0, shift - fraction.length));
  const point = whole.length + shift;
  const padded = point < 1 ? '0'.repeat(1 - point) + digits : digits;
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

/** `total / count`, rounded half away from zero to eight places. */
export function divide(total: Decimal, count: number): Decimal {
  const [dividend, divisor] = [scaled(total), BigInt(count)];
  const rounded = (abs(dividend) * 2n + abs(divisor)) / (abs(divisor) * 2n);
  return unscaled(dividend < 0n !== divisor < 0n ? -rounded : rounded);
}

export function distance(a: Decimal, b: Decimal): bigint {
  return abs(scaled(a) - scaled(b));
}

/** Autotask: money comes back as a double, so amounts within half a cent count as equal. */
export function sameMoney(a: Decimal, b: Decimal): boolean {
  return distance(a, b) <= UNIT / 200n;
}

function scaled(value: Decimal): bigint {
  const exact = canonical(value) ?? '0';
  const negative = exact.startsWith('-');
  const [whole = '0', fraction = ''] = exact.replace('-', '').split('.');
  const number = BigInt(whole) * UNIT + BigInt(fraction.slice(0, Number(SCALE)).padEnd(Number(SCALE), '0'));
  return negative ? -number : number;
}

function unscaled(number: bigint): Decimal {
  const digits = abs(number)
    .toString()
    .padStart(Number(SCALE) + 1, '0');
  const at = digits.length - Number(SCALE);
  return canonical(`${number < 0n ? '-' : ''}${digits.slice(0, at)}.${digits.slice(at)}`) ?? '0';
}

function abs(number: bigint): bigint {
  return number < 0n ? -number : number;
}
