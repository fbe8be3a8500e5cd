import pg from 'pg';
import type { FaultKind } from './oracle.js';

/** One rule of the budget broken on purpose, in the database's own code, and what must come of it. */
export interface Mutant {
  readonly name: string;
  readonly of: 'vendor_turn' | 'vendor_window';
  readonly from: string;
  readonly to: string;
  readonly shows: FaultKind;
  /** A small allowance shows it sooner. */
  readonly perHour?: number;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'only the first bucket of a call counts',
    of: 'vendor_turn',
    from: 'unnest(w."buckets") k',
    to: 'unnest(w."buckets"[1:1]) k',
    shows: 'overAtOnce',
  },
  {
    name: 'the window is a fixed hour',
    of: 'vendor_window',
    from: 'floor((moment - width * 60 - width / 6) / width)',
    to: 'floor(moment / (width * 60)) * 60',
    shows: 'overShare',
    perHour: 1_000,
  },
  {
    name: 'a minute is forgotten when its first call leaves the window',
    of: 'vendor_window',
    from: 'floor((moment - width * 60 - width / 6) / width)',
    to: 'floor((moment - width * 59) / width)',
    shows: 'overShare',
    perHour: 1_000,
  },
  {
    name: 'nothing is kept for people',
    of: 'vendor_turn',
    from: 'ARRAY[background, share, share];',
    to: 'ARRAY[share, share, share];',
    shows: 'overBackground',
    perHour: 1_000,
  },
  {
    name: "a dead process's slots are free before its calls have ended",
    of: 'vendor_turn',
    from: 'c."leaseMs" / 1000.0)',
    to: 'c."leaseMs" / 20000.0)',
    shows: 'overAtOnce',
  },
  {
    name: "a dead process's slots are held for long",
    of: 'vendor_turn',
    from: 'c."leaseMs" / 1000.0)',
    to: 'c."leaseMs" / 300.0)',
    shows: 'slotsLost',
  },
  {
    name: 'a slot is free with the answer',
    of: 'vendor_turn',
    from: 'WHEN e."answered" THEN hold',
    to: 'WHEN e."answered" THEN interval \'-1 second\'',
    shows: 'refusedAtOnce',
  },
  {
    name: 'who waits in line does not know of the pause',
    of: 'vendor_turn',
    from: 'b."pausedUntil" := greatest(',
    to: 'b."pausedUntil" := least(t, ',
    shows: 'calledWhilePaused',
  },
];

/** Replaces the function in one database. Fails when the rule is not there to be broken. */
export async function breakRule(url: string, mutant: Pick<Mutant, 'of' | 'from' | 'to'>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ definition: string }>(
      'SELECT pg_get_functiondef(oid) AS "definition" FROM pg_proc WHERE proname = $1',
      [mutant.of],
    );
    const definition = rows[0]?.definition ?? '';
    if (!definition.includes(mutant.from)) throw new Error(`${mutant.of} does not hold: ${mutant.from}`);
    await client.query(definition.replaceAll(mutant.from, mutant.to));
  } finally {
    await client.end();
  }
}
