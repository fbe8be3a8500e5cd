import { CONTRACT_VERSION } from '../contract.js';
import { LEVELS, type Level } from './cases/case.js';
import { type CaseResult, conformanceCases, openRig, type Report, type RunOptions } from './run.js';
import type { ConformanceSubject } from './subject.js';

/** Runs the suite against a connector and its simulator. Throws only when the simulator does not start. */
export async function runConformance(subject: ConformanceSubject, options: RunOptions = {}): Promise<Report> {
  const { onResult, only = () => true } = options;
  const cases = conformanceCases.filter(only);
  const rig = await openRig(subject);
  try {
    const results = [];
    for (const one of cases) {
      const result = await rig.run(one);
      results.push(result);
      onResult?.(result, results.length, cases.length);
    }
    const { id, title, version } = rig.descriptor;
    return { connector: { id, title, version }, contract: CONTRACT_VERSION, results };
  } finally {
    await rig.close();
  }
}

/** One line of the table: a capability at a level. */
export interface Line {
  readonly level: Level;
  readonly capability: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Cases that need a part which is not written yet. */
  readonly todo: number;
  /** The faults, then what is to be written, then the reasons for what was skipped, each once. */
  readonly reasons: readonly string[];
}

export function linesOf({ results }: Report): Line[] {
  return groupsOf(results)
    .map((group) => {
      const count = (status: string) => group.filter((each) => each.status === status).length;
      const reasons = ['failed', 'todo', 'skipped'].flatMap((status) =>
        group.filter((each) => each.status === status).map(({ id, reason }) => ({ id, status, reason })),
      );
      const texts = reasons.map(({ id, status, reason }) =>
        status === 'failed' ? `${id}: ${reason}` : `${status}: ${reason}`,
      );
      const [{ level = 'Basic', capability = '' } = {}] = group;
      return {
        ...{ level, capability, passed: count('passed'), failed: count('failed'), skipped: count('skipped') },
        todo: count('todo'),
        reasons: [...new Set(texts)],
      } as const;
    })
    .toSorted((one, other) => LEVELS.indexOf(one.level) - LEVELS.indexOf(other.level));
}

function groupsOf(results: Report['results']): Report['results'][] {
  const groups = new Map<string, Report['results'][number][]>();
  for (const result of results) {
    const key = `${result.level} ${result.capability}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()];
}

const WANTING: readonly string[] = ['failed', 'todo'] satisfies CaseResult['status'][];

/**
 * The highest level of which, and of all below, no case failed or is to do and at least one passed; null when not even Basic is
 * reached. Where nothing can be compared, Compatible is not reached, and nothing is wrong.
 */
export function levelOf({ results }: Report): Level | null {
  let reached: Level | null = null;
  for (const level of LEVELS) {
    const here = results.filter((each) => each.level === level);
    const good = here.some(({ status }) => status === 'passed') && !here.some(({ status }) => WANTING.includes(status));
    if (!good) break;
    reached = level;
  }
  return reached;
}

/** The report as Markdown: the level, the table by capability, the faults. */
export function toMarkdown(report: Report): string {
  const { connector, contract, results } = report;
  const level = levelOf(report);
  const cell = (text: string | number) => String(text).replaceAll('|', '\\|').replace(/\s+/g, ' ');
  const rows = linesOf(report).map(({ level: at, capability, passed, failed, todo, skipped, reasons }) =>
    [at, capability, passed, failed, todo, skipped, reasons.join('; ')].map(cell).join(' | '),
  );
  const faults = results.filter(({ status }) => status === 'failed');
  return [
    `# Conformance of ${connector.title} ${connector.version}`,
    '',
    `Contract ${contract}. Level reached: **${level ?? 'none'}**.`,
    '',
    '| Level | Capability | Passed | Failed | To do | Skipped | Why |',
    '|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
    ...(faults.length === 0 ? [] : ['', '## Faults', '', ...faults.map(({ id, reason }) => `- \`${id}\`: ${reason}`)]),
    '',
  ].join('\n');
}
