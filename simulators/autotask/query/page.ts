import { message, Refusal, refuse } from '../replies.js';
import { isObject, type Row } from '../rows.js';
import { parseJson } from './model.js';

/** What `query/next?paging=` carries: where this page begins, and how to get back. */
export interface Paging {
  readonly pageSize: number;
  readonly previousIds: readonly number[];
  readonly nextIds: readonly number[];
}

export interface PageDetails {
  count: number;
  requestCount: number;
  prevPageUrl: string | null;
  nextPageUrl: string | null;
}

const isIds = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((id) => Number.isSafeInteger(id));

export function parsePaging(text: string): Paging {
  const raw = parseJson(text);
  if (!isObject(raw) || !isIds(raw.previousIds) || !isIds(raw.nextIds)) {
    throw new Refusal(message(400, 'The request is invalid. The paging parameter could not be read.'));
  }
  const size = Number(raw.pageSize);
  if (!Number.isInteger(size) || size < 1 || size > 500) refuse('The page size must be from 1 to 500.');
  return { pageSize: size, previousIds: raw.previousIds, nextIds: raw.nextIds };
}

/**
 * Cuts one page out of rows in id order. The cursor is the last id of the page before, so rows created or removed in
 * between never shift a page.
 */
export function cutPage(rows: readonly Row[], paging: Paging, linkTo: (paging: Paging) => string) {
  const after = paging.nextIds.at(-1);
  const rest = after === undefined ? rows : rows.filter((row) => row.id > after);
  const page = rest.slice(0, paging.pageSize);
  const last = page.at(-1);
  const hasMore = rest.length > page.length && last !== undefined;
  const history = after === undefined ? [] : [...paging.previousIds, after];
  const details: PageDetails = {
    count: page.length,
    requestCount: paging.pageSize,
    prevPageUrl: after === undefined ? null : linkTo(back(paging)),
    nextPageUrl: hasMore ? linkTo({ pageSize: paging.pageSize, previousIds: history, nextIds: [last.id] }) : null,
  };
  return { page, details, isPart: hasMore || after !== undefined };
}

function back(paging: Paging): Paging {
  const previous = paging.previousIds.at(-1);
  return {
    pageSize: paging.pageSize,
    previousIds: paging.previousIds.slice(0, -1),
    nextIds: previous === undefined ? [] : [previous],
  };
}
