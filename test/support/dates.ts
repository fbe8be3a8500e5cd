import { addDays, addMonths } from '../../src/delivery/period.js';

/** Calendar dates around the present one: the gateway's clock is the real one, so tests hold on any day. */
export const TODAY = new Date().toISOString().slice(0, 10);
export const THIS_MONTH = `${TODAY.slice(0, 7)}-01`;
export const NEXT_MONTH = addMonths(THIS_MONTH, 1);
export const LAST_MONTH = addMonths(THIS_MONTH, -1);
/** Where the monthly contracts of the test world begin and end. */
export const CONTRACT_START = addMonths(THIS_MONTH, -12);
export const CONTRACT_END = addDays(addMonths(CONTRACT_START, 36), -1);
/** When the cloud subscriptions of the test world were bought: after their contracts began (R39). */
export const BOUGHT = addDays(LAST_MONTH, 14);

/** A day of next month, from 1. */
export const nextMonth = (day: number): string => addDays(NEXT_MONTH, day - 1);
