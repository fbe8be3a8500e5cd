import { rowOf } from '../database.js';
import { decimal, multiply, toNumber } from '../money.js';
import type { Rules, WriteContext } from '../records/context.js';
import { refuse } from '../replies.js';
import { isPresent, type Row } from '../rows.js';
import { currencyFactor, internal } from './lines.js';

const extended = (quantity: unknown, amount: unknown): number => toNumber(multiply(decimal(quantity), decimal(amount)));

function compute({ db }: WriteContext, row: Row): void {
  const contract = rowOf(db, 'Contracts', row.contractID);
  const rate = contract ? currencyFactor(db, contract) : 1;
  // autotask: billableAmount = quantity x price.
  row.billableAmount = extended(row.unitQuantity, row.unitPrice);
  row.extendedCost = extended(row.unitQuantity, row.unitCost);
  row.internalCurrencyUnitPrice = internal(row.unitPrice, rate);
  row.internalCurrencyBillableAmount = internal(row.billableAmount, rate);
  row.organizationalLevelAssociationID = contract?.organizationalLevelAssociationID ?? null;
}

const requireUnbilled = (row: Row): void => {
  if (row.isBilled === true) refuse('The ContractCharge has been billed and can no longer be changed or deleted.');
};

/** autotask: a charge returns an id and can be changed or deleted while it is not billed. */
export const chargeRules: Rules = {
  prepare(_context, row) {
    if (!isPresent(row.productID) && !isPresent(row.billingCodeID)) {
      refuse('Missing Required Field: one of productID and billingCodeID is needed.');
    }
  },
  created: compute,
  check: (_context, before) => requireUnbilled(before),
  updated: (context, _before, row) => compute(context, row),
  removable: (_context, row) => requireUnbilled(row),
};
