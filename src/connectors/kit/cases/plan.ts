import type { Change, LineSnapshot } from '../../contract.js';
import { BASIC, changeOf, errorOf, MID_MONTH, someKind } from '../bench.js';
import { must, shown } from '../failure.js';
import { equal } from '../plain.js';
import { CHANGES, type ConformanceCase, needsQuantity } from './case.js';
import { settled } from './settled.js';

const about = { level: 'Write', capability: 'plan' } as const;

/** What a plan is. That it is pure is watched in every case. */
export const planCases: readonly ConformanceCase[] = [
  {
    ...about,
    id: 'plan.pure',
    title: 'A plan makes no call, asks no clock and leaves its arguments alone',
    skip: needsQuantity,
    async run({ ready, wire, writes }) {
      await ready();
      const calls = wire.calls.length;
      await settled();
      must(wire.calls.length === calls, 'plan is not pure: it makes a call.');
      must(writes() === 0, `plan writes: ${writes()} writes arrived before apply was called.`);
    },
  },
  {
    ...about,
    id: 'plan.same',
    title: 'Equal input gives an equal plan, in another session too; another operation is no other input',
    skip: needsQuantity,
    async run({ open, target, line }) {
      const session = open();
      const seen = await line(session, target(), MID_MONTH);
      const wanted = changeOf('quantity', { quantity: 12 });
      const first = session.plan(wanted, seen);
      must(equal(first, session.plan(wanted, seen)), 'The same session plans the same change in two ways.');
      const other = open().plan({ ...wanted, operationId: 'op_2' }, seen);
      must(other.fingerprint === first.fingerprint, 'The fingerprint depends on the operation or the session.');
      must(
        equal(
          other.steps.map(({ key }) => key),
          first.steps.map(({ key }) => key),
        ),
        'The keys of steps depend on the operation.',
      );
      const again = session.plan(wanted, await line(open(), target(), MID_MONTH));
      must(
        again.fingerprint === first.fingerprint,
        'The fingerprint differs from one read of the same line to the next.',
      );
    },
  },
  {
    ...about,
    id: 'plan.fingerprint',
    title: 'The fingerprint changes when the change or the line does',
    skip: needsQuantity,
    async run({ open, target, line, simulation }) {
      const session = open();
      const planned = async (more: Partial<Change>, seen?: LineSnapshot) =>
        session.plan(
          changeOf('quantity', { quantity: 12, ...more }),
          seen ?? (await line(session, target(), MID_MONTH)),
        );
      const first = await planned({});
      const others = [await planned({ quantity: 13 }), await planned({ effectiveDate: '2026-12-11' })];
      await simulation.edit(BASIC, 11, MID_MONTH);
      others.push(await planned({}));
      const names = ['another quantity', 'another day', 'an edited line'];
      const same = others.findIndex(({ fingerprint }) => fingerprint === first.fingerprint);
      must(same < 0, `The fingerprint is the same for ${names[same]}.`);
    },
  },
  {
    ...about,
    id: 'plan.empty',
    title: 'A line that is as wanted needs no steps',
    skip: needsQuantity,
    async run({ open, target, line }) {
      const session = open();
      const seen = await line(session, target(), MID_MONTH);
      for (const more of [{}, { unitPrice: '6.60', unitCost: '5.10' }]) {
        const { steps } = session.plan(changeOf('quantity', more), seen);
        must(steps.length === 0, `A line that is as wanted gets ${steps.length} steps: ${steps[0]?.label}.`);
      }
    },
  },
  {
    ...about,
    id: 'plan.truthful',
    title: 'A plan says what is billed before and what will be after; each step has a label and a key of its own',
    skip: needsQuantity,
    async run({ ready }) {
      const { plan } = await ready();
      const { before, after, steps } = plan;
      must(before.units === 10, `Before the change 10 units are billed; the plan says ${before.units}.`);
      must(after.units === 12, `The change wants 12 units; the plan says ${after.units}.`);
      must(after.date === MID_MONTH, `The change counts from ${MID_MONTH}; the plan says ${after.date}.`);
      must(
        steps.every(({ label, key }) => label && key),
        'A step has no label or no key.',
      );
      must(new Set(steps.map(({ key }) => key)).size === steps.length, 'Two steps of a plan have one key.');
      const last = steps.at(-1);
      must(last?.after.units === 12, `The last step leads to ${last?.after.units} units, not to 12.`);
    },
  },
  {
    ...about,
    id: 'plan.undeclared',
    title: 'A kind of change that is not declared is refused as unsupported, one that is declared is not',
    async run({ open, target, line, descriptor }) {
      const session = open();
      const seen = await line(session, target(), MID_MONTH);
      for (const kind of CHANGES) {
        const plan = () => session.plan(changeOf(kind, { quantity: 12 }), seen);
        if (descriptor.capabilities.changes[kind]) {
          const error = await errorOf('', plan).catch(() => null);
          must(error?.kind !== 'unsupported', `${kind} is declared, but plan refuses it as unsupported.`);
          continue;
        }
        const error = await errorOf(`A plan of a ${kind}, which is not declared,`, plan);
        must(error.kind === 'unsupported', `A plan of a ${kind}, which is not declared, throws ${error.kind}.`);
      }
    },
  },
  {
    ...about,
    id: 'plan.dates',
    title: 'A day outside the contract is refused before anything is sent',
    async run({ open, target, line, descriptor }) {
      const session = open();
      const kind = someKind(descriptor);
      for (const [contract, effectiveDate] of [
        ['monthly', '2025-12-31'],
        ['monthly', '2029-01-01'],
        ['ended', MID_MONTH],
      ] as const) {
        const seen = await line(session, target({ contract, service: 'basic' }), effectiveDate);
        const what = `A plan for ${effectiveDate}, outside the contract "${contract}",`;
        const error = await errorOf(what, () => session.plan(changeOf(kind, { quantity: 12, effectiveDate }), seen));
        must(error.kind === 'precondition', `${what} throws ${error.kind}, not precondition.`);
      }
    },
  },
  {
    ...about,
    id: 'plan.currency',
    title: 'A change in another currency than the contract or the connection is refused',
    async run({ open, target, line, descriptor }) {
      const kind = someKind(descriptor);
      const refused = async (what: string, currency: string, change: Partial<Change>, contract: string) => {
        const session = open({ currency });
        const seen = await line(session, target({ contract, service: 'basic' }), MID_MONTH);
        const error = await errorOf(what, () => session.plan(changeOf(kind, { quantity: 12, ...change }), seen));
        must(error.kind === 'precondition', `${what} throws ${error.kind}, not precondition.`);
      };
      await refused('A change in EUR on a connection in USD', 'USD', { currency: 'EUR' }, 'monthly');
      await refused('A change in USD for a contract in EUR', 'USD', {}, 'euro');
    },
  },
  {
    ...about,
    id: 'plan.problem',
    title: 'A line that could not be read is not planned, and settles nothing',
    async run({ open, target, ready, descriptor }) {
      const { step } = await ready();
      const session = open();
      const [seen] = await session.snapshot({ targets: [{ ...target(), contractId: '99999999' }], from: MID_MONTH });
      must(seen !== undefined && seen.problem !== null, 'A contract that does not exist is no problem of its line.');
      const wanted = changeOf(someKind(descriptor), { quantity: 12 });
      const error = await errorOf('A plan for a line with a problem', () => session.plan(wanted, seen));
      must(error.kind === seen.problem.kind, `The problem is ${seen.problem.kind}; plan throws ${error.kind}.`);
      const { state } = session.resolve(step, seen);
      must(state === 'undetermined', `A line that could not be read resolves as ${state}, not undetermined.`);
    },
  },
  {
    ...about,
    id: 'plan.stored',
    title: 'A step is whole: stored and read again, it is sent by another process',
    skip: needsQuantity,
    async run({ ready, open, line, target, billed }) {
      const { step } = await ready();
      await open().apply(step);
      const reader = open();
      const { state, evidence } = reader.resolve(step, await line(reader, target(), MID_MONTH));
      must(state === 'applied', `A step that another process sent resolves as ${state}: ${evidence}`);
      const { units } = await billed(BASIC, step.after.date);
      must(
        units === step.after.units,
        `A step that another process sent leads to ${shown(units)} units, not to ${step.after.units}.`,
      );
    },
  },
];
