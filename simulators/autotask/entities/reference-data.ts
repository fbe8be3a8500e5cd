import {
  double,
  entity,
  FIXED,
  flag,
  idField,
  instant,
  integer,
  long,
  money,
  picklist,
  REQUIRED,
  SYSTEM,
  text,
  UPDATES,
} from './define.js';

export const currencies = entity({
  name: 'Currencies',
  singular: 'Currency',
  rootWrites: UPDATES,
  fields: [
    idField(),
    text('name', 3, { ...REQUIRED, ...FIXED }),
    text('description', 100),
    flag('isActive', { initial: true }),
    flag('isInternalCurrency', { ...SYSTEM, initial: false }),
    double('exchangeRate', { ...REQUIRED, initial: 1 }),
    picklist('displaySymbol', { 1: '$', 2: '€', 3: '£' }),
    text('currencyPositiveFormat', 20),
    text('currencyNegativeFormat', 20),
    instant('lastModifiedDateTime', SYSTEM),
    integer('updateResourceId', SYSTEM),
  ],
});

export const countries = entity({
  name: 'Countries',
  singular: 'Country',
  rootWrites: UPDATES,
  fields: [
    idField(),
    text('name', 100, FIXED),
    text('displayName', 100, REQUIRED),
    text('countryCode', 2, FIXED),
    flag('isActive', { initial: true }),
    flag('isDefaultCountry', { initial: false }),
    long('addressFormatID'),
    integer('invoiceTemplateID'),
    integer('quoteTemplateID'),
  ],
});

export const internalLocations = entity({
  name: 'InternalLocations',
  singular: 'InternalLocation',
  fields: [
    idField(),
    text('name', 100, REQUIRED),
    text('address1', 128),
    text('address2', 128),
    text('additionalAddressInfo', 100),
    text('city', 50),
    text('state', 25),
    text('postalCode', 20),
    text('country', 100),
    text('timeZone', 100),
    flag('isDefault', { initial: false }),
    long('holidaySetId'),
  ],
});

export const resources = entity({
  name: 'Resources',
  singular: 'Resource',
  rootWrites: UPDATES,
  hasUserDefinedFields: true,
  fields: [
    idField(),
    text('firstName', 50, REQUIRED),
    text('lastName', 50, REQUIRED),
    text('userName', 32, REQUIRED),
    text('email', 254, REQUIRED),
    flag('isActive', { initial: true }),
    picklist('licenseType', { 1: 'Professional', 7: 'API User' }, { initial: 1 }),
    integer('locationID'),
    text('title', 50),
    text('initials', 32),
    text('officePhone', 25),
    text('mobilePhone', 25),
    text('resourceType', 15, { initial: 'Employee' }),
    integer('userType', { initial: 10 }),
    money('internalCost', { cost: true }),
  ],
});

export const organizationalLevelAssociations = entity({
  name: 'OrganizationalLevelAssociations',
  singular: 'OrganizationalLevelAssociation',
  fields: [
    idField(),
    flag('isActive', { initial: true }),
    integer('organizationalLevel1ID', { initial: 1 }),
    integer('organizationalLevel2ID', { initial: 1 }),
  ],
});

/** autotask: queried without a filter; the sources show no reply, so the field names are inferred. */
export const modules = entity({
  name: 'Modules',
  singular: 'Module',
  listable: true,
  fields: [idField(), text('name', 100, REQUIRED), flag('isActive', { initial: true })],
});
