import type { Statement } from '../../support/postgres-proxy.js';

/**
 * Moments of a gateway's work, told by the statement it is about to run or has just run. What is written is done with the
 * statement that writes it, or with the COMMIT of its transaction.
 */
const done = (what: RegExp) => {
  return ({ sql, earlier }: Statement) =>
    earlier.length === 0 ? what.test(sql) : /^\s*COMMIT/i.test(sql) && earlier.some((one) => what.test(one));
};

/** A change of a cloud subscription is recorded. */
export const storesChange = done(/INSERT INTO\s+("public"\.)?"SubscriptionChange"/i);
/** A write is about to leave. */
export const storesIntent = done(/INSERT INTO\s+("public"\.)?"Step"/i);
/** What became of a write is known. */
export const settlesIntent = done(/UPDATE\s+("public"\.)?"Step"/i);
/** A call asks for its turn at the vendor. */
export const asksForTurn = ({ sql }: Statement) => /\bvendor_turn\(/.test(sql);
/** The job engine takes a job, and is done with one. */
export const claimsJob = ({ sql }: Statement) => /_private_jobs[\s\S]*attempts = jobs\.attempts \+ 1/.test(sql);
export const endsJob = ({ sql }: Statement) => /delete from[\s\S]*_private_jobs/i.test(sql);
