import { readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tsImport } from 'tsx/esm/api';
import type { ConnectorDescriptor } from '../connectors/contract.js';
import {
  type ConformanceSubject,
  type Level,
  type Line,
  levelOf,
  linesOf,
  type Report,
  runConformance,
  toMarkdown,
} from '../connectors/kit/index.js';
import { CommandError, EXIT } from './errors.js';
import type { Terminal } from './terminal.js';

export interface ConformanceOptions {
  readonly markdown?: string;
  readonly against?: string;
  readonly level?: Level;
}

/** Runs the suite, tells the table and the faults; answers the exit code. */
export async function checkConformance(terminal: Terminal, name: string, options: ConformanceOptions): Promise<number> {
  const { against, level, markdown } = options;
  const given = await loadSubject(name);
  const published = against === undefined ? given.published : await readDescriptor(against);
  const report = await run({ ...given, ...(published && { published }) }, terminal, level);
  const lines = linesOf(report);
  const reached = levelOf(report);
  if (markdown !== undefined) await writeFile(markdown, toMarkdown(report));
  if (terminal.json) terminal.value({ ...report, level: reached, lines });
  else tell(terminal, report, lines, level === undefined ? `level ${reached ?? 'none'}` : `only ${level}`);
  return report.results.some(({ status }) => status === 'failed') ? EXIT.found : EXIT.done;
}

async function run(subject: ConformanceSubject, terminal: Terminal, level: string | undefined): Promise<Report> {
  let bar: ReturnType<Terminal['progress']> | null = null;
  try {
    return await runConformance(subject, {
      ...(level !== undefined && { only: (one) => one.level === level }),
      onResult(_result, done, total) {
        bar ??= terminal.progress(total, 'cases');
        bar.to(done);
      },
    });
  } finally {
    (bar as ReturnType<Terminal['progress']> | null)?.end();
  }
}

function tell(terminal: Terminal, { connector, contract, results }: Report, lines: readonly Line[], summary: string) {
  terminal.rows(
    lines,
    {
      LEVEL: ({ level: at }) => at,
      CAPABILITY: ({ capability }) => capability,
      PASSED: ({ passed }) => passed,
      FAILED: ({ failed }) => failed || '',
      'TO DO': ({ todo }) => todo || '',
      SKIPPED: ({ skipped }) => skipped || '',
      WHY: ({ reasons }) =>
        reasons
          .filter((text) => /^(skipped|todo): /.test(text))
          .map((text) => text.replace(/^\w+: /, ''))
          .join('; '),
    },
    'No case was run.',
  );
  const faults = results.filter(({ status }) => status === 'failed');
  if (faults.length > 0) terminal.line(`\n${faults.length} of ${results.length} cases failed:`);
  for (const { id, reason } of faults) terminal.line(`  ${id}: ${reason}`);
  terminal.line(`\n${connector.title} ${connector.version}, contract ${contract}: ${summary}.`);
}

/** `conformance` of a package's `<package>/conformance`, of the package in a folder, or of a file; TypeScript as it is. */
async function loadSubject(name: string): Promise<ConformanceSubject> {
  const { specifier, from } = await placeOf(name);
  let found: { readonly conformance?: ConformanceSubject };
  try {
    found = (await tsImport(specifier, pathToFileURL(join(from, 'package.json')).href)) as typeof found;
  } catch (error) {
    throw new CommandError(`${specifier} cannot be loaded: ${(error as Error).message}`, EXIT.wrongUse);
  }
  if (typeof found.conformance?.start === 'function') return found.conformance;
  throw new CommandError(`${specifier} does not export \`conformance\` with a function \`start\`.`, EXIT.wrongUse);
}

async function placeOf(name: string): Promise<{ specifier: string; from: string }> {
  const path = resolve(name);
  const found = await stat(path).catch(() => null);
  if (found?.isFile()) return { specifier: pathToFileURL(path).href, from: path };
  if (!found) return { specifier: `${name}/conformance`, from: process.cwd() };
  const text = await readFile(join(path, 'package.json'), 'utf8').catch(() => {
    throw new CommandError(`${name} is a folder without a package.json.`, EXIT.wrongUse);
  });
  const { name: own } = JSON.parse(text) as { readonly name?: string };
  return { specifier: `${own}/conformance`, from: path };
}

async function readDescriptor(file: string): Promise<ConnectorDescriptor> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ConnectorDescriptor;
  } catch (error) {
    throw new CommandError(`${file} is no descriptor: ${(error as Error).message}`, EXIT.wrongUse);
  }
}
