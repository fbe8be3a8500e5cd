import { profileOf } from './profile.js';
import { scheduleSeed } from './random.js';
import { runSchedule } from './schedule.js';
const [n, s, name] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4] ?? 'default'];
const t = performance.now();
const tally: Record<string, number> = {};
const firsts: Record<string, string> = {};
const sums = { changes: 0, sends: 0, needlessReviews: 0, handedOver: 0 };
for (let i = 0; i < n; i++) {
  const seed = scheduleSeed(s, i);
  const v = await runSchedule({ seed, profile: profileOf(name), instances: 0, ...(process.argv[5] && { trace: console.log }) });
  for (const k of Object.keys(sums) as (keyof typeof sums)[]) sums[k] += v[k];
  for (const f of v.faults) { tally[f.kind] = (tally[f.kind] ?? 0) + 1; firsts[f.kind] ??= `${seed}: ${f.what}`; }
  if (v.needlessReviews) firsts.review ??= `${seed}`;
}
console.log(sums, tally, firsts, Math.round((n / (performance.now() - t)) * 1000), 'per s');
