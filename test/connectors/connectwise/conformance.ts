import { type Row, startConnectWiseSimulator, type World } from '../../../simulators/connectwise/index.js';
import { type ConformanceSubject, canonical, type World as KitWorld } from '../../../src/connectors/kit/index.js';
import { connectorFor } from './simulated.js';

const [ROBOT, PERSON] = ['robotPublicKey1', 'personPublicKey1'];
const [SECRET, CLIENT_ID, COMPANY] = ['conformanceKey0001', 'conformance-client-id-1', 'conformance'];
const FIRST_ID = { company: 1001, service: 3001, contract: 5001 };
const CYCLE = { MONTHLY: { id: 1, name: 'Monthly' }, ANNUAL: { id: 2, name: 'Annual' } } as {
  readonly [frequency: string]: object;
};

/** ConnectWise's simulator as the conformance suite wants it. The person of `edit` is another API member. */
export const conformance: ConformanceSubject = {
  // The connector asks for 500 records in a page.
  pageOverflow: 501,
  skip: {
    'snapshot.few': 'ConnectWise lists additions below their agreement only: a read costs a call for each agreement.',
  },
  async start(world) {
    const id = idsOf(world);
    const simulator = await startConnectWiseSimulator({
      world: tenantOf(world, id),
      clock: () => new Date(world.now),
      switches: { requestsPerMinute: 1_000_000 },
    });
    const { admin, apiUrl, url } = simulator;
    const covering = (line: { contract: string; service: string }, date: string): Row[] =>
      admin
        .additions(id('contract', line.contract))
        .filter(({ product }) => (product as { id: number }).id === id('service', line.service))
        .filter((row) => dayOf(row.effectiveDate) <= date && (!row.cancelledDate || dayOf(row.cancelledDate) >= date));
    async function asPerson(method: string, path: string, body: object): Promise<void> {
      const authorization = `Basic ${Buffer.from(`${COMPANY}+${PERSON}:${SECRET}`).toString('base64')}`;
      const headers = { 'content-type': 'application/json', authorization, clientId: CLIENT_ID };
      const answer = await fetch(`${apiUrl}/${path}`, { method, headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`the edit was refused: ${await answer.text()}`);
    }
    return {
      connector: connectorFor({ extraHosts: url }),
      credentials: { site: url, companyId: COMPANY, publicKey: ROBOT, privateKey: SECRET, clientId: CLIENT_ID },
      wrongCredentials: {
        site: url,
        companyId: COMPANY,
        publicKey: ROBOT,
        privateKey: 'wrong-key-0001',
        clientId: CLIENT_ID,
      },
      id: (kind, key) => String(id(kind, key)),
      received() {
        const seen = admin.journal.list().filter(({ user }) => !user?.endsWith(PERSON));
        return { requests: seen.length, writes: seen.filter(({ isWrite }) => isWrite).length };
      },
      billed(line, date) {
        const rows = covering(line, date).filter(({ quantity }) => Number(quantity) > 0);
        const units = rows.reduce((sum, { quantity }) => sum + Number(quantity), 0);
        const amount = (name: string) => (rows[0] ? (canonical(String(rows[0][name])) ?? null) : null);
        return { units, unitPrice: amount('unitPrice'), unitCost: amount('unitCost') };
      },
      async edit(line, units, from) {
        const path = `finance/agreements/${id('contract', line.contract)}/additions`;
        const [row] = covering(line, from);
        if (row && dayOf(row.effectiveDate) === from) {
          return asPerson('PATCH', `${path}/${row.id}`, [{ op: 'replace', path: 'quantity', value: units }]);
        }
        const product = { id: id('service', line.service) };
        const effectiveDate = `${from}T00:00:00Z`;
        await asPerson('POST', path, { product, quantity: units, billCustomer: 'Billable', effectiveDate });
        const last = new Date(Date.parse(effectiveDate) - 86_400_000).toISOString().replace('.000', '');
        if (row) await asPerson('PATCH', `${path}/${row.id}`, [{ op: 'replace', path: 'cancelledDate', value: last }]);
      },
      reset() {
        // Seeding is most of the suite's time, and most cases only read.
        if (admin.journal.list().some(({ isWrite, status }) => isWrite || status === 401)) admin.reset();
        else admin.journal.clear();
      },
      close: () => simulator.close(),
    };
  },
};

const dayOf = (value: unknown) => String(value).slice(0, 10);

type Ids = (kind: keyof typeof FIRST_ID, key: string) => number;

function idsOf(world: KitWorld): Ids {
  const lists = { company: world.companies, service: world.services, contract: world.contracts };
  return (kind, key) => {
    const at = lists[kind].findIndex((each) => each.key === key);
    if (at < 0) throw new Error(`no ${kind} ${key}`);
    return FIRST_ID[kind] + at;
  };
}

function tenantOf(world: KitWorld, id: Ids): World {
  const starts = new Map(world.contracts.map(({ key, startDate }) => [key, startDate]));
  return {
    companyId: COMPANY,
    members: [ROBOT, PERSON].map((publicKey) => ({ identifier: publicKey, publicKey, privateKey: SECRET })),
    clientIds: [CLIENT_ID],
    companies: world.companies.map(({ name, active, isCustomer, currency }, at) => ({
      ...{ id: FIRST_ID.company + at, identifier: `C${at}`, name, deletedFlag: !active, currencyCode: currency },
      types: [isCustomer ? { id: 1, name: 'Client' } : { id: 2, name: 'Prospect' }],
    })),
    catalog: world.services.map(({ name, active, billingFrequency, unitPrice, unitCost }, at) => ({
      ...{ id: FIRST_ID.service + at, identifier: `S${at}`, description: name, inactiveFlag: !active },
      ...{ price: Number(unitPrice), cost: Number(unitCost), recurringBillCycle: CYCLE[billingFrequency] },
    })),
    agreements: world.contracts.map(({ name, company, billingFrequency, startDate, endDate }, at) => ({
      ...{
        id: FIRST_ID.contract + at,
        name,
        company: { id: id('company', company) },
        billingCycle: CYCLE[billingFrequency],
      },
      ...{
        startDate: `${startDate}T00:00:00Z`,
        endDate: endDate && `${endDate}T00:00:00Z`,
        noEndingDateFlag: !endDate,
      },
      currencyCode: world.companies.find(({ key }) => key === company)?.currency,
    })),
    additions: world.lines.map(({ contract, service, units }) => ({
      ...{ agreementId: id('contract', contract), product: { id: id('service', service) }, quantity: units },
      effectiveDate: `${starts.get(contract)}T00:00:00Z`,
    })),
  };
}
