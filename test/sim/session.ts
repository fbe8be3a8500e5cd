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

  /** What becomes of one write. It leaves at once: the clock was checked the moment before. */
  function apply(step: Step): Promise<Written> {
    const { operation, unitChange } = step.payload as { operation: string; unitChange: number };
    const write: Adjustment = {
      lane: step.target.contractId,
      operation,
      date: step.after.date,
      units: unitChange,
    };
    const left = kernel.now();
    options.stats.sends += 1;
    return new Promise<Written>((resolve, reject) => {
      const killed = () => !process.alive && random.chance(0.3);
      processes.strike(process, 'before the write');
      if (!killed()) leave();
      processes.strike(process, 'after the write left');
      kernel.parked();

      function leave(): void {
        const rates = options.rates();
        const quick = random.between(50, 1_500);
        if (options.secretRevoked()) return answer(quick, refusal('authInvalid', 'SECRET_REJECTED'));
        if (random.chance(rates.unreachable)) return answer(quick, refusal('unavailable', 'UNREACHABLE'));
        if (random.chance(rates.tooManyRequests)) {
          const wait = random.chance(0.5) ? { retryAfterSeconds: random.whole(1, 300) } : {};
          return answer(quick, refusal('rateLimited', 'THREAD_LIMIT', wait));
        }
        if (random.chance(rates.refused)) {
          options.stats.refused.add(operation);
          return answer(quick, refusal('invalid', 'REFUSED'));
        }
        const lost = random.chance(rates.requestLost);
        const late = random.chance(rates.landsLate);
        const arrives = late ? random.next() * timing.landingMs : quick;
        const failing = random.chance(rates.serverError);
        const unheard = lost || random.chance(rates.answerLost);
        trace(`${process.id} sends ${operation} ${unitChange}: ${lost ? 'LOST' : `lands in ${Math.round(arrives)} ms`}`);
        let refusedWith: ConnectorError | null = null;
        if (!lost) kernel.after(arrives, land);
        if (failing) {
          // A proxy gives up before or after the server behind it did the work.
          const meanwhile = random.chance(0.5) ? quick : arrives + random.between(10, 500);
          if (meanwhile < timing.writeTimeoutMs) return answer(meanwhile, serverError());
        }
        if (unheard && random.chance(0.5)) return answer(random.between(10, 30_000), unknown('WRITE_ANSWER_LOST'));
        const answered = arrives + random.between(10, 1_000);
        if (unheard || answered >= timing.writeTimeoutMs) return answer(timing.writeTimeoutMs, unknown('WRITE_TIMEOUT'));
        kernel.after(answered, () => reply(refusedWith));
        return undefined;

        function land(): void {
          try {
            psa.land(write);
          } catch (error) {
            refusedWith = error as ConnectorError;
            if (refusedWith.code === 'UNITS_BELOW_ZERO') options.stats.refused.add(operation);
          }
        }
      }

      function answer(after: number, error: ConnectorError): undefined {
        kernel.after(after, () => reply(error));
        return undefined;
      }

      function reply(error: ConnectorError | null): void {
        if (!process.alive) return;
        if (!process.paused) processes.strike(process, 'at the answer of the write');
        trace(`${operation}: the answer after ${Math.round(kernel.now() - left)} ms is ${error?.code ?? 'done'}`);
        processes.deliver(process, () => (error ? reject(error) : resolve({})));
      }
    });
  }

  function serverError(): ConnectorError {
    if (!options.rules.serverErrorIsUnknown) return refusal('unavailable', 'SERVER_ERROR');
    return unknown('WRITE_ANSWER_UNREADABLE');
  }
}

function unknown(code: string): ConnectorError {
  return new ConnectorError('unknownOutcome', 'No trustworthy answer came.', { code, outcome: 'unknown' });
}

function stateOf(date: string, units: number): LineState {
  return { date, units, unitPrice: null, evidence: null };
}
