import type { Random } from './random.js';

/** The numbers of the gateway as `src/app.ts` composes it, with the Autotask connector's quarantine. */
export interface Timing {
  readonly leaseMs: number;
  readonly sendWindowMs: number;
  readonly quarantineMs: number;
  /** The latest a write may land after it left (Autotask works on a request for at most 300 s). */
  readonly landingMs: number;
  /** How long a write waits inside the connector after the clock was checked: for the budget, for a free slot. */
  readonly departureMs: number;
  /** How old a read may be. */
  readonly staleMs: number;
  readonly writeTimeoutMs: number;
}

const GATEWAY: Timing = {
  leaseMs: 120_000,
  sendWindowMs: 110_000,
  // 330 s of the connector and 10 s that a write may leave after its intent: slack + landing + staleness < quarantine.
  quarantineMs: 340_000,
  landingMs: 300_000,
  departureMs: 0,
  staleMs: 25_000,
  writeTimeoutMs: 100_000,
};

/** Highest probabilities, per step or per call. Each schedule draws its own below them, and leaves some out. */
export interface Rates {
  readonly kill: number;
  readonly pause: number;
  readonly commitFails: number;
  readonly staleRead: number;
  readonly readFails: number;
  readonly requestLost: number;
  readonly landsLate: number;
  readonly answerLost: number;
  readonly serverError: number;
  readonly tooManyRequests: number;
  readonly unreachable: number;
  /** A refusal that stands: the operation must end FAILED and the lane must stop there. */
  readonly refused: number;
}

export interface Profile {
  readonly name: string;
  readonly what: string;
  readonly timing: Timing;
  readonly rates: Rates;
  /** Probability that a schedule has the switch on. */
  readonly sameDateRefusals: number;
  readonly edits: number;
  readonly secretRevoked: number;
  /** Changes dated before an earlier one of the same lane. */
  readonly backdated: number;
}

const QUIET: Rates = {
  kill: 0,
  pause: 0,
  commitFails: 0,
  staleRead: 0,
  readFails: 0,
  requestLost: 0,
  landsLate: 0,
  answerLost: 0,
  serverError: 0,
  tooManyRequests: 0,
  unreachable: 0,
  refused: 0,
};

const STORMY: Rates = {
  kill: 0.03,
  pause: 0.04,
  commitFails: 0.04,
  staleRead: 0.5,
  readFails: 0.06,
  requestLost: 0.2,
  landsLate: 0.3,
  answerLost: 0.2,
  serverError: 0.2,
  tooManyRequests: 0.15,
  unreachable: 0.1,
  refused: 0.03,
};

const DEFAULT: Profile = {
  name: 'default',
  what: 'every fault of processes, database and PSA; nobody edits units',
  timing: GATEWAY,
  rates: STORMY,
  sameDateRefusals: 0.3,
  edits: 0,
  secretRevoked: 0.05,
  backdated: 0.1,
};

export const PROFILES: readonly Profile[] = [
  DEFAULT,
  {
    ...DEFAULT,
    name: 'edits',
    what: 'default with fresh reads, and people edit units in the PSA meanwhile',
    rates: { ...STORMY, staleRead: 0 },
    edits: 1,
  },
  {
    ...DEFAULT,
    name: 'edits-unseen',
    what: 'reads may not show an edit yet: one by just the difference hides a write (documented limit)',
    edits: 1,
  },
  {
    ...DEFAULT,
    name: 'calm',
    what: 'no faults at all: order, netting and equality only',
    rates: QUIET,
    sameDateRefusals: 0,
    secretRevoked: 0,
  },
  {
    ...DEFAULT,
    name: 'crashes',
    what: 'kills, pauses and failing commits only; the PSA always answers',
    rates: { ...QUIET, kill: 0.08, pause: 0.08, commitFails: 0.08, staleRead: 0.5 },
    sameDateRefusals: 0,
    secretRevoked: 0,
  },
  {
    ...DEFAULT,
    name: 'pauses',
    what: 'processes held up often, writes that land late, nothing else',
    rates: { ...QUIET, pause: 0.2, landsLate: 0.9, requestLost: 0.2, answerLost: 0.2 },
    sameDateRefusals: 0,
    secretRevoked: 0,
  },
  {
    ...DEFAULT,
    name: 'short-quarantine',
    what: 'landing later than the quarantine allows: shows that the bound is needed; must fail',
    timing: { ...GATEWAY, quarantineMs: 120_000 },
  },
  {
    ...DEFAULT,
    name: 'late-departure',
    what: 'writes wait for the budget after the clock check: past the quarantine with the latest landing; fails',
    timing: { ...GATEWAY, departureMs: 60_000 },
  },
  {
    ...DEFAULT,
    name: 'backdated',
    what: 'many changes dated before an earlier change of the same lane',
    backdated: 0.5,
  },
];

export function profileOf(name: string): Profile {
  const found = PROFILES.find((profile) => profile.name === name);
  if (!found) throw new Error(`Unknown profile "${name}". There are: ${PROFILES.map((each) => each.name).join(', ')}.`);
  return found;
}

/** Swarm: with some faults left out, the others reach states that all together would hide. */
export function drawRates(random: Random, highest: Rates): Rates {
  const quiet = random.chance(0.3);
  const drawn = Object.entries(highest).map(([name, rate]) => [
    name,
    random.chance(quiet ? 0.25 : 0.6) ? (rate as number) * random.next() : 0,
  ]);
  return Object.fromEntries(drawn) as Rates;
}
