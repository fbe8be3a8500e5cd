import type { Change, ChangeKind } from '../../contract.js';
import { BASIC, type Bench, changeOf, FIRST, FRESH, MID_MONTH } from '../bench.js';
import { addDays } from '../days.js';
import { must, shown } from '../failure.js';
import type { LineKey } from '../subject.js';
import { inTimeZone, ZONES } from '../time-zone.js';
import { type ConformanceCase, needsChange, needsQuantity } from './case.js';
import { mustBill, sendOnce, settle } from './settle.js';

const FREE: LineKey = { contract: 'monthly', service: 'free' };

/** What each kind of change leads to. */
const KINDS: {
  readonly [K in ChangeKind]: {
    readonly title: string;
    readonly line: LineKey;
    readonly change: Partial<Change>;
    check(bench: Bench): Promise<void>;
  };
} = {
  create: {
    title: 'A line that is not there yet is made, with its units and amounts',
    line: FRESH,
    change: { quantity: 3, unitPrice: '4.75', effectiveDate: FIRST },
    check: async ({ billed }) =>
      mustBill(await billed(FRESH, FIRST), { units: 3, unitPrice: '4.75' }, 'After a create'),
  },
  quantity: {
    title: 'Units change from their day on, to the number that was asked for',
    line: BASIC,
    change: { quantity: 7 },
    async check({ billed }) {
      mustBill(await billed(BASIC, MID_MONTH), { units: 7 }, 'After a change of units');
      mustBill(await billed(BASIC, FIRST), { units: 7, unitPrice: '6.6' }, 'A month after a change of units');
      mustBill(await billed(BASIC, addDays(MID_MONTH, -1)), { units: 10 }, 'On the day before a change of units');
    },
  },
  price: {
    title: 'A price changes from its day on and leaves the units alone',
    line: BASIC,
    change: { unitPrice: '7.25', effectiveDate: FIRST },
    async check({ billed }) {
      mustBill(await billed(BASIC, FIRST), { units: 10, unitPrice: '7.25' }, 'After a change of price');
      mustBill(await billed(BASIC, addDays(FIRST, -1)), { unitPrice: '6.6' }, 'On the day before a change of price');
    },
  },
  cancel: {
    title: 'After a cancellation nothing is billed any more',
    line: BASIC,
    change: { quantity: 0, effectiveDate: FIRST },
    check: async ({ billed }) => mustBill(await billed(BASIC, FIRST), { units: 0 }, 'After a cancellation'),
  },
  suspend: {
    title: 'A suspended line costs the customer nothing',
    line: BASIC,
    change: { effectiveDate: FIRST },
    async check({ billed }) {
      const { units, unitPrice } = await billed(BASIC, FIRST);
      must(units === 0 || Number(unitPrice) === 0, `A suspended line still costs ${units} x ${unitPrice}.`);
    },
  },
  resume: {
    title: 'A resumed line bills its units and price again',
    line: BASIC,
    change: { unitPrice: '6.6', effectiveDate: '2027-02-01' },
    check: async ({ billed }) =>
      mustBill(await billed(BASIC, '2027-02-01'), { units: 10, unitPrice: '6.6' }, 'After a suspension ended'),
  },
  costPush: {
    title: "A month's cost counts for its days, and is 0 again after them",
    line: FREE,
    change: { quantity: 1, unitPrice: '150.07', unitCost: '123.45', effectiveDate: FIRST, until: '2027-02-01' },
    async check({ billed }) {
      const amounts = { unitPrice: '150.07', unitCost: '123.45' };
      mustBill(await billed(FREE, FIRST), { units: 1, ...amounts }, 'In the month of a pushed cost');
      const { units, unitPrice, unitCost } = await billed(FREE, '2027-02-01');
      const over = units === 0 || (Number(unitPrice) === 0 && Number(unitCost) === 0);
      must(over, `After its month a pushed cost is still billed: ${units} x ${unitPrice}, cost ${unitCost}.`);
    },
  },
};

/** What writing leads to, seen in the vendor's own books. */
export const writeCases: readonly ConformanceCase[] = [
  ...(Object.entries(KINDS) as [ChangeKind, (typeof KINDS)[ChangeKind]][]).map(
    ([kind, { title, line, change, check }]): ConformanceCase => ({
      id: `change.${kind}`,
      level: 'Write',
      capability: `changes.${kind}`,
      title,
      skip: needsChange(kind),
      async run(bench) {
        if (kind === 'resume' && bench.descriptor.capabilities.changes.suspend) {
          await settle(bench, changeOf('suspend', KINDS.suspend.change), BASIC);
        }
        const { steps, last } = await settle(bench, changeOf(kind, change), line);
        must(steps.length > 0 || kind === 'resume', `A plan of a ${kind} that changes something has no steps.`);
        await check(bench);
        const declared = bench.descriptor.capabilities.changes[kind]?.writes;
        must(
          declared === 'many' || steps.length <= 1,
          `A ${kind} is declared as one write, and takes ${steps.length}.`,
        );
        if (kind === 'create') {
          const seen = await bench.line(bench.open(), bench.target(line), FIRST);
          must(seen.lineRef !== null, 'After a create the snapshot does not know the id of the line.');
          must((last?.lineRef ?? seen.lineRef) === seen.lineRef, 'A create tells another id of the line than is read.');
        }
      },
    }),
  ),
  {
    id: 'apply.one',
    level: 'Write',
    capability: 'apply',
    title: 'Applying a step makes exactly one write, marked as one',
    skip: needsQuantity,
    async run(bench) {
      const { step } = await bench.ready();
      await sendOnce(bench, step);
    },
  },
  {
    id: 'apply.twice',
    level: 'Write',
    capability: 'apply',
    title: 'Absolute targets: planning the same change again after it was applied gives no steps',
    skip: needsQuantity,
    async run(bench) {
      const change = changeOf('quantity', { quantity: 12, unitPrice: '6.6' });
      await settle(bench, change, BASIC);
      const again = await settle(bench, change, BASIC);
      must(again.steps.length === 0, `The same change again takes ${again.steps.length} more writes.`);
      mustBill(await bench.billed(BASIC, MID_MONTH), { units: 12 }, 'After the same change twice');
    },
  },
  {
    id: 'apply.decimals',
    level: 'Write',
    capability: 'apply',
    title: 'Amounts arrive to their last decimal',
    skip: needsChange('price'),
    async run(bench) {
      const places = bench.subject.priceDecimals ?? 4;
      for (const amount of ['10.5375', '0.07', '1234567.89', '19.99'].map((each) => cut(each, places))) {
        await bench.simulation.reset();
        await settle(
          bench,
          changeOf('price', { unitPrice: amount, unitCost: cut('8.4301', places), effectiveDate: FIRST }),
          BASIC,
        );
        const wanted = { units: 10, unitPrice: amount, unitCost: cut('8.4301', places) };
        mustBill(await bench.billed(BASIC, FIRST), wanted, `After the price was set to ${amount}`);
      }
    },
  },
  {
    id: 'apply.days',
    level: 'Write',
    capability: 'apply',
    title: 'A change counts from its very day on, at the ends of months and on 29 February, wherever the gateway runs',
    skip: needsQuantity,
    async run(bench) {
      for (const zone of ZONES) {
        await inTimeZone(zone, async () => {
          for (const effectiveDate of ['2026-12-31', FIRST, '2027-02-28', '2028-02-29', '2028-03-01']) {
            await bench.simulation.reset();
            await settle(bench, changeOf('quantity', { quantity: 12, effectiveDate }), BASIC);
            const when = (day: string) => `In ${zone}, after a change dated ${effectiveDate}, on ${day}`;
            mustBill(await bench.billed(BASIC, effectiveDate), { units: 12 }, when(effectiveDate));
            const before = addDays(effectiveDate, -1);
            mustBill(await bench.billed(BASIC, before), { units: 10 }, when(before));
          }
        });
      }
    },
  },
  {
    id: 'apply.neighbours',
    level: 'Write',
    capability: 'apply',
    title: 'Other lines of the contract, and of other contracts, stay as they are',
    skip: needsQuantity,
    async run(bench) {
      await settle(bench, changeOf('quantity', { quantity: 12 }), BASIC);
      for (const [contract, service, units] of [
        ['monthly', 'precise', 5],
        ['euro', 'basic', 7],
        ['bulk0', 'basic', 1],
      ] as const) {
        const truth = await bench.billed({ contract, service }, FIRST);
        must(
          truth.units === units,
          `A change of one line turned ${units} units of another into ${shown(truth.units)}.`,
        );
      }
    },
  },
];

const cut = (amount: string, places: number): string => amount.slice(0, amount.indexOf('.') + 1 + places);
