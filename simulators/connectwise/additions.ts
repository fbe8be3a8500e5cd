import { type Database, info, type Row, reference, rowOf } from './database.js';
import { entity } from './entities.js';
import { type FieldError, invalid, malformed } from './replies.js';
import type { Switches } from './switches.js';

type Fault = Omit<FieldError, 'resource'>;
type Values = Record<string, unknown>;

const { resource, fields } = entity('additions');
const READ_ONLY = [
  'id',
  'agreementId',
  'billedQuantity',
  'extPrice',
  'extCost',
  'margin',
  'agreementStatus',
  'description',
];
const BILL_CUSTOMER = ['Billable', 'DoNotBill', 'NoCharge'];
const LENGTHS: Readonly<Record<string, number>> = { serialNumber: 50, invoiceDescription: 6000 };
/** connectwise: `yyyy-MM-ddTHH:mm:ssZ`. */
const DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

export interface Write {
  readonly db: Database;
  readonly agreement: Row;
  readonly switches: Switches;
  readonly now: Date;
  readonly by: string;
}

/** A new addition from a POST body, or what a PUT makes of an old one: what is not sent is the default or nothing. */
export function completed(write: Write, body: unknown, id: number, old?: Row): Row {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) malformed('The body must be one addition.');
  const given = Object.fromEntries(
    Object.entries(body as Values).filter(([name]) => name in fields && !READ_ONLY.includes(name)),
  );
  const product = productOf(write.db, given.product);
  const midnight = `${write.now.toISOString().slice(0, 10)}T00:00:00Z`;
  return checked(write, {
    quantity: 1,
    lessIncluded: 0,
    unitPrice: product?.price ?? 0,
    unitCost: product?.cost ?? 0,
    effectiveDate: midnight,
    cancelledDate: null,
    taxableFlag: product?.taxableFlag ?? false,
    serialNumber: null,
    invoiceDescription: product?.customerDescription ?? null,
    customFields: [],
    ...given,
    product: reference(write.db, 'catalog', given.product),
    billedQuantity: old?.billedQuantity ?? 0,
    id,
  });
}

/**
 * connectwise: PATCH takes an array of operations with bare, case-sensitive field names. inferred: a sub-path is answered
 * 200 and changes nothing.
 */
export function patched(write: Write, body: unknown, old: Row): Row {
  if (!Array.isArray(body) || body.length === 0) malformed('The body of a PATCH must be an array of operations.');
  const changes: Values = {};
  for (const operation of body as unknown[]) {
    if (typeof operation !== 'object' || operation === null) malformed('An operation must be an object.');
    const { op, path, value } = operation as Values;
    if (op !== 'add' && op !== 'replace' && op !== 'remove') malformed(`"${String(op)}" is no operation.`);
    if (typeof path !== 'string' || path === '' || path.startsWith('/')) malformed('path must be the name of a field.');
    const name = String(path);
    if (name.includes('/')) {
      if (write.switches.subPathPatch === 'refused') malformed(`${name} cannot be changed by itself.`);
      continue;
    }
    if (!(name in fields)) malformed(`There is no field ${name} on ${resource}.`);
    if (READ_ONLY.includes(name))
      invalid(resource, { code: 'ReadOnly', message: `${name} cannot be changed.`, field: name });
    if (op !== 'remove' && value === undefined) malformed('value is missing.');
    changes[name] = op === 'remove' ? null : name === 'product' ? reference(write.db, 'catalog', value) : value;
  }
  return checked(write, { ...old, ...changes }, old);
}

function checked(write: Write, values: Values, old?: Row): Row {
  const { db, agreement, switches, now, by } = write;
  const faults = [...formFaults(values), ...referenceFaults(db, values, switches, old)];
  if (faults.length > 0) invalid(resource, ...faults);
  const late = dateFaults(values, agreement, switches);
  if (late.length > 0) invalid(resource, ...late);
  const product = productOf(db, values.product);
  const [unitPrice, unitCost] = [values.unitPrice, values.unitCost].map((each) => rounded(each, switches));
  const [quantity, price, cost] = [values.quantity, unitPrice, unitCost].map(Number) as [number, number, number];
  return {
    ...values,
    id: Number(values.id),
    unitPrice,
    unitCost,
    agreementId: agreement.id,
    agreementStatus: agreement.agreementStatus,
    description: product?.description ?? null,
    extPrice: Number((quantity * price).toFixed(6)),
    extCost: Number((quantity * cost).toFixed(6)),
    margin: Number((quantity * (price - cost)).toFixed(6)),
    _info: info(now, by),
  };
}

function formFaults(values: Values): Fault[] {
  const faults: Fault[] = [];
  const fault = (field: string, code: string, message: string) => void faults.push({ code, message, field });
  for (const name of ['product', 'billCustomer']) {
    // inferred: the inner code of a missing field.
    if (values[name] === undefined || values[name] === null)
      fault(name, 'MissingRequiredField', `The field ${name} is required.`);
  }
  if (values.billCustomer && !BILL_CUSTOMER.includes(String(values.billCustomer))) {
    fault('billCustomer', 'InvalidEnum', `billCustomer must be one of ${BILL_CUSTOMER.join(', ')}.`);
  }
  for (const [name, type] of Object.entries(fields)) {
    const value = values[name];
    if (value === undefined || value === null) continue;
    const typed = type === 'date' ? 'string' : type === 'text' ? 'string' : type;
    if (['string', 'number', 'boolean'].includes(typed) && typeof value !== typed) {
      fault(name, 'InvalidType', `${name} must be a ${type}.`);
    } else if (type === 'date' && (!DATE.test(String(value)) || Number.isNaN(Date.parse(String(value))))) {
      fault(name, 'InvalidType', `${name} must be a date, yyyy-MM-ddTHH:mm:ssZ.`);
    }
  }
  for (const [name, most] of Object.entries(LENGTHS)) {
    if (String(values[name] ?? '').length > most) fault(name, 'MaxLength', `${name} is longer than ${most}.`);
  }
  for (const name of ['quantity', 'unitPrice', 'unitCost', 'effectiveDate']) {
    if (values[name] === null) fault(name, 'MissingRequiredField', `The field ${name} is required.`);
  }
  if (Number(values.quantity) < 0) fault('quantity', 'OutOfRange', 'quantity must be 0 or more.');
  return faults;
}

function referenceFaults(db: Database, values: Values, switches: Switches, old?: Row): Fault[] {
  if (values.product === undefined || values.product === null) return [];
  const product = productOf(db, values.product);
  const fault = (code: string, message: string): Fault[] => [{ code, message, field: 'product' }];
  if (!product) return fault('InvalidReference', 'The product does not exist.');
  // connectwise: a bundle cannot be an addition.
  if (product.productClass === 'Bundle') return fault('InvalidReference', 'A bundle cannot be an addition.');
  if (!old && product.inactiveFlag === true && switches.refuseInactiveProduct) {
    return fault('InvalidReference', 'The product is inactive.');
  }
  return [];
}

function dateFaults(values: Values, agreement: Row, switches: Switches): Fault[] {
  const day = (value: unknown) => (typeof value === 'string' ? value.slice(0, 10) : null);
  const [from, until] = [day(values.effectiveDate) ?? '', day(values.cancelledDate)];
  const [start, end] = [
    day(agreement.startDate) ?? '',
    agreement.noEndingDateFlag === true ? null : day(agreement.endDate),
  ];
  const fault = (field: string, message: string): Fault => ({ code: 'OutOfRange', message, field });
  if (agreement.cancelledFlag === true && switches.refuseCancelledAgreement) {
    return [fault('agreementId', 'The agreement is cancelled.')];
  }
  if (/^(Expired|Inactive)$/.test(String(agreement.agreementStatus)) && switches.refuseExpiredAgreement) {
    return [fault('agreementId', `The agreement is ${String(agreement.agreementStatus).toLowerCase()}.`)];
  }
  if (until !== null && until < from)
    return [fault('cancelledDate', 'cancelledDate must not be before effectiveDate.')];
  if (!switches.refuseOutsideAgreement) return [];
  if (from < start)
    return [fault('effectiveDate', `effectiveDate must not be before the agreement's start, ${start}.`)];
  return end !== null && from > end
    ? [fault('effectiveDate', `effectiveDate must not be after the agreement's end, ${end}.`)]
    : [];
}

function productOf(db: Database, value: unknown): Row | undefined {
  const found = reference(db, 'catalog', value) as { id?: unknown } | null | undefined;
  return rowOf(db, 'catalog', found?.id);
}

function rounded(value: unknown, { priceDecimals }: Switches): unknown {
  return priceDecimals === null || typeof value !== 'number' ? value : Number(value.toFixed(priceDecimals));
}
