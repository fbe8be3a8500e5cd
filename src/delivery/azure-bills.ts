import type { Scope } from '../audit/entry.js';
import type { Queries } from '../storage/database.js';
import { type AzureCarriers, azureCarriers, Exact, sameAmounts, type UncarriedReservation } from './azure-carriers.js';
import { type AzureFigure, type AzurePlan, readAzureMonths } from './azure-months.js';

/** One recorded figure that is part of a month's sum. */
export interface AzurePart extends Pick<AzureFigure, 'id' | 'name' | 'cost' | 'price' | 'currency' | 'figure'> {
  readonly kind: 'PLAN' | 'RESERVATION';
}

/**
 * What becomes of a mapped Azure plan's month.
 *   PUSHED          its sum is on its way to the PSA
 *   UNCHANGED       the same sum was sent before
 *   NO_FIGURES      nothing was recorded of the plan or its reservations
 *   BEFORE_MAPPING  the month began before the plan's line did; it is billed by hand
 *   NOT_MONTHLY     the plan is not billed by the month, so its contract has no period for it
 *   OTHER_CURRENCY  its figures are not in the connection's currency (R9); nothing is written
 */
export type AzureOutcome = 'PUSHED' | 'UNCHANGED' | 'NO_FIGURES' | 'BEFORE_MAPPING' | 'NOT_MONTHLY' | 'OTHER_CURRENCY';

export interface AzureBill {
  readonly laneId: string;
  readonly cloudSubscription: { readonly id: string; readonly name: string };
  readonly customer: { readonly id: string; readonly name: string };
  /** Its first day. */
  readonly month: string;
  readonly outcome: AzureOutcome;
  /** A later month than the asked one, written again because the asked one reaches into it. */
  readonly again: boolean;
  readonly parts: readonly AzurePart[];
  readonly cost: string | null;
  /** Null unless every part has one. */
  readonly price: string | null;
  /** Of both amounts, as they were recorded; null where there is no sum: no figures, or several currencies. */
  readonly currency: string | null;
}

export interface AzureBills {
  readonly bills: readonly AzureBill[];
  /** What no bill contains. */
  readonly uncarried: readonly UncarriedReservation[];
}

/**
 * The sums of a month for the mapped Azure plans of a connection, and what is to be sent. A plan's sum is its own figure and
 * those of the reservations and savings plans of its customer that are billed with it (R34, R62).
 *
 * Writing a month ends with 0 from the next one on, so the later months that were sent before are sent again behind it.
 */
export async function readAzureBills(
  db: Queries,
  scope: Scope,
  connectionId: string,
  month: string,
): Promise<AzureBills> {
  const months = await readAzureMonths(db, scope, connectionId, month);
  const carriers = azureCarriers(months);
  const plans = months.plans.filter((plan) => plan.mapped && plan.connectionId === connectionId);
  return { bills: plans.flatMap((plan) => billsOf(plan, month, carriers)), uncarried: carriers.uncarried(month) };
}

/** The asked month, and behind it what its end would spoil: all of it, or where one is in the way nothing. */
function billsOf(plan: AzurePlan, month: string, carriers: AzureCarriers): AzureBill[] {
  const own = billOf(plan, month, carriers);
  if (own.outcome !== 'PUSHED') return [own];
  const behind = plan.sent
    .filter((sent) => sent.month > month)
    .map((sent): AzureBill => ({ ...billOf(plan, sent.month, carriers), again: true }));
  const inTheWay = behind.filter(({ outcome }) => outcome === 'OTHER_CURRENCY');
  if (inTheWay.length > 0) return [{ ...own, outcome: 'OTHER_CURRENCY' }, ...inTheWay];
  return [own, ...behind.filter(({ parts }) => parts.length > 0).map((bill) => ({ ...bill, outcome: own.outcome }))];
}

function billOf(plan: AzurePlan, month: string, carriers: AzureCarriers): AzureBill {
  const { laneId, id, name, customerId, companyName } = plan;
  const figures = carriers.partsOf(plan, month);
  const sum = sumOf(figures);
  const sent = plan.sent.find((one) => one.month === month);
  const same =
    sent !== undefined &&
    sameAmounts({ ...sent, currency: sent.currency ?? plan.connectionCurrency }, sum) &&
    // Of other reservations the same sum is another one: it must be known which contract they stand on.
    figures.every((figure) => !figure.reservation || isFree(figure) || carriers.holds(plan, figure));
  return {
    laneId,
    cloudSubscription: { id, name },
    customer: { id: customerId, name: companyName },
    month,
    outcome: outcomeOf(plan, month, figures, sum.currency, same),
    again: false,
    parts: figures.map(partOf),
    ...sum,
  };
}

function outcomeOf(
  { billingFrequency, firstDay, connectionCurrency }: AzurePlan,
  month: string,
  figures: readonly AzureFigure[],
  currency: string | null,
  same: boolean,
): AzureOutcome {
  if (billingFrequency !== 'MONTHLY') return 'NOT_MONTHLY';
  if (firstDay !== null && month < firstDay) return 'BEFORE_MAPPING';
  if (figures.length === 0) return 'NO_FIGURES';
  if (currency !== connectionCurrency) return 'OTHER_CURRENCY';
  return same ? 'UNCHANGED' : 'PUSHED';
}

/** No sum where there is nothing to add, or several currencies. */
function sumOf(figures: readonly AzureFigure[]): Pick<AzureBill, 'cost' | 'price' | 'currency'> {
  const [first] = figures;
  if (!first || figures.some(({ currency }) => currency !== first.currency)) {
    return { cost: null, price: null, currency: null };
  }
  const prices = figures.flatMap(({ price }) => (price === null ? [] : [price]));
  return {
    cost: Exact.sum(...figures.map(({ cost }) => cost)).toFixed(),
    price: prices.length === figures.length ? Exact.sum(...prices).toFixed() : null,
    currency: first.currency,
  };
}

function partOf({ id, name, reservation, cost, price, currency, figure }: AzureFigure): AzurePart {
  return { id, name, kind: reservation ? 'RESERVATION' : 'PLAN', cost, price, currency, figure };
}

const isFree = ({ cost, price }: AzureFigure): boolean => new Exact(cost).isZero() && new Exact(price ?? 0).isZero();
