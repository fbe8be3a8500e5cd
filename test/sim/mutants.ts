import { readFileSync } from 'node:fs';
import ts from 'typescript';
import * as errors from '../../src/connectors/errors.js';
import * as callMeter from '../../src/delivery/call-meter.js';
import type { createDrain } from '../../src/delivery/drain.js';
import * as lane from '../../src/delivery/lane.js';
import * as period from '../../src/delivery/period.js';
import { REAL_RULES, type Rules } from './schedule.js';

/** One rule of the algorithm, broken on purpose: in the text of the drain, or in what surrounds it. */
export interface Mutant {
  readonly name: string;
  readonly rules?: Partial<Rules>;
  /** Each `from` must occur exactly once in drain.ts, so that a mutant never becomes the real thing unnoticed. */
  readonly edits?: readonly { readonly from: string; readonly to: string }[];
  readonly profile?: string;
}

const RESEND_AT_ONCE = {
  from: 'return quarantine(item, sent, entryError(error));',
  to: "return refused(item, sent, new ConnectorError('unavailable', 'again', { code: 'AGAIN', outcome: 'notApplied' }));",
};
const RESEND_UNREAD = {
  from: 'const read = await readBack(options.session(item.connection), sent.step);',
  to: `const { before, after } = sent.step;
      return apply(options.session(item.connection), item, sent, { steps: [], before, after, fingerprint: '', warnings: [] });
      const read = null;`,
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
        from: "if (seen.state === 'notApplied' && item.sends < MAX_SENDS) {",
        to: "if (seen.state === 'notApplied') { await store.settle(lease, item, sent, { to: 'SUCCEEDED', message: '' }); return 'go on';",
      },
    ],
  },
  { name: 'no fence: whoever lost the lane still writes', rules: { fenced: false } },
  { name: 'differences from stored state, not from a read', rules: { plansFromReads: false }, profile: 'edits' },
  { name: 'nets changes of different days', rules: { netsSameDayOnly: false } },
  { name: 'a server error counts as a refusal', rules: { serverErrorIsUnknown: false } },
  { name: 'goes on past a failed change', rules: { stopsAtFailure: false } },
  { name: 'forgets an interrupted write', edits: [{ from: 'if (open) return verify(item, open);', to: '' }] },
  {
    name: 'believes an acknowledgement without reading back',
    profile: 'edits',
    edits: [
      {
        from: 'const seen = await readBack(session, sent.step);',
        to: "const seen = { state: 'applied' as const, observed: null, evidence: '', lineRef: undefined };",
      },
    ],
  },
  {
    name: 'plans from reads that may be old',
    edits: [{ from: 'const doubt = mayBeOld(item, plan);', to: 'const doubt = null as Date | null;' }],
  },
  {
    name: 'ignores what a conflict says',
    profile: 'edits',
    edits: [
      {
        from: "const seen = read.state === 'applied' && read.warning ? ({ ...read, state: 'conflict' } as const) : read;",
        to: "const seen = read.state === 'conflict' ? ({ ...read, state: 'applied' } as const) : read;",
      },
    ],
  },
  {
    name: 'gives a late send up without a wake-up',
    rules: { sweeps: false },
    edits: [{ from: 'await store.wakeLater(lease, item.databaseNow);', to: '' }],
  },
  {
    name: 'no wake-up after the quarantine',
    rules: { sweeps: false },
    edits: [
      { from: '        error,\n      });\n      await store.wakeLater(lease, due);', to: '        error,\n      });' },
    ],
  },
  { name: 'nobody looks for forgotten lanes', rules: { sweeps: false }, profile: 'crashes' },
];

export function rulesOf(mutant: Mutant): Rules {
  return { ...REAL_RULES, ...mutant.rules };
}

const modules: { readonly [name: string]: object } = {
  '../connectors/errors.js': errors,
  './call-meter.js': callMeter,
  './lane.js': lane,
  './period.js': period,
};

/** The drain as its source says after the edits, on the same modules as the real one. */
export function drainOf(mutant: Mutant): typeof createDrain {
  let source = readFileSync(new URL('../../src/delivery/drain.ts', import.meta.url), 'utf8');
  for (const { from, to } of mutant.edits ?? []) {
    if (source.split(from).length !== 2) throw new Error(`"${from}" occurs not once in drain.ts; adapt the mutant.`);
    source = source.replace(from, () => to);
  }
  const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  const code = ts.transpileModule(source, { compilerOptions: options }).outputText;
  const exported: { createDrain?: typeof createDrain } = {};
  const load = (name: string) => {
    const found = modules[name];
    if (!found) throw new Error(`drain.ts imports ${name}, which mutants do not know; add it.`);
    return found;
  };
  new Function('require', 'exports', code)(load, exported);
  return exported.createDrain!;
}
