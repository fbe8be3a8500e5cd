import { labelOf, rowOf, rowsOf } from '../database.js';
import { entityOf } from '../entities/index.js';
import { add, decimal, toNumber, ZERO } from '../money.js';
import { chargeRules } from '../recurring/charges.js';
import { contractRules } from '../recurring/contract-rules.js';
import { BUNDLE_LINES, SERVICE_LINES } from '../recurring/kinds.js';
import { lineRules } from '../recurring/line-rules.js';
import { refuse } from '../replies.js';
import { isPresent } from '../rows.js';
import type { Rules, WriteContext } from './context.js';

/** autotask: API users cannot own a company. */
const companyRules: Rules = {
  prepare: (context, row) => checkOwner(context, row),
  check: (context, before, after) => {
    if (after.ownerResourceID !== before.ownerResourceID) checkOwner(context, after);
  },
};

function checkOwner({ db }: WriteContext, row: Record<string, unknown>): void {
  const owner = rowOf(db, 'Resources', row.ownerResourceID);
  if (owner && labelOf(db, entityOf('Resources'), 'licenseType', owner.licenseType) === 'API User') {
    refuse('Reference value on field: ownerResourceID of type: Resource does not exist or is invalid.');
  }
}

/** inferred: the billing code of a service must be of the recurring service use type. */
const catalogueRules: Rules = {
  prepare: (context, row) => checkBillingCode(context, row),
  check: (context, before, after) => {
    if (after.billingCodeID !== before.billingCodeID) checkBillingCode(context, after);
  },
};

function checkBillingCode({ db, switches }: WriteContext, row: Record<string, unknown>): void {
  const code = rowOf(db, 'BillingCodes', row.billingCodeID);
  const use = code && labelOf(db, entityOf('BillingCodes'), 'useType', code.useType);
  if (switches.refuseWrongBillingCodeUse && use !== undefined && !/service/i.test(use)) {
    refuse('Reference value on field: billingCodeID of type: BillingCode does not exist or is invalid.');
  }
}

/** autotask: a bundle's cost is the sum of its members'. */
const memberRules: Rules = {
  created: (context, row) => sumBundle(context, row.serviceBundleID),
  removed: (context, row) => sumBundle(context, row.serviceBundleID),
};

function sumBundle({ db }: WriteContext, bundleID: unknown): void {
  const bundle = rowOf(db, 'ServiceBundles', bundleID);
  if (!bundle) return;
  const members = rowsOf(db, 'ServiceBundleServices').filter((row) => row.serviceBundleID === bundleID);
  const costs = members.map((row) => decimal(rowOf(db, 'Services', row.serviceID)?.unitCost));
  bundle.unitCost = toNumber(costs.reduce(add, ZERO));
}

const bundleRules: Rules = {
  ...catalogueRules,
  removable({ db }, row) {
    const used = rowsOf(db, 'ContractServiceBundles').some((line) => line.serviceBundleID === row.id);
    if (used) refuse('The service bundle is used by a contract and cannot be deleted.');
  },
};

const serviceRules: Rules = {
  ...catalogueRules,
  prepare(context, row) {
    checkBillingCode(context, row);
    row.unitCost = isPresent(row.unitCost) ? row.unitCost : 0;
  },
};

const RULES: Record<string, Rules> = {
  Companies: companyRules,
  Contracts: contractRules,
  Services: serviceRules,
  ServiceBundles: bundleRules,
  ServiceBundleServices: memberRules,
  ContractServices: lineRules(SERVICE_LINES),
  ContractServiceBundles: lineRules(BUNDLE_LINES),
  ContractCharges: chargeRules,
};

export const rulesOf = (entity: string): Rules => RULES[entity] ?? {};
