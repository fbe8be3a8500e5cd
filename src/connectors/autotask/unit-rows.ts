import { addDays } from '../calendar.js';
import type { Json } from '../contract.js';
import type { Client } from './client.js';
import type { Window } from './evidence.js';
import { anyOf, inTurns, MAX_VALUES } from './in-batches.js';
import { type UnitRow, unitRowOf } from './units.js';
import type { Row } from './wire.js';

/** The rows of one service on one contract, over some days. */
export interface Wanted {
  readonly contractId: string;
  readonly serviceId: string;
  readonly window: Window;
  /** About how many rows it has, to keep one query's pages few. */
  readonly expected: number;
}

export interface UnitRows {
  /** Rows of the service on the contract, all its lines; null when not all of them could be read. */
  of(wanted: Pick<Wanted, 'contractId' | 'serviceId'>): readonly UnitRow[] | null;
  /** Whatever rows of the contract were read. */
  ofContract(contractId: string): readonly UnitRow[];
}

/** Rows that one query is planned for: 20 pages of 500. */
const ROWS_A_QUERY = 10_000;
/** A query with more pages than this is broken, not long. */
const PAGES = 200;

/**
 * Unit rows of many lines, as few calls as pages of 500 allow. A query names contracts and services, each as a list, so
 * it also answers other pairs of the two; they cost nothing. Not narrowed by line: it must show a second line of the
 * same service. Dates of rows are calendar dates that the vendor's filter takes for instants, so its bounds lie a day
 * outside, themselves excluded: whichever hour of whichever zone a day stands for, it is inside. The caller cuts.
 */
export async function readUnitRows(client: Client, wanted: readonly Wanted[], signal?: AbortSignal): Promise<UnitRows> {
  const byService = new Map<string, Map<string, UnitRow>>();
  const byContract = new Map<string, Map<string, UnitRow>>();
  const incomplete = new Set<string>();
  await inTurns(batchesOf(wanted), async (batch) => {
    const permissionId = 'permission.contractServiceUnits';
    const found = await client.query('ContractServiceUnits', filterOf(batch), { pages: PAGES, permissionId, signal });
    if (found.more) for (const each of batch) incomplete.add(keyOf(each));
    for (const row of found.rows) keep(row, batch);
  });

  function keep(row: Row, batch: readonly Wanted[]): void {
    const [contractId, serviceId, unitRow] = [row.id('contractID'), row.id('serviceID'), unitRowOf(row)];
    if (contractId === null || serviceId === null || unitRow === null) {
      // A row that cannot be read may be any of those that were asked for and fit what can be read of it.
      for (const each of batch) {
        const fits =
          (contractId ?? each.contractId) === each.contractId && (serviceId ?? each.serviceId) === each.serviceId;
        if (fits) incomplete.add(keyOf(each));
      }
      return;
    }
    // By id, so that a row that two queries answered counts once.
    add(byService, keyOf({ contractId, serviceId }), unitRow);
    add(byContract, contractId, unitRow);
  }

  return {
    of: (each) => (incomplete.has(keyOf(each)) ? null : [...(byService.get(keyOf(each))?.values() ?? [])]),
    ofContract: (contractId) => [...(byContract.get(contractId)?.values() ?? [])],
  };
}

/** Neighbours in time and contract come together, so that a query's window fits its lines and its lists stay short. */
function batchesOf(wanted: readonly Wanted[]): Wanted[][] {
  const order = ({ window, contractId }: Wanted) => [window.until ?? '~', window.from ?? '', contractId].join('|');
  const sorted = [...new Map(wanted.map((each) => [keyOf(each), each])).values()]
    .map((each) => ({ each, order: order(each) }))
    .sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0));
  const batches: Wanted[][] = [];
  let batch: Wanted[] = [];
  let [contracts, services, rows] = [new Set<string>(), new Set<string>(), 0];
  for (const { each } of sorted) {
    contracts.add(each.contractId);
    services.add(each.serviceId);
    rows += each.expected;
    const full = contracts.size + services.size > MAX_VALUES || rows > ROWS_A_QUERY;
    if (batch[0] && (full || !together(batch[0].window, each.window))) {
      batches.push(batch);
      batch = [];
      [contracts, services, rows] = [new Set([each.contractId]), new Set([each.serviceId]), each.expected];
    }
    batch.push(each);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

/** Windows some weeks apart share a query; a yearly line's would make it answer years of the monthly ones. */
function together(a: Window, b: Window): boolean {
  const near = (x: string | null, y: string | null) =>
    x === null || y === null ? x === y : x < addDays(y, 40) && y < addDays(x, 40);
  return near(a.from, b.from) && near(a.until, b.until);
}

function filterOf(batch: readonly Wanted[]): Json {
  const ids = (of: (each: Wanted) => string) => [...new Set(batch.map(of))];
  const from = batch.map(({ window }) => window.from);
  const until = batch.map(({ window }) => window.until);
  const first = from.includes(null) ? undefined : (from as string[]).sort()[0];
  const last = until.includes(null) ? undefined : (until as string[]).sort().at(-1);
  return [
    anyOf(
      'contractID',
      ids((each) => each.contractId),
    ),
    anyOf(
      'serviceID',
      ids((each) => each.serviceId),
    ),
    ...(first === undefined ? [] : [{ op: 'gt', field: 'endDate', value: addDays(first, -1) }]),
    ...(last === undefined ? [] : [{ op: 'lt', field: 'startDate', value: addDays(last, 1) }]),
  ];
}

function keyOf({ contractId, serviceId }: Pick<Wanted, 'contractId' | 'serviceId'>): string {
  return `${contractId}/${serviceId}`;
}

function add(map: Map<string, Map<string, UnitRow>>, key: string, row: UnitRow): void {
  const rows = map.get(key);
  if (rows) rows.set(row.id, row);
  else map.set(key, new Map([[row.id, row]]));
}
