import { FAULTS } from './oracle.js';
import { type Result, WANTED_UTILISATION } from './run.js';

export interface Run {
  readonly result: Result;
  readonly instances: number;
  readonly seed: number;
  readonly seconds: number;
  readonly json: boolean;
}

/** Nothing that must never happen happened, and the slots that may be used were. */
export function passed({ faults, utilisation }: Result): boolean {
  return faults.length === 0 && utilisation > WANTED_UTILISATION;
}

export function printReport({ result, instances, seed, seconds, json }: Run): void {
  const { faults, ...figures } = result;
  const replay = `npm run sim:budget -- --hours ${result.hours} --instances ${instances} --seed ${seed}`;
  if (json) {
    const first = faults[0] ?? null;
    const run = { passed: passed(result), instances, seed, seconds: Math.round(seconds), ...figures };
    console.log(JSON.stringify({ ...run, faults: faults.length, firstFault: first, replay }));
    return;
  }
  const count = (value: number): string => Math.round(value).toLocaleString('en');
  const rows: readonly (readonly [what: string, found: string, bound: string])[] = [
    ['calls', count(result.calls), ''],
    ['  of people', count(result.callsOfPeople), ''],
    ['most in a rolling hour', count(result.mostInAnHour), `at most ${count(result.share)}`],
    ['  of background work', count(result.mostBackgroundInAnHour), `at most ${count(result.background)}`],
    ['most at once to an endpoint', count(result.mostAtOnce), 'at most 3'],
    ['refused as too many at once', count(result.refusedAtOnce), '0'],
    ['slots in use under load', `${(100 * result.utilisation).toFixed(1)} %`, `over ${100 * WANTED_UTILISATION} %`],
    ['people told to come back', count(result.peopleRefused), 'only when the reserve was used'],
    ['processes killed', count(result.deaths), ''],
    ['  their slots back after', `${count(result.slotsBackSeconds)} s`, 'at most 113 s'],
    ['pauses by the vendor', count(result.pauses), 'no call meanwhile'],
    [
      'statements for each call',
      (result.statements / Math.max(1, result.calls)).toFixed(2),
      'at most 2 and what waits',
    ],
  ];
  console.log(`${result.hours} hours, ${instances} instances, seed ${seed}, ${seconds.toFixed(1)} s\n`);
  for (const [what, found, bound] of rows) console.log(`${what.padEnd(30)}${found.padStart(10)}   ${bound}`.trimEnd());
  console.log(`\n${faults.length === 0 ? 'No faults.' : `${faults.length} faults:`}`);
  for (const { kind, at, what } of faults.slice(0, 10)) {
    console.log(`  ${(at / 3_600_000).toFixed(4)} h  ${FAULTS[kind]}: ${what}`);
  }
  if (faults.length > 0) console.log(`It replays:\n  ${replay}`);
}
