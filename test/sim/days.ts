/** Calendar dates as day numbers. A billing period has 30 days here; only order and period borders matter. */
export const PERIOD = 30;
/** The contracts' last day: far beyond every change. */
export const LAST_DAY = 40 * PERIOD - 1;
const FIRST = Date.UTC(2026, 0, 1);
const names: string[] = [];
const numbers = new Map<string, number>();

export function dateOf(day: number): string {
  let name = names[day];
  if (name === undefined) {
    name = new Date(FIRST + day * 86_400_000).toISOString().slice(0, 10);
    names[day] = name;
    numbers.set(name, day);
  }
  return name;
}

export function dayOf(date: string): number {
  return numbers.get(date) ?? Math.round((Date.parse(`${date}T00:00:00Z`) - FIRST) / 86_400_000);
}
