/** Calendar dates as text; the demo's world is dated relative to the day of its first start. */
export function plusDays(date: string, days: number): string {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  return new Date(Date.UTC(year, month - 1, day + days)).toISOString().slice(0, 10);
}

export const plusYears = (date: string, years: number): string => `${Number(date.slice(0, 4)) + years}${date.slice(4)}`;

/** New Year's Day, so many years from the year of the date. */
export const newYear = (date: string, years: number): string => `${Number(date.slice(0, 4)) + years}-01-01`;
