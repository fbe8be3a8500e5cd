import { CaseSkipped } from './failure.js';

/** West and east of Greenwich by so much that a date which passes through local time becomes another day. */
export const ZONES = ['Pacific/Pago_Pago', 'Pacific/Kiritimati'] as const;

/** Runs some work while the process believes itself in a time zone. Nothing else should run meanwhile. */
export async function inTimeZone<T>(zone: string, work: () => Promise<T>): Promise<T> {
  const before = process.env.TZ;
  process.env.TZ = zone;
  try {
    const sign = Math.sign(new Date(2026, 0, 1).getTimezoneOffset());
    if (sign !== (zone === ZONES[0] ? 1 : -1)) {
      throw new CaseSkipped('The time zone of this process cannot be changed; run it in a process, not a thread.');
    }
    return await work();
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
}
