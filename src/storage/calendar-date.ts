/** Calendar dates travel as `YYYY-MM-DD`; only here do they touch `Date`, always at UTC midnight, never local time. */
export function toDateColumn(date: string): Date {
  return new Date(`${date}T00:00:00.000Z`);
}

export function fromDateColumn(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** Does the text name a day that exists? `2026-02-30` does not, and no year is 0. */
export function isCalendarDate(text: string): boolean {
  if (!/^(?!0000)\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = toDateColumn(text);
  return !Number.isNaN(date.getTime()) && fromDateColumn(date) === text;
}
