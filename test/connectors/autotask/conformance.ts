import { type SeedRow, sampleWorld, startAutotaskSimulator, type World } from '../../../simulators/autotask/index.js';
import { type ConformanceSubject, canonical, type World as KitWorld } from '../../../src/connectors/kit/index.js';
import { connectorFor } from './session.js';

const [ROBOT, PERSON] = ['robot@example.test', 'person@example.test'];
const SECRET = 'conformance-secret-1';
const CODE = 'CONFORMANCEINTEGRATIONCODE1';
const FIRST_ID = { company: 1001, service: 3001, contract: 29_682_001 };
const PERIOD_TYPE = { MONTHLY: 2, ANNUAL: 5 } as { readonly [frequency: string]: number };

/** Autotask's simulator as the conformance suite wants it. The person of `edit` is another user of the same API. */
export const conformance: ConformanceSubject = {
  // Autotask gives 500 records in a page.
  pageOverflow: 501,
  async start(world) {
    const id = idsOf(world);
    const simulator = await startAutotaskSimulator({
      world: tenantOf(world, id),
      clock: () => new Date(world.now),
      switches: { latencyMs: 0, threadReleaseMs: 0 },
    });
    const { admin } = simulator;
    const rowsOf = (line: { contract: string; service: string }) =>
      admin
        .units(id('contract', line.contract))
        .filter((row) => row.serviceID === id('service', line.service))
        .map((row) => ({
          start: String(row.startDate).slice(0, 10),
          end: String(row.endDate).slice(0, 10),
          units: Number(row.units),
          price: Number(row.price),
          cost: Number(row.cost),
        }))
        .sort((one, other) => (one.start < other.start ? -1 : 1));
    const billed: Awaited<ReturnType<ConformanceSubject['start']>>['billed'] = (line, date) => {
      const rows = rowsOf(line);
      const row = rows.findLast(({ start, end }) => start <= date && end >= date);
      // Parts of a month are pro-rated; the next whole one tells the amounts.
      const whole = rows.find(
        ({ start, end }) => end >= date && start.endsWith('-01') && start.slice(0, 7) === end.slice(0, 7),
      );
      const unit = (amount = 0) => (whole?.units ? (canonical((amount / whole.units).toFixed(8)) ?? null) : null);
      return { units: row?.units ?? 0, unitPrice: unit(whole?.price), unitCost: unit(whole?.cost) };
    };
    return {
      connector: connectorFor({ discoveryUrl: simulator.discoveryUrl }),
      credentials: { username: ROBOT, password: SECRET, integrationCode: CODE },
      wrongCredentials: { username: ROBOT, password: 'wrong-secret-0001', integrationCode: CODE },
      id: (kind, key) => String(id(kind, key)),
      received() {
        const seen = admin.journal.list().filter(({ user }) => user !== PERSON);
        return { requests: seen.length, writes: seen.filter(({ isWrite }) => isWrite).length };
      },
      billed,
      async edit(line, units, from) {
        const { units: now } = await billed(line, from);
        const contractID = id('contract', line.contract);
        const answer = await fetch(`${simulator.url}/ATServicesRest/V1.0/Contracts/${contractID}/ServiceAdjustments`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', UserName: PERSON, Secret: SECRET, ApiIntegrationCode: CODE },
          body: JSON.stringify({
            ...{ contractID, serviceID: id('service', line.service) },
            ...{ unitChange: units - now, effectiveDate: from },
          }),
        });
        if (!answer.ok) throw new Error(`the edit was refused: ${await answer.text()}`);
      },
      reset() {
        // Seeding is most of the suite's time, and most cases only read.
        const touched = admin.journal.list().some(({ isWrite, status }) => isWrite || status === 401);
        if (touched) admin.reset();
        else admin.journal.clear();
      },
      close: () => simulator.close(),
    };
  },
};

type Ids = (kind: keyof typeof FIRST_ID, key: string) => number;

function idsOf(world: KitWorld): Ids {
  const lists = { company: world.companies, service: world.services, contract: world.contracts };
  const ids = new Map(
    (['company', 'service', 'contract'] as const).flatMap((kind) =>
      lists[kind].map(({ key }, at) => [`${kind} ${key}`, FIRST_ID[kind] + at] as const),
    ),
  );
  return (kind, key) => {
    const found = ids.get(`${kind} ${key}`);
    if (found === undefined) throw new Error(`no ${kind} ${key}`);
    return found;
  };
}

function tenantOf(world: KitWorld, id: Ids): World {
  const { currencies = [], countries = [], internalLocations = [], resources = [], ...sample } = sampleWorld();
  const currencyIds = new Map(currencies.map(({ id: number, name }) => [name, number]));
  return {
    ...{ currencies, countries, internalLocations, resources },
    ...{ modules: sample.modules ?? [], billingCodes: sample.billingCodes ?? [] },
    users: [ROBOT, PERSON].map((username) => ({ username, secret: SECRET, integrationCode: CODE })),
    companies: [
      { id: 0, companyName: 'Example MSP', companyType: 1 },
      ...world.companies.map(
        ({ key, name, active, isCustomer, currency }): SeedRow => ({
          ...{ id: id('company', key), companyName: name, isActive: active, companyType: isCustomer ? 1 : 3 },
          currencyID: currencyIds.get(currency),
        }),
      ),
    ],
    services: world.services.map(({ key, name, active, billingFrequency, unitPrice, unitCost }) => ({
      ...{
        id: id('service', key),
        name,
        isActive: active,
        periodType: PERIOD_TYPE[billingFrequency],
        billingCodeID: 1,
      },
      ...{ unitPrice: Number(unitPrice), unitCost: Number(unitCost) },
    })),
    contracts: world.contracts.map(({ key, name, company, billingFrequency, startDate, endDate }) => ({
      ...{ id: id('contract', key), contractName: name, companyID: id('company', company), startDate, endDate },
      ...{ contractType: 7, status: 1, contractPeriodType: PERIOD_TYPE[billingFrequency] },
    })),
    lines: world.lines.map(({ contract, service, units }) => ({
      ...{ contractID: id('contract', contract), serviceID: id('service', service), units },
    })),
  };
}
