import type { Tally } from './batch.js';

export interface Run {
  readonly tally: Tally;
  readonly seed: number;
  readonly seconds: number;
  readonly profile: string;
  readonly instances: number;
  readonly json: boolean;
}

export function printReport({ tally, seed, seconds, profile, instances, json }: Run): void {
  const { faults, first } = tally;
  const perSecond = Math.round(tally.schedules / seconds);
  const options = `${profile === 'default' ? '' : ` --profile ${profile}`}${instances ? ` --instances ${instances}` : ''}`;
  const replay = first ? `npm run sim -- --seed ${first.seed} --schedules 1${options} --trace` : null;
  if (json) {
    const { first: _first, ...counts } = tally;
    console.log(
      JSON.stringify({ profile, seed, seconds: Math.round(seconds), perSecond, ...counts, failure: first, replay }),
    );
    return;
  }
  const rows: readonly (readonly [string, number])[] = [
    ['schedules', tally.schedules],
    ['changes', tally.changes],
    ['sends', tally.sends],
    ['lost', faults.lost],
    ['doubled', faults.doubled],
    ['out of order', faults.outOfOrder],
    ['stuck', faults.stuck],
    ['wrongly claimed', faults.wronglyClaimed],
    ['needless reviews', tally.needlessReviews],
    ['handed to a person', tally.handedOver],
    ['schedules/s', perSecond],
  ];
  console.log(`profile ${profile}, seed ${seed}, ${seconds.toFixed(1)} s\n`);
  for (const [name, value] of rows) console.log(`${name.padEnd(20)}${value.toLocaleString('en').padStart(14)}`);
  if (first) {
    console.log(`\n${tally.faultySchedules} schedules with a fault. The first, ${first.kind}: ${first.what}`);
    console.log(`It replays alone:\n  ${replay}`);
  }
}

/** On a terminal only; a log gets nothing until the end. */
export function progressBar(total: number, wanted: boolean) {
  const shown = wanted && process.stderr.isTTY;
  return {
    show(done: number): void {
      if (!shown) return;
      const filled = Math.floor((30 * done) / total);
      const bar = `${'#'.repeat(filled)}${'-'.repeat(30 - filled)}`;
      process.stderr.write(`\r[${bar}] ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`);
    },
    clear(): void {
      if (shown) process.stderr.write('\r\u001b[2K');
    },
  };
}
