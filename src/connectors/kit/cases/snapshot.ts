import type { LineFact, LineSnapshot } from '../../contract.js';
import { BASIC, FIRST, MID_MONTH } from '../bench.js';
import { addDays } from '../days.js';
import { sameDecimal } from '../decimal.js';
import { must, shown } from '../failure.js';
import { equal } from '../plain.js';
import { BULK } from '../world.js';
import type { ConformanceCase } from './case.js';

const about = { level: 'Read', capability: 'snapshot' } as const;
/** The first read of a session may need more: zones, picklists. After it, so many calls for so many lines of one page. */
const CALLS_FOR_MANY = 6;

/** What is read of lines. */
export const snapshotCases: readonly ConformanceCase[] = [
  {
    ...about,
    id: 'snapshot.true',
    title: 'A snapshot tells what the vendor bills, of which contract and service',
    async run({ open, target, line, billed, world }) {
      const session = open();
      for (const service of ['basic', 'precise']) {
        const key = { contract: 'monthly', service };
        const seen = await line(session, target(key), FIRST);
        must(seen.problem === null, `A healthy line has the problem "${seen.problem?.message}".`);
        const truth = await billed(key, FIRST);
        const fact = factAt(seen, FIRST);
        must(fact?.units === truth.units, `A line of ${truth.units} units reads ${shown(fact?.units)}.`);
        for (const amount of ['unitPrice', 'unitCost'] as const) {
          const right = fact[amount] === null || sameDecimal(fact[amount], truth[amount]);
          must(right, `The ${amount} ${truth[amount]} of a line reads ${fact[amount]}.`);
        }
        const name = world.services.find((each) => each.key === service)?.name;
        must(seen.service?.name === name, `The service of the line is "${seen.service?.name}", not "${name}".`);
      }
      const { contract, target: asked } = await line(session, target());
      must(contract?.companyId === target().companyId, 'The contract of the line names another company.');
      must(
        contract?.startDate === '2026-01-01',
        `The contract starts on 2026-01-01, and reads ${contract?.startDate}.`,
      );
      must(contract.endDate === '2028-12-31', `The contract ends on 2028-12-31, and reads ${contract.endDate}.`);
      must(
        contract.currency === null || contract.currency === world.currency,
        `The currency of the contract reads ${contract.currency}.`,
      );
      must(equal(asked, target()), 'A snapshot does not name the target that was asked for.');
    },
  },
  {
    ...about,
    id: 'snapshot.none',
    title: 'A line that is not there yet is no problem and no units',
    async run({ open, target, line }) {
      const seen = await line(open(), target({ contract: 'monthly', service: 'fresh' }), MID_MONTH);
      must(seen.problem === null, `A line that is not there yet has the problem "${seen.problem?.message}".`);
      must(seen.lineRef === null, 'A line that is not there yet has an id.');
      must(
        seen.facts.every(({ units }) => units === 0),
        'A line that is not there yet has units.',
      );
    },
  },
  {
    ...about,
    id: 'snapshot.order',
    title: 'Snapshots come in the order of their targets, and one that cannot be read does not spoil the others',
    async run({ open, target }) {
      const missing = { ...target(), contractId: '99999999' };
      const nonsense = { ...target(), contractId: '../x', serviceId: '' };
      const foreign = { ...target({ contract: 'other', service: 'basic' }), companyId: target().companyId };
      const targets = [
        missing,
        target({ contract: 'bulk2', service: 'basic' }),
        nonsense,
        target({ contract: 'bulk0', service: 'basic' }),
        foreign,
        target(),
      ];
      const lines = await open().snapshot({ targets, from: MID_MONTH });
      must(lines.length === targets.length, `${targets.length} targets are answered by ${lines.length} lines.`);
      must(
        equal(
          lines.map((each) => each.target),
          targets,
        ),
        'Snapshots do not come in the order of their targets.',
      );
      const units = lines.map((each) => (each.problem ? null : (factAt(each, MID_MONTH)?.units ?? 0)));
      must(units[0] === null, 'A contract that does not exist is no problem.');
      must(units[2] === null, 'Ids that cannot be any are no problem.');
      must(units[4] === null, 'A contract of another company than the mapped one is no problem.');
      must(
        equal([units[1], units[3], units[5]], [3, 1, 10]),
        `Lines of 3, 1 and 10 units read ${shown([units[1], units[3], units[5]])}.`,
      );
    },
  },
  {
    ...about,
    id: 'snapshot.few',
    title: 'Calls grow with the pages of the vendor, not with the number of lines',
    async run({ open, target, wire }) {
      const session = open();
      await session.snapshot({ targets: [target()], from: MID_MONTH });
      const before = wire.calls.length;
      const targets = Array.from({ length: BULK }, (_each, at) => target({ contract: `bulk${at}`, service: 'basic' }));
      const lines = await session.snapshot({ targets, from: MID_MONTH, until: '2027-02-28' });
      const calls = wire.calls.length - before;
      must(calls <= CALLS_FOR_MANY, `A snapshot of ${BULK} lines makes ${calls} calls: they grow with the lines.`);
      const wrong = lines.findIndex((each, at) => factAt(each, MID_MONTH)?.units !== at + 1);
      must(wrong < 0, `Of ${BULK} lines that are read together, number ${wrong + 1} reads wrong.`);
    },
  },
  {
    ...about,
    id: 'snapshot.periods',
    title: 'Periods and facts ascend without gaps and begin with the period of the first day asked for',
    async run({ open, target }) {
      const [seen] = await open().snapshot({ targets: [target(BASIC)], from: MID_MONTH, until: '2027-03-15' });
      must(seen !== undefined, 'snapshot answers no line.');
      const { periods, facts } = seen;
      const gap = periods.findIndex(({ start }, at) => at > 0 && start !== addDays(periods[at - 1]?.end ?? '', 1));
      must(gap < 0, `The period from ${periods[gap]?.start} does not follow the one before it.`);
      if (periods.length > 0) {
        const [first, last] = [periods[0]?.start ?? '', periods.at(-1)?.end ?? ''];
        must(
          first <= MID_MONTH && last >= '2027-03-15',
          `Periods from ${first} to ${last} do not hold the days asked for.`,
        );
      }
      const dates = facts.map(({ date }) => date);
      must(equal(dates, [...new Set(dates)].sort()), `Facts do not ascend: ${dates.join(', ')}.`);
      must((dates[0] ?? '') <= MID_MONTH, `The first fact is of ${dates[0]}, after the first day asked for.`);
    },
  },
];

/** What a snapshot says of a day. */
export function factAt({ facts }: LineSnapshot, date: string): LineFact | undefined {
  return facts.findLast((fact) => fact.date <= date);
}
