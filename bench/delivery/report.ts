import Table from 'cli-table3';
import { AT_ONCE } from '../stub/limits.js';
import type { Measured, Task, Wanted } from './measure.js';

/** Makespan by the least that the vendor's limits allow for the calls made (design.md). */
export const GOAL = 1.15;

export interface Verdict {
  readonly good: boolean;
  readonly makespanMs: number;
  readonly idealMs: number;
  readonly ratio: number;
  readonly recordingMs: number;
  readonly calls: number;
  readonly callsPerChange: number;
  readonly breaches: { readonly threads: number; readonly hourly: number };
  readonly adjustments: number;
  readonly states: Measured['states'];
  readonly notSynced: number;
  readonly differences: readonly string[];
  readonly endpoints: readonly {
    readonly name: string;
    readonly calls: number;
    readonly idealMs: number;
    /** Share of its places that were taken over the makespan. */
    readonly busy: number;
    readonly mostAtOnce: number;
  }[];
}

/** Pure. The ideal: the endpoint with the most calls makes them three at once without a pause. */
export function judge(measured: Measured, { changes, latencyMs }: Task): Verdict {
  const { makespanMs, account, wanted } = measured;
  const { calls, breaches, buckets } = account.tally;
  const endpoints = buckets.map(({ name, calls, busyMs, mostAtOnce }) => ({
    ...{ name, calls, mostAtOnce },
    idealMs: Math.ceil(calls / AT_ONCE) * latencyMs,
    busy: busyMs / (AT_ONCE * makespanMs),
  }));
  const idealMs = Math.max(...endpoints.map((endpoint) => endpoint.idealMs));
  const ratio = makespanMs / idealMs;
  const differences = differencesOf(account.rows, wanted);
  const other = Object.keys(measured.states).filter((state) => state !== 'SUCCEEDED');
  const faults = breaches.threads + breaches.hourly + differences.length + measured.notSynced + other.length;
  const { recordingMs, states, notSynced } = measured;
  return {
    good: faults === 0 && ratio <= GOAL,
    ...{ makespanMs, idealMs, ratio, recordingMs, calls, callsPerChange: calls / changes, breaches },
    ...{ adjustments: account.adjustments, states, notSynced, differences, endpoints },
  };
}

/** The last day of the month tells the total of everything planned in it. */
function differencesOf(rows: Measured['account']['rows'], wanted: readonly Wanted[]): string[] {
  return wanted.flatMap(({ externalId, contractId, serviceId, quantity, from }) => {
    const line = rows.filter(({ contractID, serviceID }) => contractID === contractId && serviceID === serviceId);
    const later = line.filter(({ endDate }) => endDate.slice(0, 10) >= from && endDate.slice(0, 7) >= from.slice(0, 7));
    const wrong = later.find(({ units }) => units !== quantity);
    if (later.length > 0 && !wrong) return [];
    return [
      `${externalId}: ${wrong?.units ?? 'no'} units from ${wrong?.startDate.slice(0, 10) ?? from}, not ${quantity}`,
    ];
  });
}

interface Shown extends Task {
  readonly cores: number;
  readonly load: number;
  readonly json: boolean;
}

export function print(verdict: Verdict, { json, cores, load, ...task }: Shown): void {
  if (json) {
    console.log(JSON.stringify({ ...task, cores, load, goal: GOAL, ...verdict }));
    return;
  }
  const { changes, subscriptions, latencyMs } = task;
  console.log(
    `${changes} changes over ${subscriptions} subscriptions, ${latencyMs} ms a call; ${cores} cores, load ${load.toFixed(1)}\n`,
  );
  const endpoints = new Table({ head: ['Endpoint', 'Calls', 'Ideal', 'Places taken', 'Most at once'], style: PLAIN });
  for (const { name, calls, idealMs, busy, mostAtOnce } of verdict.endpoints) {
    endpoints.push([name, calls, seconds(idealMs), percent(busy), mostAtOnce]);
  }
  console.log(endpoints.toString());
  const { threads, hourly } = verdict.breaches;
  const rows: readonly (readonly [string, string | number])[] = [
    ['makespan', seconds(verdict.makespanMs)],
    ['of it recording', seconds(verdict.recordingMs)],
    ['ideal by the limits', seconds(verdict.idealMs)],
    ['ratio', `${verdict.ratio.toFixed(3)} (goal at most ${GOAL})`],
    ['calls', verdict.calls],
    ['calls per change', verdict.callsPerChange.toFixed(2)],
    ['limit breaches', `${threads + hourly} (at once ${threads}, hourly ${hourly})`],
    [
      'entries',
      Object.entries(verdict.states)
        .map(([state, count]) => `${count} ${state}`)
        .join(', '),
    ],
    ['not SYNCED', verdict.notSynced],
    ['units not as the marketplace', verdict.differences.length],
  ];
  for (const [name, value] of rows) console.log(`${name.padEnd(30)}${value}`);
  for (const difference of verdict.differences.slice(0, 10)) console.log(`  ${difference}`);
  console.log(verdict.good ? '\nGood.' : '\nNot good.');
}

const PLAIN = { head: [], border: [] };
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
