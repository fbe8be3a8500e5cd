import { Prisma } from '../storage/database.js';
import type { AuditStatus, Scope } from './entry.js';
import { MOVES, outcomeOf } from './entry.js';
import { type AuditLogEventRow, type AuditLogRow, uuidsOf } from './rows.js';

/**
 * Which entries of one organization (R76). Every member that is given must hold; absent or null asks nothing. Of a list one
 * value must hold, so an empty list matches nothing. An id that is no UUID matches nothing.
 */
export interface AuditLogFilter {
  readonly operations?: readonly string[] | null;
  readonly statuses?: readonly AuditStatus[] | null;
  /** The model's three values (R75): the statuses that stand for them. */
  readonly outcomes?: readonly ReturnType<typeof outcomeOf>[] | null;
  readonly connectionIds?: readonly string[] | null;
  readonly targetIds?: readonly string[] | null;
  readonly correlationId?: string | null;
  /** At or after. */
  readonly createdFrom?: Date | null;
  /** Before. */
  readonly createdTo?: Date | null;
  /** A part of the customer's name, in either case. */
  readonly customerName?: string | null;
  /** A part of the summary, in either case. */
  readonly search?: string | null;
  readonly dryRun?: boolean | null;
}

/** Most lists read side by side for one page; beyond it the longest list is left to the database. */
const MAX_BRANCHES = 24;
const DAWN = new Date('0001-01-01T00:00:00.000Z');
const DUSK = new Date('9999-12-31T23:59:59.999Z');

/**
 * The conditions as alternatives that exclude each other: an entry of the filter meets exactly one. Each holds one value of
 * operation, status and connection, so that an index gives its rows in the order of the list; `= ANY` could not.
 */
export function alternatives(scope: Scope, filter: AuditLogFilter): Prisma.Sql[] {
  const lists = choicesOf(filter);
  // Few entries share a correlation or a target: their index finds them all, and sorting them is cheap.
  const few = filter.correlationId || filter.targetIds;
  while (few ? lists.some(isLong) : product(lists) > MAX_BRANCHES) {
    const longest = lists.reduce((a, b) => (b.each.length > a.each.length ? b : a));
    lists[lists.indexOf(longest)] = { each: [longest.any], any: longest.any };
  }
  return lists
    .reduce<Prisma.Sql[][]>(
      (heads, { each }) => heads.flatMap((head) => each.map((one) => [...head, one])),
      [fixedConditions(scope, filter)],
    )
    .map((conditions) => Prisma.join(conditions, ' AND '));
}

/** The conditions as one, for counting. */
export function condition(scope: Scope, filter: AuditLogFilter): Prisma.Sql {
  return Prisma.join([...fixedConditions(scope, filter), ...choicesOf(filter).map(({ any }) => any)], ' AND ');
}

/**
 * Does an event concern the entries of the filter? The entry is judged as it stands when the event is read. A status
 * counts when the event enters or leaves it, so that a filtered list learns also of what it loses.
 */
export function matcher(filter: AuditLogFilter): (event: AuditLogEventRow, entry: AuditLogRow) => boolean {
  const statuses = statusesOf(filter);
  const connectionIds = filter.connectionIds && uuidsOf(filter.connectionIds);
  const targetIds = filter.targetIds && uuidsOf(filter.targetIds);
  const correlationId = filter.correlationId?.toLowerCase();
  const customerName = filter.customerName?.toLowerCase();
  const search = filter.search?.toLowerCase();
  return ({ fromStatus, toStatus }, entry) =>
    (!filter.operations || filter.operations.includes(entry.operation)) &&
    (!statuses || statuses.includes(toStatus) || (fromStatus !== null && statuses.includes(fromStatus))) &&
    (!connectionIds || connectionIds.includes(entry.connectionId ?? '')) &&
    (!targetIds || targetIds.includes(entry.targetId ?? '')) &&
    (!correlationId || entry.correlationId === correlationId) &&
    (!filter.createdFrom || entry.createdAt >= filter.createdFrom) &&
    (!filter.createdTo || entry.createdAt < filter.createdTo) &&
    (!customerName || (entry.customerName?.toLowerCase().includes(customerName) ?? false)) &&
    (!search || entry.summary.toLowerCase().includes(search)) &&
    (filter.dryRun == null || entry.dryRun === filter.dryRun);
}

function fixedConditions(scope: Scope, filter: AuditLogFilter): Prisma.Sql[] {
  const found = [Prisma.sql`"tenantId" = ${scope.tenantId}::uuid AND "organizationId" = ${scope.organizationId}::uuid`];
  if (filter.correlationId) {
    const [id] = uuidsOf([filter.correlationId]);
    found.push(id ? Prisma.sql`"correlationId" = ${id}::uuid` : Prisma.sql`false`);
  }
  if (filter.targetIds) found.push(Prisma.sql`"targetId" = ANY(${uuidsOf(filter.targetIds)}::uuid[])`);
  if (filter.createdFrom) found.push(Prisma.sql`"createdAt" >= ${momentOf(filter.createdFrom)}::timestamptz`);
  if (filter.createdTo) found.push(Prisma.sql`"createdAt" < ${momentOf(filter.createdTo)}::timestamptz`);
  if (filter.customerName) found.push(contains(Prisma.sql`"customerName"`, filter.customerName));
  if (filter.search) found.push(contains(Prisma.sql`"summary"`, filter.search));
  if (filter.dryRun != null) found.push(Prisma.sql`"dryRun" = ${filter.dryRun}`);
  return found;
}

/** A condition that holds for several values: one for each, and one for all of them. */
interface Choices {
  readonly each: readonly Prisma.Sql[];
  readonly any: Prisma.Sql;
}

function choicesOf(filter: AuditLogFilter): Choices[] {
  const lists: Choices[] = [];
  if (filter.operations) {
    const operations = [...new Set(filter.operations.filter(isText))];
    lists.push({
      each: operations.map((operation) => Prisma.sql`"operation" = ${operation}`),
      any: Prisma.sql`"operation" = ANY(${operations}::text[])`,
    });
  }
  const statuses = statusesOf(filter);
  if (statuses) {
    lists.push({
      each: statuses.map((status) => Prisma.sql`"status" = ${status}::"AuditStatus"`),
      any: Prisma.sql`"status" = ANY(${statuses}::text[]::"AuditStatus"[])`,
    });
  }
  if (filter.connectionIds) {
    const ids = uuidsOf(filter.connectionIds);
    lists.push({
      each: ids.map((id) => Prisma.sql`"connectionId" = ${id}::uuid`),
      any: Prisma.sql`"connectionId" = ANY(${ids}::uuid[])`,
    });
  }
  return lists;
}

const isLong = ({ each }: Choices) => each.length > 1;
const product = (lists: readonly Choices[]) => lists.reduce((total, { each }) => total * each.length, 1);

function statusesOf({ statuses, outcomes }: AuditLogFilter): AuditStatus[] | null {
  if (!statuses && !outcomes) return null;
  return (Object.keys(MOVES) as AuditStatus[]).filter(
    (status) => (!statuses || statuses.includes(status)) && (!outcomes || outcomes.includes(outcomeOf(status))),
  );
}

function contains(column: Prisma.Sql, part: string): Prisma.Sql {
  return isText(part) ? Prisma.sql`strpos(lower(${column}), lower(${part})) > 0` : Prisma.sql`false`;
}

/** PostgreSQL refuses NUL in text, so nothing stored can hold it. */
const isText = (text: string) => !text.includes('\0');
const momentOf = (at: Date) => (at < DAWN ? DAWN : at > DUSK ? DUSK : at).toISOString();
