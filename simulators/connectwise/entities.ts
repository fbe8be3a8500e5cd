import type { Area } from './world.js';

export type FieldType = 'text' | 'number' | 'boolean' | 'date' | 'reference' | 'list';

export interface EntityDef {
  readonly name: 'companies' | 'catalog' | 'agreements' | 'additions' | 'billingCycles' | 'currencies' | 'types';
  /** In error bodies. */
  readonly resource: string;
  readonly path: string;
  readonly area: Area;
  readonly fields: Readonly<Record<string, FieldType>>;
}

const of = (type: FieldType, names: string): Record<string, FieldType> =>
  Object.fromEntries(names.split(' ').map((name) => [name, type]));

/** connectwise: the part of the models that an integration of agreements meets. */
export const ENTITIES: readonly EntityDef[] = [
  {
    name: 'companies',
    resource: 'company',
    path: 'company/companies',
    area: 'companies',
    fields: {
      ...of('number', 'id'),
      ...of('text', 'identifier name accountNumber addressLine1 city zip phoneNumber'),
      ...of('reference', 'status currency territory country'),
      ...of('list', 'types'),
      ...of('boolean', 'deletedFlag'),
    },
  },
  {
    name: 'catalog',
    resource: 'catalogItem',
    path: 'procurement/catalog',
    area: 'catalog',
    fields: {
      ...of('number', 'id price cost recurringRevenue recurringCost'),
      ...of(
        'text',
        'identifier description customerDescription productClass recurringCycleType vendorSku integrationXRef',
      ),
      ...of('reference', 'subcategory type category recurringBillCycle unitOfMeasure'),
      ...of('boolean', 'inactiveFlag taxableFlag recurringFlag'),
    },
  },
  {
    name: 'agreements',
    resource: 'agreement',
    path: 'finance/agreements',
    area: 'agreements',
    fields: {
      ...of('number', 'id billAmount'),
      ...of('text', 'name agreementStatus invoicingCycle periodType reasonCancelled'),
      ...of('reference', 'type company contact billingCycle currency billToCompany parentAgreement'),
      ...of('date', 'startDate endDate dateCancelled billStartDate nextInvoiceDate'),
      ...of('boolean', 'noEndingDateFlag cancelledFlag prorateFlag invoiceProratedAdditionsFlag'),
    },
  },
  {
    name: 'types',
    resource: 'agreementType',
    path: 'finance/agreements/types',
    area: 'tableSetup',
    fields: { ...of('number', 'id'), ...of('text', 'name'), ...of('boolean', 'inactiveFlag') },
  },
  {
    name: 'additions',
    resource: 'addition',
    path: 'finance/agreements/{id}/additions',
    area: 'agreements',
    fields: {
      ...of(
        'number',
        'id quantity lessIncluded unitPrice unitCost agreementId billedQuantity extPrice extCost margin sequenceNumber',
      ),
      ...of('text', 'billCustomer serialNumber invoiceDescription description uom agreementStatus'),
      ...of('reference', 'product'),
      ...of('date', 'effectiveDate cancelledDate'),
      ...of('boolean', 'taxableFlag purchaseItemFlag specialOrderFlag prorateCurrentPeriodFlag'),
      ...of('list', 'customFields'),
    },
  },
  {
    name: 'billingCycles',
    resource: 'billingCycle',
    path: 'finance/billingCycles',
    area: 'tableSetup',
    fields: { ...of('number', 'id'), ...of('text', 'identifier name'), ...of('boolean', 'defaultFlag') },
  },
  {
    name: 'currencies',
    resource: 'currency',
    path: 'finance/currencies',
    area: 'tableSetup',
    fields: { ...of('number', 'id'), ...of('text', 'currencyIdentifier currencyCode'), ...of('boolean', 'reportFlag') },
  },
];

export function entity(name: EntityDef['name']): EntityDef {
  const found = ENTITIES.find((each) => each.name === name);
  if (!found) throw new Error(`no entity ${name}`);
  return found;
}
