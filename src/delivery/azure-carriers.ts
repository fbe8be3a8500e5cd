import { Prisma } from '../storage/database.js';
import type { AzureFigure, AzureMonths, AzurePlan } from './azure-months.js';

/** Sums of many amounts of 18 digits each, without rounding. */
export const Exact = Prisma.Decimal.clone({ precision: 60 });

/** A reservation or savings plan whose newest figure of a month reaches no PSA. */
export interface UncarriedReservation {
  readonly id: string;
  readonly name: string;
  readonly customerName: string;
  /** It was billed with a plan that is not mapped any more, and costs something else since; else no plan could take it. */
  readonly planUnmapped: boolean;
}

/** Which plan a month of a reservation is billed with (R34). */
export interface AzureCarriers {
  /** The newest figures that a plan's month is the sum of: its own, then those of reservations. */
  partsOf(plan: AzurePlan, month: string): readonly AzureFigure[];
  /** Was the reservation a part of what was sent last for that month of the plan? */
  holds(plan: AzurePlan, figure: AzureFigure): boolean;
  uncarried(month: string): UncarriedReservation[];
}

/**
 * Pure. A month of a reservation that was sent with a plan stays with that plan, also when it is not mapped any more: it stands
 * on that contract. Any other goes to one of its customer's mapped plans in its currency, whichever connection those are on:
 * the one with the lowest id of those whose month can be written, else the one with the lowest id, which then says why not.
 */
export function azureCarriers({ plans, figures }: AzureMonths): AzureCarriers {
  const key = (month: string, id: string) => `${month} ${id}`;
  const newest = figures.filter((figure) => figure.newest);
  const own = new Map(newest.map((figure) => [key(figure.month, figure.id), figure]));
  const recorded = new Map(figures.map((figure) => [figure.figure, figure]));
  const ofCustomer = grouped(
    plans.filter(({ mapped }) => mapped),
    ({ customerId }) => customerId,
  );
  const holders = grouped(
    plans.flatMap((plan) =>
      plan.sent.flatMap(({ figures: ids }) => ids.flatMap((id) => ({ plan, figure: recorded.get(id) }))),
    ),
    ({ figure }) => (figure?.reservation ? key(figure.month, figure.id) : null),
  );
  const holdersOf = ({ month, id }: AzureFigure) => holders.get(key(month, id)) ?? [];

  function carrierOf({ customerId, month, currency }: AzureFigure): AzurePlan | undefined {
    // A plan is in the currency its month was recorded in.
    const able = (ofCustomer.get(customerId) ?? []).filter(
      (plan) => (own.get(key(month, plan.id))?.currency ?? plan.currency) === currency,
    );
    const writable = able.find(
      ({ billingFrequency, connectionCurrency, firstDay }) =>
        billingFrequency === 'MONTHLY' && connectionCurrency === currency && (firstDay === null || firstDay <= month),
    );
    return writable ?? able[0];
  }

  const carried = grouped(
    newest
      .filter(({ reservation }) => reservation)
      .flatMap((figure) => {
        const holding = holdersOf(figure).map(({ plan }) => plan);
        const carrying = holding.length > 0 ? holding : [carrierOf(figure)];
        return carrying.flatMap((plan) => (plan ? { figure, laneId: plan.laneId } : []));
      }),
    ({ figure, laneId }) => key(figure.month, laneId),
  );

  return {
    partsOf({ id, laneId }, month) {
      const plan = own.get(key(month, id));
      return [...(plan ? [plan] : []), ...(carried.get(key(month, laneId)) ?? []).map(({ figure }) => figure)];
    },
    holds: ({ laneId }, figure) => holdersOf(figure).some(({ plan }) => plan.laneId === laneId),
    uncarried(month) {
      return newest.flatMap((figure) => {
        if (!figure.reservation || !figure.customerMapped || figure.month !== month) return [];
        const holding = holdersOf(figure);
        const planUnmapped = holding.length > 0;
        const reached = planUnmapped
          ? holding.some((held) => held.plan.mapped || sameAmounts(held.figure, figure))
          : carrierOf(figure) !== undefined;
        const { id, name, companyName } = figure;
        return reached ? [] : { id, name, customerName: companyName, planUnmapped };
      });
    },
  };
}

interface Amounts {
  readonly cost: string | null;
  readonly price: string | null;
  readonly currency: string | null;
}

export function sameAmounts(a: Amounts | undefined, b: Amounts): boolean {
  if (!a || a.currency !== b.currency) return false;
  return sameAmount(a.cost, b.cost) && sameAmount(a.price, b.price);
}

function sameAmount(a: string | null, b: string | null): boolean {
  return a === null || b === null ? a === b : new Exact(a).equals(b);
}

function grouped<T>(rows: readonly T[], keyOf: (row: T) => string | null): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    if (key === null) continue;
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}
