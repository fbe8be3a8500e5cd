import { compare } from '../../src/connectors/autotask/resolve.js';
import type { LineSnapshot, LineState, Plan, Session, Step, Written } from '../../src/connectors/contract.js';
import { ConnectorError } from '../../src/connectors/errors.js';
import { dayOf } from './days.js';
import type { Kernel } from './kernel.js';
import type { Process, Processes } from './processes.js';
import type { Rates, Timing } from './profile.js';
import { type Adjustment, type Psa, refusal } from './psa.js';
import type { Random } from './random.js';

/** Rules of the connector that a mutant may leave out. */
export interface SessionRules {
  /** The difference is computed from a fresh read, not from what was true when the change was accepted. */
  readonly plansFromReads: boolean;
  /** A server error without a reason says nothing about the effect. */
  readonly serverErrorIsUnknown: boolean;
}

export interface SessionStats {
  sends: number;
  /** Operations with a refusal that stands. */
  readonly refused: Set<string>;
}

const CALL_MS = 400;

/**
 * A connector session with the decisions of the Autotask connector, on a PSA whose network loses requests and answers,
 * delays writes up to the vendor's time limit, fails after the effect, and whose reads may be old.
 */
export function createPsaSession(options: {
  readonly kernel: Kernel;
  readonly random: Random;
  readonly rates: () => Rates;
  readonly timing: Timing;
  readonly rules: SessionRules;
  readonly processes: Processes;
  readonly process: Process;
  readonly psa: Psa;
  readonly stats: SessionStats;
  readonly secretRevoked: () => boolean;
  readonly acceptedUnits: (operation: string) => number;
  readonly trace: (text: string) => void;
}): Pick<Session, 'snapshot' | 'plan' | 'apply' | 'resolve'> {
  const { kernel, random, timing, processes, process, psa, trace } = options;

  /** When what a read shows was true, for one line of it. */
  function read(lane: string): number {
    const age = random.chance(options.rates().staleRead) ? random.next() * timing.staleMs : 0;
    if (age > 0) trace(`${process.id} reads ${lane}, ${(age / 1000).toFixed(1)} s old`);
    return kernel.now() - age;
  }

  function failRead(): void {
    if (options.secretRevoked()) throw refusal('authInvalid', 'SECRET_REJECTED');
    if (!random.chance(options.rates().readFails)) return;
    if (random.chance(0.3)) throw refusal('rateLimited', 'HOURLY_LIMIT', { retryAfterSeconds: random.whole(0, 60) });
    throw refusal('unavailable', 'TIMEOUT');
  }

  /** Later changes of units that a read shows are taken back first, the latest first: several steps of one change. */
  function takeBack(operationId: string, date: string, line: LineSnapshot): Step[] {
    const later = line.facts.filter((fact) => fact.date > date);
    return later
      .map(({ date: day, units }): [string, number, number] => {
        const before = line.facts.findLast((fact) => fact.date < day)?.units ?? units;
        return [day, units, before];
      })
      .filter(([, units, before]) => units !== before)
      .reverse()
      .map((change) => ({ ...stepTo(operationId, line.target, change), restores: true as const }));
  }

  const unitsAt = (line: LineSnapshot, date: string) => {
    const { asOf } = line.evidence as { readonly asOf: number };
    return psa.unitsOn(line.target.contractId, dayOf(date), asOf);
  };

  return {
    snapshot: ({ targets }) =>
      processes.call(process, `a read of ${targets.length}`, true, CALL_MS, () => {
        failRead();
        return targets.map((target) => psa.snapshot(target, read(target.contractId)));
      }),

    plan({ operationId, effectiveDate, quantity }, line): Plan {
      const units = unitsAt(line, effectiveDate);
      trace(`${process.id} plans ${operationId} from ${units} units`);
      const steps = takeBack(operationId, effectiveDate, line);
      const from = options.rules.plansFromReads ? units : options.acceptedUnits(operationId);
      const before = stateOf(effectiveDate, units);
      const plan = { before, fingerprint: `${units}>${quantity}`, warnings: [] };
      const after = stateOf(effectiveDate, quantity);
      if (quantity !== from) steps.push(stepTo(operationId, line.target, [effectiveDate, from, quantity]));
      return { ...plan, after: quantity === from ? before : after, steps };
    },

    resolve(step, line) {
      const units = unitsAt(line, step.after.date);
      const seen = { units, unitPrice: null, unitCost: null, ambiguous: false };
      return { observed: stateOf(step.after.date, units), ...compare(step, seen) };
    },

    apply: (step) => apply(step),
  };

  /** One write. It leaves at once: the clock was checked the moment before. */
  function apply(step: Step): Promise<Written> {
    const { operation, unitChange } = step.payload as { operation: string; unitChange: number };
    const write: Adjustment = { lane: step.target.contractId, operation, date: step.after.date, units: unitChange };
    options.stats.sends += 1;
    return new Promise<Written>((resolve, reject) => {
      processes.strike(process, 'before the write');
      const left = process.alive || random.chance(0.7);
      const fate = left ? drawFate(operation) : null;
      let refused: ConnectorError | null = null;
      if (fate) {
        const lands = fate.lands === null ? 'nothing lands' : `lands in ${Math.round(fate.lands)} ms`;
        trace(`${process.id} sends ${operation} ${unitChange}: ${lands}, answered in ${Math.round(fate.answers)} ms`);
        if (fate.lands !== null) kernel.after(fate.lands, land);
        kernel.after(fate.answers, answer);
      }
      processes.strike(process, 'after the write left');
      kernel.parked();

      function land(): void {
        try {
          psa.land(write);
        } catch (error) {
          refused = error as ConnectorError;
          if (refused.code === 'UNITS_BELOW_ZERO') options.stats.refused.add(operation);
        }
      }

      function answer(): void {
        if (!process.alive) return;
        if (!process.paused) processes.strike(process, 'at the answer of the write');
        const error = fate?.error ?? refused;
        trace(`${process.id} is answered ${error?.code ?? 'done'} for ${operation}`);
        processes.deliver(process, () => (error ? reject(error) : resolve({})));
      }
    });
  }

  /** What becomes of a write: when it arrives, if at all, when an answer comes, and which. */
  function drawFate(operation: string): Fate {
    const rates = options.rates();
    const quick = random.between(50, 1_500);
    const refused = (error: ConnectorError): Fate => ({ lands: null, answers: quick, error });
    if (options.secretRevoked()) return refused(refusal('authInvalid', 'SECRET_REJECTED'));
    if (random.chance(rates.unreachable)) return refused(refusal('unavailable', 'UNREACHABLE'));
    if (random.chance(rates.tooManyRequests)) {
      const wait = random.chance(0.5) ? { retryAfterSeconds: random.whole(1, 300) } : {};
      return refused(refusal('rateLimited', 'THREAD_LIMIT', wait));
    }
    if (random.chance(rates.refused)) {
      options.stats.refused.add(operation);
      return refused(refusal('invalid', 'REFUSED'));
    }
    const waited = timing.departureMs * random.next();
    const arrives = waited + (random.chance(rates.landsLate) ? random.next() * timing.landingMs : quick);
    const lands = random.chance(rates.requestLost) ? null : arrives;
    if (random.chance(rates.serverError)) {
      // A proxy gives up before or after the server behind it did the work.
      const answers = random.chance(0.5) ? quick : arrives + random.between(10, 500);
      if (answers < timing.writeTimeoutMs) return { lands, answers, error: serverError() };
    }
    const unheard = lands === null || random.chance(rates.answerLost);
    if (unheard && random.chance(0.5)) {
      return { lands, answers: random.between(10, 30_000), error: unknown('WRITE_ANSWER_LOST') };
    }
    const answers = arrives + random.between(10, 1_000);
    if (!unheard && answers < timing.writeTimeoutMs) return { lands, answers, error: null };
    return { lands, answers: timing.writeTimeoutMs, error: unknown('WRITE_TIMEOUT') };
  }

  function serverError(): ConnectorError {
    if (!options.rules.serverErrorIsUnknown) return refusal('unavailable', 'SERVER_ERROR');
    return unknown('WRITE_ANSWER_UNREADABLE');
  }
}

function stepTo(operation: string, target: Step['target'], [date, from, to]: [string, number, number]): Step {
  const [before, after] = [stateOf(date, from), stateOf(date, to)];
  const payload = { operation, unitChange: to - from, effectiveDate: date };
  const label = `Change units from ${from} to ${to} on ${date}`;
  return { key: `${operation} ${date}`, label, target, payload, before, after };
}

interface Fate {
  readonly lands: number | null;
  readonly answers: number;
  /** Null: the PSA's own answer. */
  readonly error: ConnectorError | null;
}

function unknown(code: string): ConnectorError {
  return new ConnectorError('unknownOutcome', 'No trustworthy answer came.', { code, outcome: 'unknown' });
}

function stateOf(date: string, units: number): LineState {
  return { date, units, unitPrice: null, evidence: null };
}
