import { readFile } from 'node:fs/promises';
import ts from 'typescript';
import type { createDrain } from '../../src/delivery/drain.js';
import { REAL_RULES, type Rules } from './schedule.js';

/** One rule of the algorithm, broken on purpose: in the text of a lane's turn, or in what surrounds it. */
export interface Mutant {
  readonly name: string;
  readonly rules?: Partial<Rules>;
  /** Each `from` must occur exactly once in turn.ts, so that a mutant never becomes the real thing unnoticed. */
  readonly edits?: readonly { readonly from: string; readonly to: string }[];
  readonly profile?: string;
}

const RESEND_AT_ONCE = {
  from: 'return quarantine(turn, item, sent, entryError(error));',
  to: `Object.defineProperty(error, 'outcome', { value: 'notApplied' });
      Object.defineProperty(error, 'retryable', { value: true });
      return refused(turn, item, sent, error);`,
};
const RESEND_UNREAD = {
  from: 'const read = told(item, sent.step, seen);',
  to: `const { before, after } = sent.step;
      const plan = { steps: [sent.step], before, after, fingerprint: '', warnings: [] };
      return apply(turn, item, options.session(item.connection), sent, plan);
      const read = null as never;`,
};

export const MUTANTS: readonly Mutant[] = [
  { name: 'no quarantine: reads right after an unknown outcome', rules: { quarantine: false } },
  { name: 'a quarantine shorter than a write may take to land', profile: 'short-quarantine' },
  { name: 'no clock check before the send', rules: { checksClock: false }, profile: 'pauses' },
  { name: 'blind retry on an unknown outcome', edits: [RESEND_AT_ONCE] },
  { name: 'sends the stored write again without reading', profile: 'pauses', edits: [RESEND_UNREAD] },
  {
    name: 'never sends again, calls it done',
    edits: [
      {
        from: "if (shown.state === 'notApplied' && item.sends < MAX_SENDS) {",
        to: "if (shown.state === 'notApplied') { await store.settle(turn.lease, item, sent, { to: 'SUCCEEDED', message: '' }); return 'go on';",
      },
    ],
  },
  { name: 'no fence: whoever lost the lane still writes', rules: { fenced: false } },
  { name: 'differences from stored state, not from a read', rules: { plansFromReads: false }, profile: 'edits' },
  { name: 'nets changes of different days', rules: { netsSameDayOnly: false } },
  { name: 'nets changes of one day over one of a later day', rules: { netsUpToLaterDays: false } },
  { name: 'a server error counts as a refusal', rules: { serverErrorIsUnknown: false } },
  { name: 'goes on past a failed change', rules: { stopsAtFailure: false } },
  {
    name: 'forgets an interrupted write',
    edits: [{ from: 'if (open) return verify(turn, item, open, seen);', to: '' }],
  },
  {
    name: 'believes an acknowledgement without reading back',
    profile: 'edits',
    edits: [
      {
        from: 'const shown = asAcknowledged(sent.step, back);',
        to: "const shown = { state: 'applied' as const, observed: null, evidence: '', lineRef: undefined };",
      },
    ],
  },
  {
    name: 'plans from reads that may be old',
    edits: [{ from: 'const doubt = mayBeOld(item, plan, seen.began);', to: 'const doubt = null as Date | null;' }],
  },
  {
    name: 'ignores what a conflict says',
    profile: 'edits',
    edits: [
      {
        from: "const shown = read.state === 'applied' && read.warning ? ({ ...read, state: 'conflict' } as const) : read;",
        to: "const shown = read.state === 'conflict' ? ({ ...read, state: 'applied' } as const) : read;",
      },
    ],
  },
  {
    name: 'gives a late send up without a wake-up',
    rules: { sweeps: false },
    edits: [{ from: 'tooLate()));\n      await store.wakeLater(turn.lease, item.databaseNow);', to: 'tooLate()));' }],
  },
  {
    name: 'no wake-up after the quarantine',
    rules: { sweeps: false },
    edits: [
      { from: '      error,\n    });\n    await store.wakeLater(turn.lease, due);', to: '      error,\n    });' },
    ],
  },
  { name: 'nobody looks for forgotten lanes', rules: { sweeps: false }, profile: 'crashes' },
  { name: 'dates a change before one that was delivered', rules: { staysInOrder: false }, profile: 'backdated' },
  {
    name: 'settles an unknown outcome by a read from before its quarantine ended',
    edits: [
      { from: 'if (!seen || turn.verifying !== sent.stepId) {', to: 'if (!seen) {' },
      { from: 'if (due > item.databaseNow) {', to: 'if (due > item.databaseNow && !seen) {' },
      {
        from: "if (shown.state !== 'applied') return quarantine(turn, item, sent, readBackDiffers(shown));",
        to: "if (shown.state !== 'applied') { await quarantine(turn, item, sent, readBackDiffers(shown)); return verify(turn, item, sent, seen); }",
      },
    ],
  },
];

export function rulesOf(mutant: Mutant): Rules {
  return { ...REAL_RULES, ...mutant.rules };
}

/** The drain with a turn as its source says after the edits, on the same other modules as the real one. */
export async function drainOf(mutant: Mutant): Promise<typeof createDrain> {
  let source = await readSource('turn');
  for (const { from, to } of mutant.edits ?? []) {
    if (source.split(from).length !== 2) throw new Error(`"${from}" occurs not once in turn.ts; adapt the mutant.`);
    source = source.replace(from, () => to);
  }
  const turn = await evaluate(source, {});
  const drain = await evaluate(await readSource('drain'), { './turn.js': turn });
  return drain.createDrain as typeof createDrain;
}

const readSource = (name: string) => readFile(new URL(`../../src/delivery/${name}.ts`, import.meta.url), 'utf8');

/** The exports of a text in src/delivery. What it imports is the real thing, but for what is given. */
async function evaluate(source: string, given: Record<string, object>): Promise<Record<string, unknown>> {
  const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  const code = ts.transpileModule(source, { compilerOptions: options }).outputText;
  const modules = new Map(Object.entries(given));
  for (const [, name = ''] of code.matchAll(/require\("(\.[^"]+)"\)/g)) {
    if (!modules.has(name))
      modules.set(name, await import(new URL(`../../src/delivery/${name}`, import.meta.url).href));
  }
  const exported: Record<string, unknown> = {};
  new Function('require', 'exports', code)((name: string) => modules.get(name), exported);
  return exported;
}
