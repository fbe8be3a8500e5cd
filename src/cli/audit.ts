import { Command, InvalidArgumentError, Option } from 'commander';
import { MOVES } from '../audit/entry.js';
import type { ExportFlags } from './audit-export.js';
import type { VerifyFlags } from './audit-verify.js';
import { contextOf, type Host } from './context.js';

/** `audit ...`: what an auditor and an operator do with the log. */
export function auditCommand(host: Host): Command {
  const group = new Command('audit').description('the audit log');
  for (const command of [tail, verify, exportCommand, checkpoint, publicKey, retain]) group.addCommand(command(host));
  return group;
}

/** As in `auditFormats` of src/audit/export, which is loaded only when it is needed. */
const FORMATS = ['ndjson', 'csv', 'cloudevents', 'cloudevents-batch'];
const ORGANIZATION = ['--organization <name or id>', 'of this organization only'] as const;

function tail(host: Host): Command {
  return new Command('tail')
    .description('show the newest events, and with --follow each new one as it happens')
    .option('-n, --lines <count>', 'how many of the newest events', wholeNumber, 20)
    .option('-f, --follow', 'go on until Ctrl-C')
    .option(...ORGANIZATION)
    .action(async (options: { lines: number; follow?: boolean; organization?: string }, command: Command) => {
      const { tailAudit } = await import('./audit-tail.js');
      await tailAudit(contextOf(command, host), options);
    });
}

function verify(host: Host): Command {
  return new Command('verify')
    .description('find and name every changed, deleted, inserted or swapped row; exit code 3 when there is one')
    .option(...ORGANIZATION)
    .option(
      '--checkpoints <file>',
      'compare with checkpoints kept elsewhere, one JSON a line; may be repeated',
      collect,
      [],
    )
    .option('--part', 'these files are only a part of what was written: what they lack is counted, not found')
    .option('--public-key <file>', 'also believe what this key (PEM) has signed; may be repeated', collect, [])
    .action(async (options: VerifyFlags, command: Command) => {
      const { verifyLog } = await import('./audit-verify.js');
      await verifyLog(contextOf(command, host), options);
    });
}

function exportCommand(host: Host): Command {
  return new Command('export')
    .description('write events to stdout or a file; that it was done is told in the log')
    .addOption(new Option('--format <format>', 'how they are written').choices(FORMATS).default('ndjson'))
    .option('--out <file>', 'to this file instead of stdout; an unfinished one is continued where a cursor is given')
    .option('--after <cursor>', 'only what came behind an earlier export, whose cursor this is')
    .option('--cursor-file <file>', 'go on behind the cursor in this file, and keep it there')
    .option(...ORGANIZATION)
    .option('--from <time>', 'events at or after this time (ISO 8601)', moment)
    .option('--to <time>', 'events before this time (ISO 8601)', moment)
    .option('--operation <code>', 'of this operation, such as CreateConnectorConnection; may be repeated', collect)
    .addOption(statusOption())
    .option('--connection <id or alias>', 'about this connection; may be repeated', collect)
    .action(async (options: ExportFlags, command: Command) => {
      const { exportLog } = await import('./audit-export.js');
      await exportLog(contextOf(command, host), options);
    });
}

function checkpoint(host: Host): Command {
  return new Command('checkpoint')
    .description('sign the present end of the log now, and write it outside; a running gateway does so each hour')
    .option(...ORGANIZATION)
    .action(async (options: { organization?: string }, command: Command) => {
      const { makeCheckpoint } = await import('./audit-checkpoint.js');
      await makeCheckpoint(contextOf(command, host), options.organization);
    });
}

function publicKey(host: Host): Command {
  return new Command('public-key')
    .description('print the key that checks checkpoints (PEM)')
    .action(async (_options, command: Command) => {
      const { printPublicKey } = await import('./audit-checkpoint.js');
      await printPublicKey(contextOf(command, host));
    });
}

function retain(host: Host): Command {
  return new Command('retain')
    .description('remove whole old months that signed checkpoints cover')
    .requiredOption('--months <count>', 'whole months kept before the present one', wholeNumber)
    .option('--dry-run', 'only tell what would go')
    .action(async (options: { months: number; dryRun?: boolean }, command: Command) => {
      const { retainLog } = await import('./audit-retention.js');
      await retainLog(contextOf(command, host), options);
    });
}

const statusOption = () =>
  new Option('--status <status>', 'that lead to this status; may be repeated').argParser(
    (value: string, before: readonly string[] = []) => {
      if (!(value in MOVES)) throw new InvalidArgumentError(`It must be one of ${Object.keys(MOVES).join(', ')}.`);
      return [...before, value];
    },
  );

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function moment(text: string): Date {
  const at = new Date(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(at.getTime())) {
    throw new InvalidArgumentError('It must be a time such as 2026-10-01 or 2026-10-01T12:00:00Z.');
  }
  return at;
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
