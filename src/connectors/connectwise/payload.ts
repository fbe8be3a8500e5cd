import type { Json, MappedTarget } from '../contract.js';
import { canonical, jsonNumber } from '../decimal.js';
import type { Addition } from './additions.js';
import { dayOf, instantOf } from './dates.js';
import type { Write } from './writes.js';

/** The exact write, as it is stored before it is sent. */
export type Payload =
  | { readonly method: 'POST'; readonly body: { readonly [field: string]: Json } }
  | { readonly method: 'PATCH'; readonly additionId: string; readonly body: readonly Json[] };

/** ConnectWise: a PATCH is a list of operations with bare field names; what it leaves out stays. */
export function payloadOf(write: Write, target: MappedTarget, taxable: boolean | null): Payload {
  if (write.kind === 'change') {
    const { values } = write;
    const fields = fieldsOf(values);
    const operations = Object.entries(fields).map(
      ([path, value]): Json => (value === null ? { op: 'remove', path } : { op: 'replace', path, value }),
    );
    return { method: 'PATCH', additionId: write.id, body: operations };
  }
  const { from, until, units, price, cost } = write.addition;
  const fields = fieldsOf({ from, units, ...(until !== null && { until }), ...amounts(price, cost) });
  return {
    method: 'POST',
    body: {
      product: { id: Number(target.serviceId) },
      billCustomer: 'Billable',
      ...fields,
      ...(taxable !== null && { taxableFlag: taxable }),
    },
  };
}

function amounts(price: string | null | undefined, cost: string | null | undefined) {
  return { ...(price != null && { price }), ...(cost != null && { cost }) };
}

function fieldsOf({ from, until, units, price, cost }: Partial<Omit<Addition, 'id'>>): { [field: string]: Json } {
  return {
    ...(units !== undefined && { quantity: units }),
    ...(price != null && { unitPrice: jsonNumber(price) ?? null }),
    ...(cost != null && { unitCost: jsonNumber(cost) ?? null }),
    ...(from !== undefined && { effectiveDate: instantOf(from) }),
    ...(until !== undefined && { cancelledDate: until === null ? null : instantOf(until) }),
  };
}

/** The write that a stored payload is; null for what this connector did not write. */
export function writeOf(payload: Json): Write | null {
  const { method, body, additionId } = (payload ?? {}) as { readonly [name: string]: Json | undefined };
  if (method === 'POST' && typeof body === 'object' && body !== null && !Array.isArray(body)) {
    const { from, until = null, units, ...rest } = valuesOf(body as { readonly [field: string]: Json });
    return from === undefined || units === undefined
      ? null
      : { kind: 'start', addition: { from, until, units, ...rest } };
  }
  if (method !== 'PATCH' || typeof additionId !== 'string' || !Array.isArray(body)) return null;
  const fields = (body as readonly { readonly path: string; readonly value?: Json }[]).map(
    ({ path, value }) => [path, value ?? null] as const,
  );
  return { kind: 'change', id: additionId, values: valuesOf(Object.fromEntries(fields)) };
}

function valuesOf(fields: { readonly [field: string]: Json }): Partial<Omit<Addition, 'id'>> {
  const { quantity, unitPrice, unitCost, effectiveDate, cancelledDate } = fields;
  const amount = (value: Json | undefined) => (typeof value === 'number' ? (canonical(String(value)) ?? null) : null);
  return {
    ...(typeof quantity === 'number' && { units: quantity }),
    ...(unitPrice !== undefined && { price: amount(unitPrice) }),
    ...(unitCost !== undefined && { cost: amount(unitCost) }),
    ...(typeof effectiveDate === 'string' && { from: dayOf(effectiveDate) ?? effectiveDate }),
    ...(cancelledDate !== undefined && { until: typeof cancelledDate === 'string' ? dayOf(cancelledDate) : null }),
  };
}
