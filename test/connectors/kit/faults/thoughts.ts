import type { LineSnapshot } from '../../../../src/connectors/contract.js';
import { eachStep, type PlantedFault, payload, session, wrong } from './plant.js';

/** `plan` and `resolve`. */
export const thoughtFaults: readonly PlantedFault[] = [
  {
    name: 'plan changes what it was given',
    caughtBy: ['plan.pure'],
    named: /plan changes what it was given/,
    plant: session((good) => ({
      plan(change, line) {
        (line as { lineRef: string | null }).lineRef = 'i1';
        return good.plan(change, line);
      },
    })),
  },
  {
    name: 'plan asks the clock',
    caughtBy: ['plan.pure'],
    named: /plan is not pure: it asks the clock/,
    plant: session((good) => ({
      plan(change, line) {
        const plan = good.plan(change, line);
        return { ...plan, warnings: [`Planned at ${new Date().getUTCFullYear()}.`] };
      },
    })),
  },
  {
    name: 'keys of steps are drawn by lot',
    caughtBy: ['plan.same'],
    named: /plan is not pure: it asks chance|plans the same change in two ways/,
    plant: eachStep((step) => ({ ...step, key: crypto.randomUUID() })),
  },
  {
    name: 'the fingerprint holds the operation',
    caughtBy: ['plan.same'],
    named: /The fingerprint depends on the operation/,
    plant: session((good) => ({
      plan: (change, line) => ({ ...good.plan(change, line), fingerprint: `${change.operationId} ${change.quantity}` }),
    })),
  },
  {
    name: 'the fingerprint does not see the line',
    caughtBy: ['plan.fingerprint'],
    named: /The fingerprint is the same for an edited line/,
    plant: session((good) => ({
      plan: (change, line) => ({
        ...good.plan(change, line),
        fingerprint: `${change.kind} ${change.quantity} ${change.effectiveDate}`,
      }),
    })),
  },
  {
    name: 'plan needs the session that read the line',
    caughtBy: ['plan.same'],
    named: /throws no ConnectorError|It stops with|resolves as|It throws/,
    plant: session((good) => {
      let last: LineSnapshot | null = null;
      return {
        snapshot: async (query, signal) => {
          const lines = await good.snapshot(query, signal);
          last = lines[0] ?? null;
          return lines;
        },
        plan(change) {
          if (!last) throw wrong('protocol', 'Nothing was read.');
          return good.plan(change, last);
        },
      };
    }),
  },
  {
    name: 'quantities are taken for differences',
    caughtBy: ['plan.truthful', 'change.quantity'],
    named: /the plan says 22/,
    plant: session((good) => ({
      plan: (change, line) => good.plan({ ...change, quantity: change.quantity + (line.facts[0]?.units ?? 0) }, line),
    })),
  },
  {
    name: 'a step is planned for a line that is as wanted',
    caughtBy: ['plan.empty', 'apply.twice'],
    named: /A line that is as wanted gets 1 steps/,
    plant: session((good) => ({
      plan(change, line) {
        const plan = good.plan(change, line);
        if (plan.steps.length > 0) return plan;
        const more = good.plan({ ...change, quantity: change.quantity + 1 }, line).steps;
        return {
          ...plan,
          steps: more.map((step) => ({ ...payload(step, { units: change.quantity }), after: plan.after })),
        };
      },
    })),
  },
  {
    name: 'a step is no plain data',
    caughtBy: ['plan.pure', 'apply.one'],
    named: /What plan answers is not plain data: steps\[0\]\.payload is a Map/,
    plant: eachStep((step) => ({ ...step, payload: new Map() as never })),
  },
  {
    name: 'days outside the contract are planned',
    caughtBy: ['plan.dates'],
    named: /outside the contract "monthly", throws nothing/,
    plant: session((good) => ({
      plan: (change, line) =>
        good.plan(
          change,
          line.contract ? { ...line, contract: { ...line.contract, startDate: '2000-01-01', endDate: null } } : line,
        ),
    })),
  },
  {
    name: 'the currency does not matter',
    caughtBy: ['plan.currency'],
    named: /A change in EUR on a connection in USD throws nothing|A change in USD for a contract in EUR throws nothing/,
    plant: session((good, { connection: { currency } }) => ({
      plan: (change, line) =>
        good.plan(
          { ...change, currency },
          line.contract ? { ...line, contract: { ...line.contract, currency } } : line,
        ),
    })),
  },
  {
    name: 'a line with a problem is planned',
    caughtBy: ['plan.problem'],
    named: /A plan for a line with a problem throws nothing/,
    plant: session((good) => ({
      plan(change, line) {
        if (!line.problem) return good.plan(change, line);
        const state = { date: change.effectiveDate, units: 0, unitPrice: null, evidence: null };
        return { steps: [], before: state, after: state, fingerprint: '', warnings: [] };
      },
    })),
  },
  {
    name: 'resolve believes in the write',
    caughtBy: ['resolve.untouched', 'resolve.conflict'],
    named: /resolves as applied/,
    plant: session((good) => ({ resolve: (step, line) => ({ ...good.resolve(step, line), state: 'applied' }) })),
  },
  {
    name: 'resolve takes an edit for not applied',
    caughtBy: ['resolve.conflict'],
    named: /resolve as notApplied/,
    plant: session((good) => ({
      resolve(step, line) {
        const found = good.resolve(step, line);
        return found.state === 'conflict' ? { ...found, state: 'notApplied' } : found;
      },
    })),
  },
  {
    name: 'resolve takes an edit for applied',
    caughtBy: ['resolve.conflict'],
    named: /resolve as applied/,
    plant: session((good) => ({
      resolve(step, line) {
        const found = good.resolve(step, line);
        return found.state === 'conflict' ? { ...found, state: 'applied' } : found;
      },
    })),
  },
  {
    name: 'resolve looks at units only',
    caughtBy: ['resolve.price'],
    named: /A price that was never sent resolves as applied/,
    plant: session((good) => ({
      resolve(step, line) {
        const found = good.resolve(step, line);
        return found.observed?.units === step.after.units ? { ...found, state: 'applied' } : found;
      },
    })),
  },
  {
    name: 'resolve settles what could not be read',
    caughtBy: ['plan.problem'],
    named: /A line that could not be read resolves as notApplied/,
    plant: session((good) => ({
      resolve(step, line) {
        const found = good.resolve(step, line);
        return found.state === 'undetermined' ? { ...found, state: 'notApplied' } : found;
      },
    })),
  },
];
