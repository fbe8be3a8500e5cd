import { PERIOD_TYPES } from './contracts.js';
import {
  entity,
  FIXED,
  FULL_WRITES,
  flag,
  idField,
  instant,
  integer,
  long,
  money,
  picklist,
  REQUIRED,
  reference,
  SYSTEM,
  text,
  UPDATES,
} from './define.js';

/** Fields a service and a bundle share. Metadata promises 150 and 1000 characters; 100 and 100 are what is taken. */
const catalogueFields = () => [
  idField(),
  text('name', 150, { ...REQUIRED, effectiveLength: 100 }),
  reference('billingCodeID', 'BillingCode', REQUIRED),
  // autotask: required and read-only at once; read-only means "not after create".
  picklist('periodType', PERIOD_TYPES, { ...REQUIRED, ...FIXED }),
  text('description', 400),
  text('invoiceDescription', 1000, { effectiveLength: 100 }),
  flag('isActive'),
  integer('serviceLevelAgreementID'),
  text('sku', 50),
  text('catalogNumberPartNumber', 50),
  text('externalID', 50),
  text('internalID', 50),
  text('manufacturerServiceProvider', 100),
  text('manufacturerServiceProviderProductNumber', 50),
  text('url', 500),
  instant('createDate', SYSTEM),
  reference('creatorResourceID', 'Resource', SYSTEM),
  instant('lastModifiedDate', SYSTEM),
  reference('updateResourceID', 'Resource', SYSTEM),
];

/** autotask: create, query, update; a service is never deleted but made inactive. */
export const services = entity({
  name: 'Services',
  singular: 'Service',
  rootWrites: FULL_WRITES,
  fields: [
    ...catalogueFields(),
    money('unitPrice', REQUIRED),
    money('unitCost', { cost: true }),
    reference('vendorCompanyID', 'Company'),
    money('markupRate', SYSTEM),
  ],
});

export const serviceBundles = entity({
  name: 'ServiceBundles',
  singular: 'ServiceBundle',
  rootWrites: FULL_WRITES,
  rootDelete: true,
  fields: [
    ...catalogueFields(),
    money('unitPrice'),
    money('unitCost', { ...SYSTEM, cost: true }),
    money('unitDiscount'),
    money('percentageDiscount'),
  ],
});

/** autotask: every field is read-only, and yet it can be created. */
export const serviceBundleServices = entity({
  name: 'ServiceBundleServices',
  singular: 'ServiceBundleService',
  parent: { entity: 'ServiceBundles', segment: 'Services', field: 'serviceBundleID', writes: ['POST'], delete: true },
  fields: [
    idField(),
    reference('serviceBundleID', 'ServiceBundle', { ...REQUIRED, ...FIXED }),
    reference('serviceID', 'Service', { ...REQUIRED, ...FIXED }),
  ],
});

export const priceListServices = entity({
  name: 'PriceListServices',
  singular: 'PriceListService',
  rootWrites: UPDATES,
  fields: [
    idField(),
    reference('serviceID', 'Service', { ...REQUIRED, ...FIXED }),
    reference('currencyID', 'Currency', { ...REQUIRED, ...FIXED }),
    money('unitPrice'),
    flag('usesInternalCurrencyPrice', { ...REQUIRED, initial: false }),
    long('priceListID', SYSTEM),
  ],
});
