import { compare } from '../../src/connectors/autotask/resolve.js';
import type { LineState, Plan, Session, Step, Written } from '../../src/connectors/contract.js';
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
}): Pick<Session, 'plan' | 'apply' | 'resolve'> {
  const { kernel, random, timing, processes, process, psa, trace } = options;

  function read(lane: string, date: string): number {
    const rates = options.rates();
    if (options.secretRevoked()) throw refusal('authInvalid', 'SECRET_REJECTED');
    if (random.chance(rates.readFails)) {
      if (random.chance(0.3)) throw refusal('rateLimited', 'HOURLY_LIMIT', { retryAfterSeconds: random.whole(0, 60) });
      throw refusal('unavailable', 'TIMEOUT');
    }
    const age = random.chance(rates.staleRead) ? random.next() * timing.staleMs : 0;
    const units = psa.standing(lane, dayOf(date), kernel.now() - age);
    trace(`${process.id} reads ${units} units on ${lane}${age > 0 ? `, ${(age / 1000).toFixed(1)} s old` : ''}`);
    return units;
  }

  return {
    plan: ({ operationId, effectiveDate, quantity }, target): Promise<Plan> =>
      processes.call(process, 'plan', true, CALL_MS, () => {
        const units = read(target.contractId, effectiveDate);
        const from = options.rules.plansFromReads ? units : options.acceptedUnits(operationId);
        const before = stateOf(effectiveDate, units);
        const plan = { before, fingerprint: `${units}>${quantity}`, warnings: [] };
        if (quantity === from) return { ...plan, steps: [], after: before };
        const after = stateOf(effectiveDate, quantity);
        const payload = { operation: operationId, unitChange: quantity - from, effectiveDate };
        const label = `Change units from ${from} to ${quantity} on ${effectiveDate}`;
        return { ...plan, after, steps: [{ key: operationId, label, target, payload, before, after }] };
      }),

    resolve: (step) =>
      processes.call(process, 'resolve', true, CALL_MS, () => {
        const units = read(step.target.contractId, step.after.date);
        const seen = { units, unitPrice: null, unitCost: null, ambiguous: false };
        return { observed: stateOf(step.after.date, units), ...compare(step, seen) };
      }),

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
