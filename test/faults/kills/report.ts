import Table from 'cli-table3';
import type { KillReport } from './run.js';

export interface Printed {
  readonly report: KillReport;
  readonly seed: number;
  readonly instances: number;
  readonly json: boolean;
}

/** Did everything hold that this run is there to prove? */
export function holds({ verdict, feed, drainedSeconds, badExits }: KillReport): boolean {
  const { findings: _findings, suspects: _suspects, ...counts } = verdict;
  const faults = [...Object.values(counts), feed.missed, feed.repeated, badExits];
  return drainedSeconds !== null && faults.every((count) => count === 0);
}

export function printReport({ report, seed, instances, json }: Printed): void {
  const { verdict, feed } = report;
  const replay = `npm run test:faults -- --kills ${report.kills} --seed ${seed} --instances ${instances}`;
  if (json) {
    console.log(JSON.stringify({ seed, instances, holds: holds(report), ...report, replay }));
    return;
  }
  const table = new Table({ colAligns: ['left', 'right'], style: { head: [], border: [] } });
  const drained = report.drainedSeconds === null ? 'never' : `${report.drainedSeconds.toFixed(1)} s`;
  table.push(
    ['kill -9', report.kills],
    ['graceful stops', report.stops],
    ['changes', report.changes],
    ['writes', report.writes],
    ['faults of the PSA', report.faults],
    ['lost', verdict.lost],
    ['doubled', verdict.doubled],
    ['out of order', verdict.outOfOrder],
    ['units not equal', verdict.unequal],
    ['wrongly claimed', verdict.wronglyClaimed],
    ['entries not settled', verdict.unsettled],
    ['live events', feed.events],
    ['live events missed', feed.missed],
    ['live events repeated', feed.repeated],
    ['live feed lost and resumed', feed.losses],
    ['stops with a bad exit', report.badExits],
    ['settled by a person', report.handedOver],
    [`drained (within ${report.drainLimitSeconds} s)`, drained],
  );
  console.log(`seed ${seed}, ${instances} instances, ${report.seconds.toFixed(0)} s\n${table.toString()}`);
  for (const finding of verdict.findings) console.log(finding);
  for (const line of report.evidence) console.log(line);
  if (!holds(report)) console.log(`\nAgain, with the same choices:\n  ${replay}`);
}
