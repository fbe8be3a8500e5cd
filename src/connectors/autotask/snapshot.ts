import type { LineProblem, LineSnapshot, MappedTarget, SnapshotQuery } from '../contract.js';
import {
  type ContractFacts,
  type Found,
  hasEnded,
  isAboveZero,
  knownFacts,
  readContracts,
  readServices,
  type ServiceFacts,
} from './contract-facts.js';
import { lineEvidence, type Window, within } from './evidence.js';
import { isId } from './ids.js';
import { lineFacts } from './line-facts.js';
import type { Tools } from './lookups.js';
import { billingPeriods, lastStart, windowToRead } from './periods.js';
import { problems } from './problems.js';
import { decidingRow } from './standing.js';
import { readUnitRows, type UnitRows, type Wanted } from './unit-rows.js';
import { orderedRows, type UnitRow } from './units.js';

/**
 * What Autotask shows of some lines. Contracts are read first, 500 in a call, then services, companies and the unit rows of
 * all lines, 500 in a page, side by side. What is wrong with one line is that line's problem; only what keeps everything
 * from being read is thrown.
 */
export async function readSnapshots(
  tools: Tools,
  query: SnapshotQuery,
  signal?: AbortSignal,
): Promise<readonly LineSnapshot[]> {
  const targets = query.targets.filter(isPossible);
  if (targets.length === 0) return query.targets.map((target) => bare(target, problems.targetInvalid));
  const known = knownFacts(query.known ?? []);
  const lists = await tools.picklists();
  // Alone: a secret that is refused must cost one call, not as many as go side by side.
  const contracts = await readContracts(tools, lists, missing(targets, 'contractId', known.contracts), signal);
  const besides = Promise.all([
    readServices(tools, lists, missing(targets, 'serviceId', known.services), signal),
    tools.companyCurrencies(missing(targets, 'companyId', known.currencies), signal),
  ]);
  const contractOf = (id: string) => contracts.get(id) ?? known.contracts.get(id);
  const wanted = targets.flatMap((target) => {
    const contract = contractOf(target.contractId);
    return isUsable(contract) ? [wantedOf(target, contract, query)] : [];
  });
  const [units, [services, currencies]] = await Promise.all([readWithRest(tools, wanted, signal), besides]);
  const serviceOf = (id: string) => services.get(id) ?? known.services.get(id);
  const currencyOf = (id: string) => known.currencies.get(id) ?? currencies.get(id) ?? null;
  const today = tools.context.now().toISOString().slice(0, 10);

  return query.targets.map((target) => {
    if (!isPossible(target)) return bare(target, problems.targetInvalid);
    const [contract, service] = [contractOf(target.contractId), serviceOf(target.serviceId)];
    if (!isUsable(contract)) {
      return bare(target, contract ? problems.contractUnusable : problems.contractNotFound);
    }
    return snapshotOf({
      target,
      contract,
      service: isUsable(service) ? service : null,
      currency: currencyOf(contract.companyId),
      query,
      units,
      ended: hasEnded(contract.grid, today),
    });
  });
}

interface LineWanted extends Wanted {
  readonly target: MappedTarget;
  readonly contract: ContractFacts;
}

/** Rows and the days each line's were read for. */
interface ReadUnits {
  rowsOf(target: MappedTarget): readonly UnitRow[] | null;
  windowOf(target: MappedTarget): Window;
  ofContract(target: MappedTarget): readonly UnitRow[];
}

/** A narrow window may end before a whole period comes that tells the total: those lines are read to their end. */
async function readWithRest(
  tools: Tools,
  wanted: readonly LineWanted[],
  signal: AbortSignal | undefined,
): Promise<ReadUnits> {
  const first = await readUnitRows(tools.client, wanted, signal);
  const open = wanted.filter((each) => !isTold(each, first));
  const rest = open.map((each) => {
    const window: Window = { from: each.window.from, until: null };
    return { ...each, window, expected: expectedRows(each.contract, window) };
  });
  const more = rest.length === 0 ? null : await readUnitRows(tools.client, rest, signal);
  const windows = new Map([...wanted, ...rest].map((each) => [each.target, each.window]));
  const again = new Set(rest.map((each) => each.target));
  const source = (target: MappedTarget): UnitRows => (more && again.has(target) ? more : first);
  return {
    rowsOf: (target) => source(target).of(target),
    windowOf: (target) => windows.get(target) ?? { from: null, until: null },
    ofContract: (target) => [...first.ofContract(target.contractId), ...(more?.ofContract(target.contractId) ?? [])],
  };
}

function isTold({ target, contract, window }: LineWanted, units: UnitRows): boolean {
  const date = lastStart(contract.grid, window);
  const all = units.of(target);
  if (date === null || all === null) return true;
  const rows = within(orderedRows(ofLine(all, target), contract.grid), window);
  return decidingRow(rows, contract.grid, date) !== undefined;
}

function wantedOf(target: MappedTarget, contract: ContractFacts, query: SnapshotQuery): LineWanted {
  const window = windowToRead(contract.grid, query);
  const { contractId, serviceId } = target;
  return { target, contract, contractId, serviceId, window, expected: expectedRows(contract, window) };
}

function expectedRows({ grid }: ContractFacts, window: Window): number {
  const [first, last] = [window.from ?? grid.startDate, window.until ?? grid.endDate];
  if (last === null) return 36;
  const months = (Date.parse(last) - Date.parse(first)) / 2_629_800_000;
  return Math.min(240, Math.max(1, Math.ceil(months / (grid.months ?? 1)) + 1));
}

interface Parts {
  readonly target: MappedTarget;
  readonly contract: ContractFacts;
  readonly service: ServiceFacts | null;
  readonly currency: string | null;
  readonly query: SnapshotQuery;
  readonly units: ReadUnits;
  readonly ended: boolean;
}

function snapshotOf({ target, contract, service, currency, query, units, ended }: Parts): LineSnapshot {
  const { grid, name, companyId, active, recurring, billingFrequency } = contract;
  const all = units.rowsOf(target);
  const window = units.windowOf(target);
  const lines = [...new Set((all ?? []).map((row) => row.line))];
  const lineRef = lineOf(lines, target);
  const rows = within(
    orderedRows(all && lineRef !== null ? all.filter((row) => row.line === lineRef) : [], grid),
    window,
  );
  // A line without rows shows by its neighbours how far the contract is posted.
  const others = rows.length > 0 ? [] : within(orderedRows(units.ofContract(target), grid), window);
  const costsShown = service?.showsCost === true || rows.some((row) => isAboveZero(row.cost));
  return {
    target,
    problem: problemOf(target, contract, service, all, lines),
    contract: {
      name,
      companyId,
      active,
      recurring,
      startDate: grid.startDate,
      endDate: grid.endDate,
      billingFrequency,
      currency,
    },
    service: service && { name: service.name, active: service.active },
    lineRef,
    periods: billingPeriods(grid, query, { ofLine: rows, ofContract: others }),
    facts: lineFacts(rows, grid, query, costsShown),
    evidence: lineEvidence({
      grid,
      recurring,
      ended,
      serviceMonths: service?.months ?? null,
      window: all && window,
      lines,
      rows,
      costsShown,
    }),
  };
}

/** The first thing that keeps the line from being planned. An inactive service is not one: units may still go down. */
function problemOf(
  target: MappedTarget,
  contract: ContractFacts,
  service: ServiceFacts | null,
  rows: readonly UnitRow[] | null,
  lines: readonly string[],
): LineProblem | null {
  if (contract.companyId !== target.companyId) return problems.contractOfOtherCompany;
  if (!contract.recurring) return problems.contractNotRecurring;
  if (!service) return problems.serviceNotFound;
  if (rows === null) return problems.unitsIncomplete;
  if (target.lineRef === null) return lines.length > 1 ? problems.serviceTwice : null;
  return lines.length > 0 && !lines.includes(target.lineRef) ? problems.lineGone : null;
}

function lineOf(lines: readonly string[], target: MappedTarget): string | null {
  if (target.lineRef !== null) return lines.includes(target.lineRef) ? target.lineRef : null;
  return lines.length === 1 ? (lines[0] ?? null) : null;
}

function ofLine(rows: readonly UnitRow[], target: MappedTarget): UnitRow[] {
  return rows.filter((row) => target.lineRef === null || row.line === target.lineRef);
}

function isPossible({ companyId, contractId, serviceId, lineRef }: MappedTarget): boolean {
  return [companyId, contractId, serviceId].every(isId) && (lineRef === null || isId(lineRef));
}

function isUsable<T>(found: Found<T>): found is T {
  return found !== undefined && found !== 'unusable';
}

function missing(
  targets: readonly MappedTarget[],
  id: 'companyId' | 'contractId' | 'serviceId',
  known: ReadonlyMap<string, unknown>,
): string[] {
  return targets.map((target) => target[id]).filter((each) => !known.has(each));
}

/** A line of which nothing could be read. */
function bare(target: MappedTarget, problem: LineProblem): LineSnapshot {
  const nothing = { contract: null, service: null, lineRef: null, periods: [], facts: [], evidence: null };
  return { target, problem, ...nothing };
}
