/** Where the next page begins. Everything is numbers, because CloudCockpit's lists are numbered. */
export interface Place {
  readonly list: 'customers' | 'offers' | 'subscriptions';
  /** Offers are listed for one segment at a time: which one. */
  readonly segment: number;
  /** Of the list; for subscriptions, of the list of customers. */
  readonly page: number;
  /** Which customer of that page. */
  readonly at: number;
  /** The page of that customer's subscriptions. */
  readonly from: number;
}

/** CloudCockpit tells no time of change, so each pull reads everything. */
export const START: Place = { list: 'customers', segment: 0, page: 1, at: 0, from: 1 };

/** A cursor that makes no sense begins anew. */
export function placeOf(cursor: string | null): Place {
  try {
    const place = { ...START, ...(JSON.parse(cursor ?? '{}') as Partial<Place>) };
    const { list, segment, page, at, from } = place;
    const counts = [segment, page - 1, at, from - 1].every((count) => Number.isSafeInteger(count) && count >= 0);
    return counts && ['customers', 'offers', 'subscriptions'].includes(list) ? place : START;
  } catch {
    return START;
  }
}
