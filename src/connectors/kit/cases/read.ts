import type { LookupKind, RemoteRecord, SearchQuery, Session } from '../../contract.js';
import { type Bench, errorOf } from '../bench.js';
import { sameDecimal } from '../decimal.js';
import { CaseSkipped, must, shown } from '../failure.js';
import { equal } from '../plain.js';
import { inTimeZone, ZONES } from '../time-zone.js';
import { AWKWARD_NAMES } from '../world.js';
import { type ConformanceCase, LOOKUPS, needsLookup } from './case.js';

/** First words of some seeded names of each kind, and what begins with them, in order. */
const PREFIX = {
  company: { text: 'Acme', names: ['Acme Bakery', 'Acme Trading'] },
  service: { text: 'Mail', names: ['Mail Basic', 'Mail Fresh', 'Mail Precise', 'Mail Yearly'] },
  contract: {
    text: 'Cloud',
    names: ['Cloud Ended', 'Cloud from the Second', 'Cloud Leap', 'Cloud Monthly', 'Cloud Yearly'],
  },
} as const;
const INACTIVE = ['Acme Retired', 'Mail Gone'];

/** Live look-ups, for each kind that is declared. */
export const readCases: readonly ConformanceCase[] = [
  ...LOOKUPS.flatMap((kind): ConformanceCase[] => {
    const about = { level: 'Read', capability: `lookups.${kind}`, skip: needsLookup(kind) } as const;
    const { text, names } = PREFIX[kind];
    const search = async (bench: Bench, prefix: string, first = 50, session?: Session) =>
      (session ?? bench.open()).search(queryOf(bench, kind, prefix, first));
    return [
      {
        ...about,
        id: `search.${kind}.prefix`,
        title: 'A search finds the names that begin with its text, in either case, and no others',
        async run(bench) {
          for (const prefix of [text, text.toUpperCase()]) {
            const { records } = await search(bench, prefix);
            const other = records.find(({ name }) => !name.toLowerCase().startsWith(text.toLowerCase()));
            must(!other, `A search for "${prefix}" finds "${other?.name}", which does not begin with it.`);
            const found = namesOf(records.filter(({ active }) => active));
            const missed = names.find((name) => !found.includes(name));
            must(missed === undefined, `A search for "${prefix}" does not find "${missed}".`);
          }
        },
      },
      {
        ...about,
        id: `search.${kind}.literal`,
        title: 'Quotes, wildcards, backslashes and other letters in the text are characters, not syntax',
        async run(bench) {
          const session = bench.open();
          for (const [, name] of AWKWARD_NAMES) {
            const prefix = name.slice(0, -1);
            const found = namesOf((await search(bench, prefix, 50, session)).records);
            must(equal(found, [name]), `A search for ${shown(prefix)} finds ${shown(found)} instead of "${name}".`);
          }
          for (const prefix of ['" or name like "', "' or '1'='1", '%', '*', 'Acme" and "', 'Zz no such name']) {
            const { records } = await search(bench, prefix, 50, session);
            must(records.length === 0, `A search for ${shown(prefix)} finds ${shown(namesOf(records))}.`);
          }
        },
      },
      {
        ...about,
        id: `search.${kind}.ordered`,
        title: 'Results ascend by name, are no more than asked for, and tell whether there are more',
        async run(bench) {
          const whole = await search(bench, text);
          const all = namesOf(whole.records);
          must(equal(all, [...all].sort(inOrder)), `A search is not ordered by name: ${shown(all)}.`);
          must(!whole.more, 'A search says that there are more results where it has given all.');
          const one = await search(bench, text, 1);
          must(one.records.length === 1, `A search for 1 record answers ${one.records.length}.`);
          must(one.records[0]?.name === all[0], `The first of one is "${one.records[0]?.name}", of all "${all[0]}".`);
          must(one.more, 'A search does not say that there are more results.');
          const exact = await search(bench, text, all.length);
          must(
            exact.records.length === all.length && !exact.more,
            'A search for exactly all says that there are more.',
          );
        },
      },
      {
        ...about,
        id: `search.${kind}.active`,
        title: 'What is inactive is left out or shown as inactive',
        async run(bench) {
          const { records } = await search(bench, text);
          const wrong = records.find(({ name, active }) => active && INACTIVE.includes(name));
          must(!wrong, `The inactive "${wrong?.name}" is found as an active one.`);
          must(
            records.every((record) => record.kind === kind),
            `A search for ${kind} answers another kind.`,
          );
        },
      },
      {
        ...about,
        id: `get.${kind}.same`,
        title: 'One record by its id reads as the search found it',
        async run(bench) {
          const session = bench.open();
          const { records } = await search(bench, text, 50, session);
          const [first] = records;
          must(first !== undefined, `A search for "${text}" finds nothing.`);
          const record = await session.get(kind, first.id);
          must(equal(record, first), `get answers ${shown(record)}, search ${shown(first)}.`);
        },
      },
      {
        ...about,
        id: `get.${kind}.missing`,
        title: 'An id that does not exist, or cannot be one, is null and not an error',
        async run(bench) {
          const session = bench.open();
          for (const id of [
            '99999999',
            'a99999',
            '',
            ' ',
            '0',
            '-1',
            '1e3',
            '../1',
            '1/../2',
            "1' or '1'='1",
            'x'.repeat(300),
          ]) {
            const found = await session.get(kind, id).catch((error: unknown) => {
              const { message } = error as Error;
              must((error as Error).name !== 'ConnectorError', `get of the id ${shown(id)} throws: ${message}`);
              throw error;
            });
            must(found === null, `get of the id ${shown(id)} answers ${shown(found)}.`);
          }
        },
      },
    ];
  }),
  {
    id: 'getMany.same',
    level: 'Read',
    capability: 'getMany',
    title: 'Records by their ids read as each alone, the others are left out, and there is not a call for each',
    async run(bench) {
      const session = bench.open();
      if (!session.getMany) throw new CaseSkipped('getMany is absent');
      for (const kind of ['company', 'service'] as const) {
        const { records } = await session.search(queryOf(bench, kind, kind === 'company' ? 'Crowd' : '', 50));
        const ids = records.map(({ id }) => id);
        const before = bench.wire.calls.length;
        const many = await session.getMany(kind, [...ids, '99999999', "1' or '1'='1", '../1']);
        if (many === null) continue;
        const calls = bench.wire.calls.length - before;
        must(calls <= 5, `getMany of ${ids.length} records of the kind ${kind} makes ${calls} calls.`);
        const found = many.map(({ id }) => id);
        must(equal([...found].sort(), [...ids].sort()), `getMany answers the ids ${shown(found)}.`);
        for (const record of records) {
          const same = many.find(({ id }) => id === record.id);
          must(equal(same, record), `getMany answers ${shown(same)}, search ${shown(record)}.`);
        }
      }
    },
  },
  {
    id: 'search.company.paged',
    level: 'Read',
    capability: 'lookups.company',
    title: 'The first results are the first by name, also when the vendor gives them on its last page',
    skip: needsLookup('company'),
    async run(bench) {
      const { records, more } = await bench.open().search(queryOf(bench, 'company', 'Crowd', 3));
      must(
        equal(namesOf(records), ['Crowd 0001', 'Crowd 0002', 'Crowd 0003']),
        `The first 3 of many are ${shown(namesOf(records))}: only a part of the vendor's pages was sorted.`,
      );
      must(more, 'A search over several pages does not say that there are more results.');
    },
  },
  {
    id: 'search.company.customers',
    level: 'Read',
    capability: 'lookups.company',
    title: 'Only customers are found where only customers are asked for, and each record says which it is',
    skip: needsLookup('company'),
    async run({ open }) {
      const session = open();
      const query = { kind: 'company', prefix: 'Acme', first: 50 } as const;
      const customers = await session.search({ ...query, onlyCustomers: true });
      const all = await session.search({ ...query, onlyCustomers: false });
      const wrong = customers.records.find(({ name }) => name === 'Acme Prospect');
      must(!wrong, 'A search for customers finds "Acme Prospect", which is none.');
      const prospect = all.records.find(({ name }) => name === 'Acme Prospect');
      must(prospect?.kind === 'company', 'A search for all companies does not find "Acme Prospect".');
      must(!prospect.isCustomer, '"Acme Prospect" is shown as a customer.');
    },
  },
  {
    id: 'search.service.filters',
    level: 'Read',
    capability: 'lookups.service',
    title: 'Services are narrowed by billing frequency and to free ones',
    skip: needsLookup('service'),
    async run({ open, descriptor: { capabilities } }) {
      const session = open();
      const query = { kind: 'service', first: 100 } as const;
      for (const billingFrequency of capabilities.billingFrequencies) {
        const { records } = await session.search({ ...query, prefix: 'Mail', billingFrequency });
        const wrong = records.find((each) => each.kind === 'service' && each.billingFrequency !== billingFrequency);
        must(!wrong, `A search for ${billingFrequency} services finds "${wrong?.name}".`);
        const yearly = namesOf(records).includes('Mail Yearly');
        must(
          yearly === (billingFrequency === 'ANNUAL'),
          `"Mail Yearly" is ${yearly ? '' : 'not '}found as ${billingFrequency}.`,
        );
      }
      const free = await session.search({ ...query, prefix: '', onlyFree: true });
      must(
        equal(namesOf(free.records), ['Usage']),
        `A search for free services finds ${shown(namesOf(free.records))}.`,
      );
    },
  },
  {
    id: 'search.contract.filters',
    level: 'Read',
    capability: 'lookups.contract',
    title: 'Contracts are narrowed by company, billing frequency, start before a day and start on the first',
    skip: needsLookup('contract'),
    async run({ open, simulation }) {
      const session = open();
      const companyId = simulation.id('company', 'acme');
      const query = { kind: 'contract', prefix: 'Cloud', first: 100, companyId } as const;
      const found = async (more: object) => namesOf((await session.search({ ...query, ...more })).records);
      const without = async (name: string, more: object, what: string) =>
        must(!(await found(more)).includes(name), `A search for contracts ${what} finds "${name}".`);
      await without('Cloud of Another', {}, 'of one company');
      await without('Cloud Yearly', { billingFrequency: 'MONTHLY' }, 'billed by the month');
      await without('Cloud Monthly', { startsBefore: '2026-01-01' }, 'that start before 2026-01-01');
      await without('Cloud from the Second', { startsOnFirst: true }, 'that start on the first');
      const before = await found({ startsBefore: '2026-01-02' });
      must(
        before.includes('Cloud Monthly'),
        'A contract of 2026-01-01 is not found as one that starts before 2026-01-02.',
      );
      must(
        !before.includes('Cloud from the Second'),
        'A contract of 2026-01-02 is found as one that starts before it.',
      );
    },
  },
  {
    id: 'read.amounts',
    level: 'Read',
    capability: 'lookups.service',
    title: 'Prices and costs are read to their last decimal',
    skip: needsLookup('service'),
    async run(bench) {
      const record = await bench.open().get('service', bench.simulation.id('service', 'precise'));
      const seeded = bench.world.services.find(({ key }) => key === 'precise');
      must(record !== null && seeded !== undefined, 'get does not find a service that was seeded.');
      must(
        sameDecimal(record.unitPrice, seeded.unitPrice),
        `A price of ${seeded.unitPrice} is read as ${record.unitPrice}.`,
      );
      must(
        record.unitCost === null || sameDecimal(record.unitCost, seeded.unitCost),
        `A cost of ${seeded.unitCost} is read as ${record.unitCost}.`,
      );
    },
  },
  {
    id: 'read.dates',
    level: 'Read',
    capability: 'lookups.contract',
    title: 'Contract dates are the same days wherever the gateway runs, also on 29 February',
    skip: needsLookup('contract'),
    async run({ open, simulation, world }) {
      for (const zone of ZONES) {
        await inTimeZone(zone, async () => {
          for (const { key, startDate, endDate } of world.contracts.slice(0, 3)) {
            const record = await open().get('contract', simulation.id('contract', key));
            const read = [record?.startDate, record?.endDate];
            must(
              equal(read, [startDate, endDate]),
              `A contract from ${startDate} to ${endDate} reads ${read.join(' to ')} in ${zone}.`,
            );
          }
        });
      }
    },
  },
  ...failureCases(),
];

/** Every way to read that a session has. */
export function readsOf({ simulation, target }: Bench): {
  readonly [method: string]: (session: Session, signal?: AbortSignal) => Promise<unknown>;
} {
  return {
    search: (session, signal) =>
      session.search({ kind: 'company', prefix: 'Acme', first: 5, onlyCustomers: true }, signal),
    get: (session, signal) => session.get('company', simulation.id('company', 'acme'), signal),
    snapshot: (session, signal) => session.snapshot({ targets: [target()] }, signal),
  };
}

/** How a read that fails is told, by what the vendor or the way to it did. */
function failureCases(): ConformanceCase[] {
  const answer = (status: number, text: string, headers = {}) =>
    ({ kind: 'answer', reached: false, status, text, headers }) as const;
  const table = [
    ['unreachable', 'a vendor that cannot be reached', { kind: 'unreachable' }, ['unavailable']],
    ['lost', 'an answer that never came', { kind: 'lost', reached: true }, ['unavailable']],
    ['volume', 'HTTP 429', answer(429, '{}', { 'retry-after': '7' }), ['rateLimited']],
    ['serverError', 'HTTP 500 with a web page', answer(500, '<html>oops</html>'), ['unavailable']],
    ['gateway', 'HTTP 502 with a web page', answer(502, '<html>bad gateway</html>'), ['unavailable']],
    ['forbidden', 'HTTP 403', answer(403, '{}'), ['permissionMissing']],
    ['malformed', 'half an answer', { kind: 'answer', reached: true, status: 200 }, ['protocol']],
    ['webPage', 'a web page for an answer', answer(200, '<html>maintenance</html>'), ['protocol', 'unavailable']],
    ['strange', 'JSON of another shape', answer(200, '{"weather":"fine"}'), ['protocol']],
  ] as const;
  return table.map(([name, what, how, kinds]) => ({
    id: `read.${name}`,
    level: 'Read',
    capability: 'errors',
    title: `A read that meets ${what} throws ${kinds.join(' or ')}, not an empty result`,
    skip: needsLookup('company'),
    async run(bench) {
      const { open, wire, descriptor } = bench;
      const methods = Object.entries(readsOf(bench)).filter(([method]) => method === 'search' || name !== 'strange');
      for (const [method, read] of methods) {
        const session = open();
        await read(session);
        wire.break('read', how);
        const asked = `A ${method} that meets ${what}`;
        const error = await errorOf(asked, () => read(session));
        wire.mend();
        must((kinds as readonly string[]).includes(error.kind), `${asked} throws ${error.kind}.`);
        must(error.outcome === 'notApplied', `${asked} throws an unknown outcome, as if it wrote.`);
        const { retryAfterSeconds, permissionId } = error.detail;
        if (name === 'volume') must(retryAfterSeconds === 7, `"Retry-After: 7" becomes ${shown(retryAfterSeconds)}.`);
        if (permissionId !== undefined) {
          must(
            descriptor.permissions.some(({ id }) => id === permissionId),
            `A missing right is named "${permissionId}", which is not a declared permission.`,
          );
        }
      }
    },
  }));
}

function queryOf({ simulation }: Bench, kind: LookupKind, prefix: string, first: number): SearchQuery {
  if (kind === 'company') return { kind, prefix, first, onlyCustomers: true };
  if (kind === 'service') return { kind, prefix, first };
  return { kind, prefix, first, companyId: simulation.id('company', 'acme') };
}

const namesOf = (records: readonly RemoteRecord[]): string[] => records.map(({ name }) => name);
const collator = new Intl.Collator('en', { sensitivity: 'base' });
const inOrder = (one: string, other: string): number => collator.compare(one, other);
