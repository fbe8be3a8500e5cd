import { z } from 'zod';
import type { Details } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import { type AzureOutcome, readAzureBills } from '../delivery/azure-bills.js';
import type { UncarriedReservation } from '../delivery/azure-carriers.js';
import { type PushedBill, pushAzureCosts } from '../delivery/azure-push.js';
import { calendarDate } from '../marketplace/fields.js';
import type { Queries } from '../storage/database.js';
import { ownConnection, requireActive } from './connection-access.js';
import { idempotencyKeyInput } from './credentials.js';
import { enqueuer } from './pushed-rows.js';
import { Refusal } from './refusal.js';
import type { Verb, Work } from './run.js';

export type { AzureOutcome, AzurePart } from '../delivery/azure-bills.js';
export type { PushedBill } from '../delivery/azure-push.js';

const input = z.object({
  connectionId: z.string(),
  month: calendarDate.refine((day) => day.endsWith('-01'), 'The first day of a month, such as "2026-12-01".'),
  dryRun: z.boolean().nullish(),
  idempotencyKey: idempotencyKeyInput,
});
type Input = z.infer<typeof input>;

export interface AzureRun {
  readonly connectionId: string;
  /** What became of each mapped Azure plan's month, and of later months that had to be written again behind it. */
  readonly bills: readonly PushedBill[];
  /** So many plans wait for another run. */
  readonly remaining: number;
  /** Their newest figures reach no PSA. */
  readonly uncarried: readonly UncarriedReservation[];
}

const MOST_NAMES = 20;

/**
 * The monthly run (R62): takes a month's recorded costs to the contracts of a connection's Azure plans, each sum once; a
 * sum that changed since is sent again. A dry run only tells what would be sent.
 */
export const runAzureBilling: Verb<Input, AzureRun> = {
  code: 'RunAzureBilling',
  input,
  summary: ({ month, dryRun }) => `${dryRun ? 'Look at the' : 'Send the'} Azure costs of ${month.slice(0, 7)}`,
  async run(work, { connectionId, month, dryRun }) {
    const path = ['input', 'connectionId'];
    const connection = await ownConnection(work, connectionId, path);
    if (!dryRun) requireActive(connection, path);
    requireCostPush(work, connection.connectorId, path);
    if (month > work.now().toISOString().slice(0, 10)) {
      const message = 'This month has not begun yet.';
      throw new Refusal({ type: 'InvalidInput', code: 'MONTH_IN_FUTURE', message, path: ['input', 'month'] });
    }
    return {
      status: 'SUCCEEDED',
      subject: { connectionId, target: { kind: 'Connection', id: connectionId, name: connection.alias } },
      details: { month, dryRun: dryRun === true },
      detailsOf: toldOf,
      async commit(tx) {
        const push = { connectionId, month, parentId: work.entryId };
        const { bills, remaining, uncarried } = dryRun
          ? await lookOnly(tx, work, connectionId, month)
          : await pushAzureCosts(tx, work.scope, enqueuer(work), push);
        const done = { connectionId, bills, remaining, uncarried };
        await auditLog.report(tx, work.scope, { id: work.entryId, status: 'PENDING' }, sentence(done, dryRun === true));
        return done;
      },
    };
  },
};

async function lookOnly(tx: Queries, work: Work, connectionId: string, month: string) {
  const { bills, uncarried } = await readAzureBills(tx, work.scope, connectionId, month);
  return { bills: bills.map((bill) => ({ ...bill, auditLogId: null })), remaining: 0, uncarried };
}

/** Whether the connector of a connection can write a month's cost at all. */
export function canPushCosts(connectors: Work['connectors'], connectorId: string): boolean {
  return connectors.find(connectorId)?.descriptor.capabilities.changes.costPush !== undefined;
}

function requireCostPush(work: Work, connectorId: string, path: readonly string[]): void {
  if (canPushCosts(work.connectors, connectorId)) return;
  const message = 'The connector of this connection cannot write the cost of a month.';
  throw new Refusal({ type: 'Unsupported', code: 'COST_PUSH_UNSUPPORTED', message, path, what: 'costPush' });
}

const named = ({ bills }: AzureRun, outcome: AzureOutcome): string[] =>
  bills
    .filter((bill) => bill.outcome === outcome)
    .map(({ cloudSubscription, customer }) => `${customer.name}: ${cloudSubscription.name}`);

const uncarried = (run: AzureRun, planUnmapped: boolean): string[] =>
  run.uncarried
    .filter((reservation) => reservation.planUnmapped === planUnmapped)
    .map(({ name, customerName }) => `${customerName}: ${name}`);

/** Plans, with the currency of their figures where it is one. */
function inOtherCurrency({ bills }: AzureRun): string[] {
  const names = bills
    .filter(({ outcome }) => outcome === 'OTHER_CURRENCY')
    .map(
      ({ cloudSubscription, customer, currency }) =>
        `${customer.name}: ${cloudSubscription.name} (${currency ?? 'several'})`,
    );
  return [...new Set(names)];
}

/** What the entry tells: counts, and by name what got nothing. */
function toldOf(run: AzureRun): Details {
  const names = (all: readonly string[]) =>
    all.length > 0 ? { count: all.length, names: all.slice(0, MOST_NAMES) } : undefined;
  const partly = run.bills.filter(({ parts, price }) => price === null && parts.some((part) => part.price !== null));
  const told = {
    pushed: run.bills.filter(({ outcome, again }) => outcome === 'PUSHED' && !again).length,
    writtenAgain: run.bills.filter(({ again }) => again).length,
    unchanged: named(run, 'UNCHANGED').length,
    remaining: run.remaining,
    withoutFigures: names(named(run, 'NO_FIGURES')),
    beforeMapping: names(named(run, 'BEFORE_MAPPING')),
    notMonthly: names(named(run, 'NOT_MONTHLY')),
    otherCurrency: names(inOtherCurrency(run)),
    priceIncomplete: names(partly.map(({ cloudSubscription }) => cloudSubscription.name)),
    withoutPlan: names(uncarried(run, false)),
    changedAfterUnmapping: names(uncarried(run, true)),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
}

function sentence(run: AzureRun, dryRun: boolean): string {
  const pushed = named(run, 'PUSHED').length;
  const foreign = inOtherCurrency(run).length;
  const rest = [
    `${named(run, 'UNCHANGED').length} unchanged`,
    `${named(run, 'NO_FIGURES').length} without figures`,
    `${named(run, 'BEFORE_MAPPING').length} before the mapping`,
    ...(foreign > 0
      ? [`${foreign} not written: not in the connection's currency, map the plan on a connection of its own (R9)`]
      : []),
    ...(run.remaining > 0 ? [`${run.remaining} wait for the next run`] : []),
  ];
  return `${pushed} ${dryRun ? 'to send' : 'sent to their lanes'}, ${rest.join(', ')}.`;
}
