import type {
  BillingPeriod,
  CalendarDate,
  ConnectorContext,
  Diagnostic,
  LineProblem,
  LineSnapshot,
  MappedTarget,
  RemoteContract,
  Session,
  SnapshotQuery,
  Step,
  Written,
} from '../../contract.js';
import { ConnectorError } from '../../contract.js';
import { addDays, addMonths } from '../days.js';
import { type Client, createClient, failed, type Row } from './client.js';
import { type Entry, plan, resolve, stateAt } from './lines.js';
import { get, getMany, isId, search, text } from './records.js';

export function createSession(context: ConnectorContext, origin: string): Session {
  const client = createClient(context, origin);
  return {
    diagnose: (signal) => diagnose(client, signal),
    search: (query, signal) => search(client, query, signal),
    get: (kind, id, signal) => get(client, kind, id, signal),
    getMany: (kind, ids, signal) => getMany(client, kind, ids, signal),
    snapshot: (query, signal) => snapshot(client, query, signal),
    plan: (change, line) => plan(change, line, context.connection.currency),
    apply: (step, signal) => apply(client, step, signal),
    resolve,
    async runAction(_name, { contractId = '' }, signal) {
      const rows = isId(contractId) ? await client.list(`/items?agreements=${contractId}`, 1000, signal) : [];
      return { message: `${rows.length} items.`, details: { Items: rows.length } };
    },
  };
}

/** Two questions: does it know us, and may we see agreements? After a refused token it asks nothing more. */
async function* diagnose(client: Client, signal?: AbortSignal): AsyncGenerator<Diagnostic> {
  try {
    const me = await client.call('GET', '/me', { signal });
    const facts = { instanceKey: text(me?.instance) };
    yield { check: 'credentials', status: 'pass', title: 'Token', detail: 'It is accepted.', facts };
    await client.call('GET', '/agreements?prefix=', { signal });
    yield { check: 'permission.agreements', status: 'pass', title: 'Agreements', detail: 'They can be read.' };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const check = error.kind === 'permissionMissing' ? 'permission.agreements' : 'credentials';
    const action = { text: 'Look at the API user.', where: ['Settings', 'API user'] };
    const { kind, code, message } = error;
    yield { check, status: 'fail', title: 'Reference PSA', detail: message, kind, code, action };
  }
}

/** Agreements, products and items of all lines, each in one list: three calls, and more only by the page. */
async function snapshot(
  client: Client,
  { targets, from, until }: SnapshotQuery,
  signal?: AbortSignal,
): Promise<readonly LineSnapshot[]> {
  const possible = targets.filter(({ contractId, serviceId }) => isId(contractId) && isId(serviceId));
  const ids = (of: (target: MappedTarget) => string) => [...new Set(possible.map(of))].join(',');
  const all = (path: string, of: (target: MappedTarget) => string) =>
    possible.length === 0 ? Promise.resolve([]) : client.list(`/${path}=${ids(of)}`, Number.POSITIVE_INFINITY, signal);
  const [agreements, products, items] = await Promise.all([
    all('agreements?ids', ({ contractId }) => contractId),
    all('products?ids', ({ serviceId }) => serviceId),
    all('items?agreements', ({ contractId }) => contractId),
  ]);
  return targets.map((target) => {
    const contract = agreements.find(({ id }) => id === target.contractId);
    const service = products.find(({ id }) => id === target.serviceId);
    const item = items.find((row) => row.agreement === target.contractId && row.product === target.serviceId);
    return lineOf(target, contract, service, item, { from, until });
  });
}

type Days = { readonly from: CalendarDate | undefined; readonly until: CalendarDate | undefined };

function lineOf(
  target: MappedTarget,
  contract: Row | undefined,
  service: Row | undefined,
  item: Row | undefined,
  days: Days,
): LineSnapshot {
  const nothing = { contract: null, service: null, lineRef: null, periods: [], facts: [], evidence: null };
  const problem = problemOf(target, contract, service);
  if (problem || !contract || !service) return { target, problem, ...nothing };
  const { start, end } = { start: text(contract.start), end: text(contract.end) };
  const entries = ((item?.entries ?? []) as unknown as Row[]).map(entryOf);
  const periods = periodsOf(start, end, contract.billing === 'ANNUAL' ? 12 : 1, text(contract.closed), days);
  return {
    target,
    problem: null,
    contract: {
      ...{ name: text(contract.name), companyId: text(contract.account), active: true, startDate: start, endDate: end },
      billingFrequency: text(contract.billing) as RemoteContract['billingFrequency'],
      currency: text(contract.currency),
    },
    service: { name: text(service.name), active: service.active === true },
    lineRef: item ? text(item.id) : null,
    periods,
    facts: factsOf(entries, periods[0]?.start ?? start, days.until),
    evidence: { entries: entries.map((entry) => ({ ...entry })) },
  };
}

function problemOf({ companyId }: MappedTarget, contract?: Row, service?: Row): LineProblem | null {
  const problem = (code: string, message: string): LineProblem => ({ kind: 'notFound', code, message });
  if (!contract) return problem('CONTRACT_NOT_FOUND', 'The agreement does not exist.');
  if (!service) return problem('SERVICE_NOT_FOUND', 'The product does not exist.');
  if (contract.account === companyId) return null;
  return { kind: 'precondition', code: 'OTHER_COMPANY', message: 'The agreement belongs to another account.' };
}

const entryOf = (row: Row): Entry => ({
  ...{ date: text(row.from), units: Number(row.units), unitPrice: text(row.price), unitCost: text(row.cost) },
});

function periodsOf(start: string, end: string, months: number, closed: string, { from, until }: Days): BillingPeriod[] {
  const periods: BillingPeriod[] = [];
  for (let at = 0; ; at += 1) {
    const first = addMonths(start, at * months);
    if (first > (until !== undefined && until < end ? until : end)) return periods;
    const last = addDays(addMonths(start, (at + 1) * months), -1);
    if (from === undefined || last >= from) periods.push({ start: first, end: last, closed: last <= closed });
  }
}

/** What is billed from a day on: what stands there, and what begins later. */
function factsOf(entries: readonly Entry[], from: CalendarDate, until: CalendarDate | undefined): Entry[] {
  if (entries.length === 0) return [];
  const later = entries.filter(({ date }) => date > from && (until === undefined || date <= until));
  return [{ date: from, ...withoutDate(stateAt(entries, from)) }, ...later];
}

const withoutDate = ({ units, unitPrice, unitCost }: Omit<Entry, 'date'>) => ({ units, unitPrice, unitCost });

/** One PUT. A missing agreement is a refusal here: nothing was written. */
async function apply(client: Client, step: Step, signal?: AbortSignal): Promise<Written> {
  const { contractId, serviceId } = step.target;
  if (!isId(contractId) || !isId(serviceId)) throw failed('invalid', 'STEP_INVALID', 'The step names no agreement.');
  const path = `/agreements/${contractId}/items/${serviceId}`;
  const row = await client.call('PUT', path, { body: step.payload, write: true, signal });
  return {
    lineRef: text(row?.id),
    remoteId: text(row?.request),
    details: { revision: row?.revision ?? null },
  };
}
