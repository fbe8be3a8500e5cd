import {
  day,
  type EntityDef,
  entity,
  FIXED,
  FULL_WRITES,
  flag,
  idField,
  instant,
  integer,
  long,
  money,
  REQUIRED,
  reference,
  SYSTEM,
  text,
} from './define.js';

/** A recurring contract's service lines and their bundle twins: three entities of the same shape each. */
interface Twin {
  /** `Service` or `ServiceBundle`. */
  readonly item: string;
  readonly itemField: string;
  readonly lineField: string;
  readonly bundle: boolean;
}

const line = ({ item, itemField, bundle }: Twin): EntityDef =>
  entity({
    name: `Contract${item}s`,
    singular: `Contract${item}`,
    parent: { entity: 'Contracts', segment: `${item}s`, field: 'contractID', writes: FULL_WRITES, delete: false },
    fields: [
      idField(),
      reference('contractID', 'Contract', { ...REQUIRED, ...FIXED }),
      reference(itemField, item, { ...REQUIRED, ...FIXED }),
      money('unitPrice', SYSTEM),
      ...(bundle ? [] : [money('unitCost', { ...FIXED, cost: true })]),
      // autotask: replies of ContractServices leave adjustedPrice out; the bundle twin gives it.
      money('adjustedPrice', { writeOnly: !bundle, queryable: bundle }),
      money('internalCurrencyUnitPrice', SYSTEM),
      money('internalCurrencyAdjustedPrice', SYSTEM),
      // autotask: only adjustedPrice and invoiceDescription can be updated.
      text('invoiceDescription', 1000, { effectiveLength: 100 }),
      text('internalDescription', 100, FIXED),
      long('quoteItemID', FIXED),
    ],
  });

const units = ({ item, itemField, lineField, bundle }: Twin): EntityDef =>
  entity({
    name: `Contract${item}Units`,
    singular: `Contract${item}Unit`,
    parent: { entity: 'Contracts', segment: `${item}Units`, field: 'contractID', writes: [], delete: false },
    fields: [
      idField(),
      reference('contractID', 'Contract', SYSTEM),
      reference(lineField, `Contract${item}`, SYSTEM),
      reference(itemField, item, SYSTEM),
      ...(bundle ? [] : [reference('vendorCompanyID', 'Company', SYSTEM)]),
      day('startDate', SYSTEM),
      day('endDate', SYSTEM),
      integer('units', SYSTEM),
      money('price', SYSTEM),
      money('cost', { ...SYSTEM, cost: true }),
      money('internalCurrencyPrice', SYSTEM),
      reference('organizationalLevelAssociationID', 'OrganizationalLevelAssociation', SYSTEM),
      instant('approveAndPostDate', SYSTEM),
    ],
  });

/** autotask: create only; cannot be queried, changed or deleted. */
const adjustments = ({ item, itemField, lineField, bundle }: Twin): EntityDef =>
  entity({
    name: `Contract${item}Adjustments`,
    singular: `Contract${item}Adjustment`,
    can: { query: false },
    rootWrites: ['POST'],
    parent: {
      entity: 'Contracts',
      segment: `${item}Adjustments`,
      field: 'contractID',
      writes: ['POST'],
      delete: false,
    },
    fields: [
      idField(),
      day('effectiveDate', { ...REQUIRED, ...FIXED }),
      reference('contractID', 'Contract', FIXED),
      reference(itemField, item, FIXED),
      reference(lineField, `Contract${item}`, FIXED),
      integer('unitChange', FIXED),
      money('adjustedUnitPrice', FIXED),
      ...(bundle ? [] : [money('adjustedUnitCost', FIXED)]),
      flag(`allowRepeat${item}`, FIXED),
      integer('quoteItemID', FIXED),
    ],
  });

const family = (twin: Twin): EntityDef[] => [line(twin), units(twin), adjustments(twin)];

export const recurringEntities: EntityDef[] = [
  ...family({ item: 'Service', itemField: 'serviceID', lineField: 'contractServiceID', bundle: false }),
  ...family({
    item: 'ServiceBundle',
    itemField: 'serviceBundleID',
    lineField: 'contractServiceBundleID',
    bundle: true,
  }),
];
