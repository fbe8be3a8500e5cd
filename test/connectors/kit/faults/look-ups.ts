import type { LineSnapshot, RemoteRecord } from '../../../../src/connectors/contract.js';
import { addDays } from '../../../../src/connectors/kit/index.js';
import { everything, http, type PlantedFault, session, wrong } from './plant.js';

/** What is read: look-ups, single records, failures of reads, snapshots. */
export const lookUpFaults: readonly PlantedFault[] = [
  {
    name: 'prices lose decimals when read',
    caughtBy: ['read.amounts'],
    named: /A price of 10.5375 is read as 10.54/,
    plant: session((good) => ({
      get: (kind, id, signal) =>
        good.get(kind, id, signal).then((record) => {
          if (record?.kind !== 'service') return record;
          return { ...record, unitPrice: Number(record.unitPrice).toFixed(2) } as typeof record;
        }),
    })),
  },
  {
    name: 'search finds names that contain the text',
    caughtBy: ['search.company.prefix', 'search.service.prefix', 'search.contract.prefix'],
    named: /finds "The Acme Shop", which does not begin with it/,
    plant: session((good) => ({
      async search(query, signal) {
        const { records } = await good.search(everything(query), signal);
        const found = records.filter(({ name }) => name.toLowerCase().includes(query.prefix.toLowerCase()));
        return { records: found.slice(0, query.first), more: found.length > query.first };
      },
    })),
  },
  {
    name: 'the text of a search is taken as a pattern',
    caughtBy: ['search.company.literal'],
    named: /A search for "100% Organi" finds|A search for "Star\*Work" finds|A search for ".*" finds/,
    plant: session((good) => ({
      async search(query, signal) {
        const { records } = await good.search(everything(query), signal);
        const pattern = query.prefix
          .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
          .replace(/[%*]/g, '.*')
          .replaceAll('_', '.');
        const found = records.filter(({ name }) => new RegExp(`^${pattern}`, 'i').test(name));
        return { records: found.slice(0, query.first), more: found.length > query.first };
      },
    })),
  },
  {
    name: 'search distinguishes capitals',
    caughtBy: ['search.company.prefix'],
    named: /A search for "ACME" does not find/,
    plant: session((good) => ({
      search: async (query, signal) => {
        const page = await good.search(query, signal);
        return { ...page, records: page.records.filter(({ name }) => name.startsWith(query.prefix)) };
      },
    })),
  },
  {
    name: 'search is not ordered',
    caughtBy: ['search.company.ordered'],
    named: /not ordered by name/,
    plant: session((good) => ({
      search: async (query, signal) => {
        const page = await good.search(query, signal);
        return { ...page, records: page.records.toReversed() };
      },
    })),
  },
  {
    name: 'only the first page is sorted',
    caughtBy: ['search.company.paged'],
    named: /only a part of the vendor's pages was sorted/,
    plant: session((good) => ({
      async search(query, signal) {
        const { records } = await good.search({ ...query, first: 100 }, signal);
        const page = records.toReversed().slice(0, 25).toReversed();
        return { records: page.slice(0, query.first), more: records.length > query.first };
      },
    })),
  },
  {
    name: 'search never says that there is more',
    caughtBy: ['search.company.ordered'],
    named: /does not say that there are more/,
    plant: session((good) => ({
      search: async (query, signal) => ({ ...(await good.search(query, signal)), more: false }),
    })),
  },
  {
    name: 'search answers more than was asked for',
    caughtBy: ['search.company.ordered'],
    named: /A search for 1 record answers/,
    plant: session((good) => ({
      search: (query, signal) => good.search({ ...query, first: query.first + 1 }, signal),
    })),
  },
  {
    name: 'prospects pass for customers',
    caughtBy: ['search.company.customers'],
    named: /"Acme Prospect"/,
    plant: session((good) => ({
      search: (query, signal) =>
        good.search(query.kind === 'company' ? { ...query, onlyCustomers: false } : query, signal),
    })),
  },
  {
    name: 'contract filters are ignored',
    caughtBy: ['search.contract.filters'],
    named: /A search for contracts/,
    plant: session((good) => ({
      search: (query, signal) => {
        if (query.kind !== 'contract') return good.search(query, signal);
        const { kind, prefix, first, companyId } = query;
        return good.search({ kind, prefix, first, companyId }, signal);
      },
    })),
  },
  {
    name: 'the inactive pass for active',
    caughtBy: ['search.company.active'],
    named: /The inactive "Acme Retired" is found as an active one/,
    plant: session((good) => ({
      async search(query, signal) {
        const page = await good.search(query, signal);
        if (query.kind !== 'company' || !'Acme Retired'.startsWith(query.prefix)) return page;
        const [like] = page.records;
        const retired = { ...like, name: 'Acme Retired', active: true } as RemoteRecord;
        return { ...page, records: [...page.records, retired] };
      },
    })),
  },
  {
    name: 'get throws for what does not exist',
    caughtBy: ['get.company.missing'],
    named: /get of the id .* throws/,
    plant: session((good) => ({
      async get(kind, id, signal) {
        const record = await good.get(kind, id, signal);
        if (!record) throw wrong('notFound', 'There is no such record.');
        return record;
      },
    })),
  },
  {
    name: 'HTTP 429 to a read is swallowed',
    caughtBy: ['read.volume'],
    named: /throws nothing/,
    plant: http(async (request, send) => {
      const response = await send(request);
      return response.status === 429 ? { ...response, status: 200, text: '{"items":[],"next":null}' } : response;
    }),
  },
  {
    name: 'Retry-After is forgotten',
    caughtBy: ['read.volume', 'write.volume'],
    named: /"Retry-After: 7" becomes/,
    plant: http(async (request, send) => {
      const response = await send(request);
      return response.status === 429 ? { ...response, headers: {} } : response;
    }),
  },
  {
    name: 'an error page is an empty result',
    caughtBy: ['read.serverError', 'read.webPage'],
    named: /throws nothing/,
    plant: http(async (request, send) => {
      const response = await send(request);
      return response.text.startsWith('<') && !request.write
        ? { ...response, status: 200, text: '{"items":[]}' }
        : response;
    }),
  },
  {
    name: 'dates are read by the local calendar',
    caughtBy: ['read.dates'],
    named: /A contract from .* reads .* in Pacific/,
    plant: session((good) => ({
      get: (kind, id, signal) =>
        good.get(kind, id, signal).then((record) => {
          if (record?.kind !== 'contract') return record;
          const day = new Date(record.startDate);
          const text = [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) =>
            String(part).padStart(2, '0'),
          );
          return { ...record, startDate: text.join('-') } as typeof record;
        }),
    })),
  },
  {
    name: 'prices go through floats',
    caughtBy: ['read.amounts'],
    named: /is read as 10\.537500/,
    plant: session((good) => ({
      get: (kind, id, signal) =>
        good.get(kind, id, signal).then((record) => {
          if (record?.kind !== 'service') return record;
          return {
            ...record,
            unitPrice: (Number(record.unitPrice) * 1.1 - Number(record.unitPrice) * 0.1).toFixed(16),
          } as typeof record;
        }),
    })),
  },
  {
    name: 'an id becomes part of a path',
    caughtBy: ['get.company.missing'],
    named: /get of the id "1\/\.\.\/2" answers/,
    plant: session((good) => ({
      get: (kind, id, signal) =>
        good.get(kind, id.includes('/../') ? `${kind === 'company' ? 'a' : 'p'}2` : id, signal),
    })),
  },
  {
    name: 'many records are asked for one by one',
    caughtBy: ['getMany.same'],
    named: /getMany of 50 records of the kind company makes \d{2} calls/,
    plant: session((good) => ({
      async getMany(kind, ids, signal) {
        const found = await Promise.all(ids.map((id) => good.get(kind, id, signal)));
        return found.filter((record) => record !== null);
      },
    })),
  },
  {
    name: 'get answers a record of another id',
    caughtBy: ['get.service.same'],
    named: /get answers .* search/,
    plant: session((good) => ({ get: (kind, id, signal) => good.get(kind, id.replace(/1$/, '2'), signal) })),
  },
  {
    name: 'a missing right passes for nothing found',
    caughtBy: ['read.forbidden'],
    named: /HTTP 403 throws nothing/,
    plant: http(async (request, send) => {
      const response = await send(request);
      return response.status === 403 ? { ...response, status: 200, text: '{"items":[]}' } : response;
    }),
  },
  {
    name: 'a read that fails counts as an unknown outcome',
    caughtBy: ['read.serverError'],
    named: /as if it wrote|throws unknownOutcome/,
    plant: http(async (request, send) => {
      const response = await send(request);
      if (request.write || response.status !== 500) return response;
      throw wrong('unavailable', 'It failed.', { outcome: 'unknown' });
    }),
  },
  {
    name: 'something else than a ConnectorError is thrown',
    caughtBy: ['read.malformed'],
    named: /throws no ConnectorError but SyntaxError/,
    plant: http(async (request, send) => {
      const response = await send(request);
      if (response.status < 300) JSON.parse(response.text);
      return response;
    }),
  },
  {
    name: 'one call for each line',
    caughtBy: ['snapshot.few'],
    named: /they grow with the lines/,
    plant: session((good) => ({
      async snapshot(query, signal) {
        const lines = [];
        for (const target of query.targets)
          lines.push(...(await good.snapshot({ ...query, targets: [target] }, signal)));
        return lines;
      },
    })),
  },
  {
    name: 'snapshots come in another order',
    caughtBy: ['snapshot.order'],
    named: /do not come in the order/,
    plant: session((good) => ({
      snapshot: async (query, signal) => (await good.snapshot(query, signal)).toReversed(),
    })),
  },
  {
    name: 'one line that cannot be read spoils all',
    caughtBy: ['snapshot.order'],
    named: /throws notFound where everything is in order/,
    plant: session((good) => ({
      async snapshot(query, signal) {
        const lines = await good.snapshot(query, signal);
        const bad = lines.find(({ problem }) => problem);
        if (bad?.problem) throw wrong(bad.problem.kind, bad.problem.message);
        return lines;
      },
    })),
  },
  {
    name: 'lines that cannot be read are left out',
    caughtBy: ['snapshot.order'],
    named: /6 targets are answered by 3 lines/,
    plant: session((good) => ({
      snapshot: async (query, signal) => (await good.snapshot(query, signal)).filter(({ problem }) => !problem),
    })),
  },
  {
    name: 'a snapshot remembers the units of before',
    caughtBy: ['change.quantity', 'plan.fingerprint'],
    named: /resolves as|fingerprint/,
    plant: (good) => {
      const seen = new Map<string, LineSnapshot>();
      return session((real) => ({
        async snapshot(query, signal) {
          const lines = await real.snapshot(query, signal);
          return lines.map((line) => {
            const key = JSON.stringify([line.target.contractId, line.target.serviceId, query]);
            if (!seen.has(key)) seen.set(key, line);
            return seen.get(key) ?? line;
          });
        },
      }))(good);
    },
  },
  {
    name: 'the day before is billed as well',
    caughtBy: ['snapshot.periods'],
    named: /after the first day asked for|does not follow/,
    plant: session((good) => ({
      snapshot: async (query, signal) =>
        (await good.snapshot(query, signal)).map((line) => ({
          ...line,
          facts: line.facts.map((fact) => ({ ...fact, date: addDays(fact.date, 20) })),
        })),
    })),
  },
  {
    name: 'get answers null where the vendor failed',
    caughtBy: ['read.serverError', 'read.volume'],
    named: /A get that meets HTTP 500 with a web page throws nothing/,
    plant: session((good) => ({ get: (kind, id, signal) => good.get(kind, id, signal).catch(() => null) })),
  },
  {
    name: 'a look-up writes',
    caughtBy: ['get.company.same'],
    named: /A method that only reads writes/,
    plant: session((good) => ({
      async get(kind, id, signal) {
        const target = { companyId: 'a1', contractId: 'g1', serviceId: 'p1', lineRef: null };
        const state = { date: '2026-12-01', units: 10, unitPrice: '6.6', evidence: null };
        const seen = { from: '2026-12-01', units: 10, price: '6.6', cost: '5.1' };
        await good.apply({ key: 'k', label: 'l', target, payload: seen, before: state, after: state });
        return good.get(kind, id, signal);
      },
    })),
  },
];
