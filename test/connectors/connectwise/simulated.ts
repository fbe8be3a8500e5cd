import {
  type ConnectWiseSimulator,
  type Switches,
  sampleWorld,
  startConnectWiseSimulator,
  type World,
} from '../../../simulators/connectwise/index.js';
import type {
  Change,
  Connector,
  ConnectorContext,
  Diagnostic,
  LineSnapshot,
  MappedTarget,
  Plan,
  Resolution,
  SecretText,
  Session,
  Step,
} from '../../../src/connectors/contract.js';
import { type ConnectorError, isConnectorError } from '../../../src/connectors/errors.js';
import { createHttpClient } from '../../../src/connectors/http.js';
import { builtInConnectors } from '../../../src/connectors/index.js';

export const NOW = '2026-11-23T12:00:00Z';
export const secretText = (value: string): SecretText => ({ reveal: () => value });

export interface Simulated {
  readonly session: Session;
  readonly connector: Connector;
  readonly simulator: ConnectWiseSimulator;
}

export function connectorFor(options: Record<string, string | undefined>): Connector {
  const factory = builtInConnectors.find(({ id }) => id === 'connectwise');
  if (!factory) throw new Error('the connector is not built in');
  return factory.create(options, { productName: 'CloudCockpit' });
}

/** A session on a fresh simulator with frozen time, over real HTTP with the host's own client. */
export async function simulated(
  change: (world: World) => void = () => undefined,
  more: {
    currency?: string;
    credentials?: ConnectorContext['credentials'];
    settings?: Record<string, string>;
    clientId?: string;
    switches?: Partial<Switches>;
  } = {},
): Promise<Simulated> {
  const world = sampleWorld();
  change(world);
  const simulator = await startConnectWiseSimulator({
    world,
    clock: () => new Date(NOW),
    ...(more.switches && { switches: more.switches }),
  });
  const connector = connectorFor({ extraHosts: simulator.url, clientId: more.clientId });
  const [member] = world.members;
  const session = connector.connect({
    credentials: {
      site: simulator.url,
      companyId: world.companyId,
      publicKey: member?.publicKey,
      privateKey: secretText(member?.privateKey ?? ''),
      clientId: secretText(world.clientIds[0] ?? ''),
      ...more.credentials,
    },
    settings: more.settings ?? {},
    connection: { id: 'conn_1', currency: more.currency ?? 'USD' },
    http: createHttpClient({ allows: (url) => connector.allows(url), timeoutMs: 3_000 }),
    now: () => new Date(NOW),
  });
  return { session, connector, simulator };
}

/** 10 units of product 101 at 6.60, addition 501. */
export const BASIC: MappedTarget = { companyId: '201', contractId: '1001', serviceId: '101', lineRef: '501' };
/** No addition yet. */
export const EMPTY: MappedTarget = { companyId: '201', contractId: '1006', serviceId: '101', lineRef: null };

export function changeOf(quantity: number, effectiveDate: string, more: Partial<Change> = {}): Change {
  return { operationId: 'op_1', kind: 'quantity', quantity, effectiveDate, currency: 'USD', ...more };
}

export async function lineOf(session: Session, target: MappedTarget): Promise<LineSnapshot> {
  const [line] = await session.snapshot({ targets: [target] });
  if (!line) throw new Error('a snapshot was expected');
  return line;
}

export async function planned(session: Session, change: Change, target: MappedTarget): Promise<Plan> {
  return session.plan(change, await lineOf(session, target));
}

export async function resolved(session: Session, step: Step): Promise<Resolution> {
  return session.resolve(step, await lineOf(session, step.target));
}

/** One write after the other, each read back, as the host does; the labels. */
export async function carriedOut(session: Session, change: Change, target: MappedTarget): Promise<string[]> {
  const labels: string[] = [];
  for (let at: MappedTarget = target; ; ) {
    const [step] = (await planned(session, change, at)).steps;
    if (!step) return labels;
    await session.apply(step);
    const { state, lineRef } = await resolved(session, step);
    if (state !== 'applied') throw new Error(`${step.label}: ${state}`);
    labels.push(step.label);
    at = { ...at, lineRef: lineRef ?? at.lineRef };
    if (labels.length > 9) throw new Error(`It never ends: ${labels.join('; ')}`);
  }
}

/** `501 10 @6.6/5.1 2026-01-01..` of a product on an agreement. */
export function additions({ admin }: ConnectWiseSimulator, { contractId, serviceId }: MappedTarget): string[] {
  return admin
    .additions(Number(contractId))
    .filter(({ product }) => String((product as { id: number }).id) === serviceId)
    .map((row) => {
      const [from, until] = [row.effectiveDate, row.cancelledDate].map((each) => String(each ?? '').slice(0, 10));
      return `${row.id} ${row.quantity} @${row.unitPrice}/${row.unitCost} ${from}..${until}`;
    });
}

export async function lines(session: Session): Promise<Diagnostic[]> {
  const found: Diagnostic[] = [];
  for await (const line of session.diagnose()) found.push(line);
  return found;
}

export async function failureOf(work: Promise<unknown>): Promise<ConnectorError> {
  try {
    await work;
  } catch (error) {
    if (isConnectorError(error)) return error;
    throw error;
  }
  throw new Error('a ConnectorError was expected');
}
