import {
  type ConnectWiseSimulator,
  type Switches,
  startConnectWiseSimulator,
  type World,
} from '../../simulators/connectwise/index.js';
import { CONTRACT_START } from './dates.js';
import type { StagePsa } from './stage.js';

/** Agreements 1001 to 1060 of Contoso, monthly, and one of each that a mapping is refused for. */
export function connectWiseWorld(): World {
  const startDate = `${CONTRACT_START}T00:00:00Z`;
  return {
    companyId: 'acme',
    members: [{ identifier: 'gateway', publicKey: 'publicKey0001', privateKey: 'privateKey#0001' }],
    clientIds: ['aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'],
    companies: [
      { id: 201, identifier: 'Contoso', name: 'Contoso' },
      { id: 203, identifier: 'EuroWorks', name: 'Euro Works', currencyCode: 'EUR' },
      { id: 205, identifier: 'Perhaps', name: 'Perhaps', types: [{ id: 2, name: 'Prospect' }] },
    ],
    catalog: [
      { id: 101, identifier: 'SEAT', description: 'Seats', price: 10, cost: 8 },
      {
        id: 102,
        identifier: 'YEAR',
        description: 'Yearly',
        price: 120,
        cost: 96,
        recurringBillCycle: { id: 2, name: 'Annual' },
      },
      { id: 103, identifier: 'ONCE', description: 'Once', price: 5, cost: 4, recurringFlag: false },
    ],
    agreements: [
      ...Array.from({ length: 60 }, (_, at) => ({
        id: 1001 + at,
        name: `Cloud ${at}`,
        company: { id: 201 },
        startDate,
      })),
      { id: 2001, name: 'Yearly', company: { id: 201 }, startDate, billingCycle: { id: 2, name: 'Annual' } },
      { id: 2002, name: 'Of Euro Works', company: { id: 203 }, startDate, currencyCode: 'EUR' },
      {
        id: 2003,
        name: 'Cancelled',
        company: { id: 201 },
        startDate,
        cancelledFlag: true,
        agreementStatus: 'Cancelled',
      },
    ],
  };
}

export interface TestConnectWise {
  readonly simulator: ConnectWiseSimulator;
  /** The operator's options for a gateway. */
  readonly others: { readonly connectwise: { readonly extraHosts: string } };
  /** The member of the `@oneOf` input. */
  credentials(more?: object): { connectwise: object };
  readonly stage: StagePsa;
  /** What is billed on a day, and the additions by which, as `units @price from..until`. */
  billed(contractId: string, day: string): { readonly units: number; readonly additions: readonly string[] };
}

export async function startTestConnectWise(switches: Partial<Switches> = {}): Promise<TestConnectWise> {
  const world = connectWiseWorld();
  const [member] = world.members;
  const simulator = await startConnectWiseSimulator({ world, switches: { requestsPerMinute: 1_000_000, ...switches } });
  const { url, admin } = simulator;
  const { companyId, clientIds } = world;
  const credentials = (more: object = {}) => ({
    connectwise: {
      ...{ site: url, companyId, publicKey: member?.publicKey, privateKey: member?.privateKey, clientId: clientIds[0] },
      ...more,
    },
  });
  let agreements = 0;
  const additions = (contractId: string) =>
    admin.additions(Number(contractId)).map((row) => {
      const [from, until] = [row.effectiveDate, row.cancelledDate].map((each) => String(each ?? '').slice(0, 10));
      return { id: row.id, units: Number(row.quantity), price: row.unitPrice, from: from ?? '', until: until ?? '' };
    });
  return {
    simulator,
    others: { connectwise: { extraHosts: url } },
    credentials,
    stage: {
      credentials: credentials(),
      companyId: '201',
      serviceId: '101',
      nextContract: () => String(1001 + agreements++),
      posts: (contractId) =>
        admin.journal
          .list({ writes: true })
          .filter(({ path }) => path.includes(`/agreements/${contractId}/additions`))
          .map(({ method, committed, status, body }) => ({
            method,
            committed,
            status,
            body: body as Record<string, unknown>,
          })),
      async edit(contractId, _serviceId, unitChange) {
        const last = additions(contractId).at(-1);
        if (!last) throw new Error('There is no addition to edit.');
        admin.edit('additions', last.id, { quantity: last.units + unitChange });
      },
    },
    billed(contractId, day) {
      const all = additions(contractId).filter(({ units }) => units > 0);
      const here = all.filter(({ from, until }) => from <= day && (until === '' || until >= day));
      return {
        units: here.reduce((sum, { units }) => sum + units, 0),
        additions: all.map(({ units, price, from, until }) => `${units} @${price} ${from}..${until}`),
      };
    },
  };
}
