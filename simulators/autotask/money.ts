/** Exact decimal arithmetic: JSON numbers on the wire, scaled BigInts in between, so that 11 x 23.10 is 254.10. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

export const ZERO: Decimal = { digits: 0n, scale: 0 };

/** Reads a JSON number by its shortest decimal text, which is what the sender wrote. */
export function decimal(value: unknown): Decimal {
  if (typeof value !== 'number' || !Number.isFinite(value)) return ZERO;
  const [mantissa = '0', exponent = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

const atScale = (value: Decimal, scale: number): bigint => value.digits * 10n ** BigInt(scale - value.scale);

export function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { digits: atScale(a, scale) + atScale(b, scale), scale };
}

export const negate = (a: Decimal): Decimal => ({ digits: -a.digits, scale: a.scale });
export const multiply = (a: Decimal, b: Decimal): Decimal => ({
  digits: a.digits * b.digits,
  scale: a.scale + b.scale,
});
export const isZero = (a: Decimal): boolean => a.digits === 0n;

/** `a * part / whole`, rounded half away from zero to `decimals`. */
export function share(a: Decimal, part: Decimal, whole: Decimal, decimals: number): Decimal {
  const product = multiply(a, part);
  const scale = Math.max(product.scale, whole.scale);
  return divide(atScale(product, scale) * 10n ** BigInt(decimals), atScale(whole, scale), decimals);
}

function divide(numerator: bigint, denominator: bigint, scale: number): Decimal {
  const negative = numerator < 0n !== denominator < 0n;
  const top = numerator < 0n ? -numerator : numerator;
  const bottom = denominator < 0n ? -denominator : denominator;
  const rounded = (2n * top + bottom) / (2n * bottom);
  return { digits: negative ? -rounded : rounded, scale };
}

export function toNumber(value: Decimal): number {
  const negative = value.digits < 0n;
  const text = (negative ? -value.digits : value.digits).toString().padStart(value.scale + 1, '0');
  const cut = text.length - value.scale;
  const number = Number(`${text.slice(0, cut)}.${text.slice(cut) || '0'}`);
  return negative ? -number : number;
}
