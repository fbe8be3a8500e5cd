import { Prisma } from '../../storage/database.js';

/** PSAs keep amounts as doubles and per whole period; within half a cent nothing can be told, and nothing would be written. */
const HALF_A_CENT = new Prisma.Decimal('0.005');

export function sameMoney(a: string, b: string): boolean {
  return new Prisma.Decimal(a).minus(b).abs().lessThanOrEqualTo(HALF_A_CENT);
}

/** 0 is what a PSA shows where the API user may not see costs: never a fact. */
export function isZero(amount: string): boolean {
  return new Prisma.Decimal(amount).isZero();
}

/** Two values of one field of a drift. */
export function sameValue(field: string, a: string | null, b: string | null): boolean {
  const money = field === 'UNIT_PRICE' || field === 'UNIT_COST';
  return money && a !== null && b !== null ? sameMoney(a, b) : a === b;
}
