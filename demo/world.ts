/** The demo's data as pure functions of the day it is made: a marketplace and the PSA that fits it. */
export { CATALOGUE } from './world/catalogue.js';
export { CUSTOMERS, type DemoCustomer, type SellerName } from './world/companies.js';
export { marketplaceOf, ORGANIZATIONS, type Push } from './world/marketplace.js';
export { MISFITS, PSA_USER, psaWorldOf } from './world/psa.js';
