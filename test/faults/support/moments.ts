import type { Statement } from '../../support/postgres-proxy.js';

/** Moments of a gateway's work, told by the statement it is about to run or has just run. */
const commitOf = (what: RegExp) => (statement: Statement) =>
  /^\s*COMMIT/i.test(statement.sql) && statement.earlier.some((sql) => what.test(sql));

/** A change of a cloud subscription is recorded. */
export const storesChange = commitOf(/INSERT INTO\s+("public"\.)?"SubscriptionChange"/i);
/** A write is about to leave. */
export const storesIntent = commitOf(/INSERT INTO\s+("public"\.)?"Step"/i);
/** What became of a write is known. */
export const settlesIntent = commitOf(/UPDATE\s+("public"\.)?"Step"/i);
/** A call asks for its turn at the vendor. */
export const asksForTurn = ({ sql }: Statement) => /\bvendor_turn\(/.test(sql);
/** The job engine takes a job, and is done with one. */
export const claimsJob = ({ sql }: Statement) => /_private_jobs[\s\S]*attempts = jobs\.attempts \+ 1/.test(sql);
export const endsJob = ({ sql }: Statement) => /delete from[\s\S]*_private_jobs/i.test(sql);
