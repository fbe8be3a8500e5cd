import { z } from 'zod';
import { isCalendarDate } from '../storage/calendar-date.js';
import { Prisma } from '../storage/database.js';

/** Control characters, and halves of surrogate pairs: PostgreSQL stores neither in JSON. */
export const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;
/** Bills have no other days: what lies outside was mistyped, or stands for "never". */
const [EARLIEST, LATEST] = ['1970-01-01', '2199-12-31'];
const LATEST_MOMENT = Date.UTC(2200, 0, 1);

/** Trimmed, not empty, bounded, no control characters. */
export const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'This must not be empty.')
    .max(max, `At most ${max} characters.`)
    .refine((value) => !UNPRINTABLE.test(value), 'Control characters are not allowed.');

export const externalId = text(200);

/** Names an operation, so that a repeat is the same one. Taken as it comes, not trimmed. */
export const idempotencyKey = z
  .string()
  .min(1, 'An idempotency key is not empty.')
  .max(200, 'An idempotency key has at most 200 characters.')
  .refine((value) => !UNPRINTABLE.test(value), 'An idempotency key holds no control characters.');

export const wholeNumber = z
  .int('A whole number.')
  .min(0, 'Not below 0.')
  .max(2 ** 31 - 1, 'At most 2147483647.');

/** An amount of money as text, answered in its shortest form: "8.430000" is "8.43". */
export const decimal = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,6})?$/, 'A decimal such as "8.43": at most 12 digits before the point and 6 after it.')
  .transform(shortest);

export const currency = z.string().regex(/^[A-Z]{3}$/, 'Three capital letters, such as "EUR".');

export const calendarDate = z
  .string()
  .refine(
    (value) => isCalendarDate(value) && value >= EARLIEST && value <= LATEST,
    `A calendar date that exists, from ${EARLIEST} to ${LATEST}, as YYYY-MM-DD.`,
  );

/** An instant, as text with an offset or as a `Date`. */
export const moment = z
  .union([z.date(), z.iso.datetime({ offset: true })], 'An instant such as "2026-03-10T12:00:00Z".')
  .transform((value) => new Date(value))
  .refine((value) => value.getTime() >= 0 && value.getTime() < LATEST_MOMENT, 'An instant from 1970 to 2199.');

export function shortest(value: Prisma.Decimal | string): string {
  return new Prisma.Decimal(value).toFixed();
}
