import type { Change, Connector, LineSnapshot, Session, Step } from '../contract.js';
import { ConnectorError, NOT_IMPLEMENTED } from '../errors.js';
import type { ConformanceSubject } from './subject.js';
import { createWorld } from './world.js';

/** The required parts of a session, in the order in which they are best written. */
export const PARTS = ['diagnose', 'search', 'get', 'snapshot', 'plan', 'apply', 'resolve'] as const;
export type Part = (typeof PARTS)[number];

/** The parts that are still to be written, for a list of things to do: `for (const part of ...) test.todo(part)`. */
export async function unimplementedParts(subject: ConformanceSubject): Promise<readonly Part[]> {
  const { pageOverflow = 60, priceDecimals = 4 } = subject;
  const world = createWorld({ pageOverflow, priceDecimals });
  const simulation = await subject.start(world);
  try {
    return await partsToWrite(simulation.connector, simulation.credentials);
  } finally {
    await simulation.close();
  }
}

/** Asks every part once, with a client that lets nothing out: a part that is there gets no further than its first call. */
export async function partsToWrite(
  connector: Connector,
  credentials: { readonly [name: string]: string },
): Promise<readonly Part[]> {
  const secret = new Map(connector.descriptor.credentials.map((field) => [field.name, field.secret]));
  const session = connector.connect({
    credentials: Object.fromEntries(
      Object.entries(credentials).map(([name, value]) => [name, secret.get(name) ? { reveal: () => value } : value]),
    ),
    settings: {},
    connection: { id: 'unimplemented', currency: 'USD' },
    http: {
      async send() {
        throw new ConnectorError('aborted', 'Nothing is sent to find out what is written.', { code: 'ABORTED' });
      },
    },
    now: () => new Date(),
  });
  const parts: Part[] = [];
  for (const part of PARTS) if (await isToWrite(() => ASKED[part](session))) parts.push(part);
  await session.dispose?.();
  return parts;
}

async function isToWrite(ask: () => unknown): Promise<boolean> {
  try {
    return (await ask()) === NOT_IMPLEMENTED;
  } catch (error) {
    return error instanceof ConnectorError && error.code === NOT_IMPLEMENTED;
  }
}

const TARGET = { companyId: 'none', serviceId: 'none', contractId: 'none', lineRef: null };
const LINE: LineSnapshot = {
  ...{ target: TARGET, contract: null, service: null, lineRef: null, periods: [], facts: [], evidence: null },
  problem: { kind: 'notFound', code: 'NONE', message: 'There is no such line.' },
};
const STATE = { date: '2026-01-01', units: 1, unitPrice: null, evidence: null };
const CHANGE: Change = {
  ...{ operationId: 'none', kind: 'quantity', effectiveDate: '2026-01-01', quantity: 1, currency: 'USD' },
};
const STEP: Step = { key: 'none', label: 'Nothing', target: TARGET, payload: null, before: STATE, after: STATE };

const ASKED: { readonly [K in Part]: (session: Session) => unknown } = {
  async diagnose(session) {
    for await (const { code } of session.diagnose()) if (code === NOT_IMPLEMENTED) return code;
    return null;
  },
  search: (session) => session.search({ kind: 'company', prefix: '', first: 1, onlyCustomers: true }),
  get: (session) => session.get('company', 'none'),
  snapshot: (session) => session.snapshot({ targets: [TARGET] }),
  plan: (session) => session.plan(CHANGE, LINE),
  apply: (session) => session.apply(STEP),
  resolve: (session) => session.resolve(STEP, LINE),
};
