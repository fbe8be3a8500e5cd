import { readFile } from 'node:fs/promises';
import type { Finding } from '../audit/proof/finding.js';
import { type PublicKeys, publicKeyFrom, publicKeys } from '../audit/proof/key.js';
import { checkpointPlace, readAuditKeys } from '../audit/proof/key-file.js';
import { isAddress, readOutside } from '../audit/proof/outside.js';
import { type OutsideLog, type OutsideLogs, type Verified, verifyAudit } from '../audit/proof/verify.js';
import { encodeId } from '../schema/ids.js';
import { findingAsJson, ofOrganization } from './audit-json.js';
import type { Context } from './context.js';
import { CommandError, EXIT } from './errors.js';
import { organizationsOf } from './organizations.js';
import { type Store, withStore } from './store.js';
import { oneLine } from './terminal.js';

export interface VerifyFlags {
  readonly organization?: string;
  readonly checkpoints: readonly string[];
  /** The files are only a part of what was written. */
  readonly part?: boolean;
  readonly publicKey: readonly string[];
}

/** `audit verify`. */
export async function verifyLog(context: Context, flags: VerifyFlags): Promise<void> {
  const { terminal } = context;
  const listed: Finding[] = [];
  let findings = 0;
  const verified = await withStore(context, async (store) => {
    const organizations = await organizationsOf(store.db, flags.organization);
    const names = new Map(organizations.map(({ organizationId, name }) => [organizationId, name]));
    const keys = await keysOf(context, store, flags);
    const onFinding = (finding: Finding) => {
      findings += 1;
      if (terminal.json) listed.push(finding);
      else terminal.line(oneLine(lineOf(finding, names.get(finding.organizationId))));
    };
    const progress = { bar: null as ReturnType<typeof terminal.progress> | null };
    try {
      return await verifyAudit({
        ...{ url: store.url, keys, onFinding, signal: store.signal, part: flags.part ?? false },
        outside: () => outsideOf(context, store, flags, keys, onFinding),
        ...(flags.organization !== undefined && { organizationIds: [...names.keys()] }),
        onProgress(done, total) {
          progress.bar ??= terminal.progress(total, 'events');
          progress.bar.to(done);
        },
      });
    } finally {
      progress.bar?.end();
    }
  });
  terminal.value({
    ...verified,
    begins: verified.begins.map(ofOrganization),
    findings: listed.map(findingAsJson),
  });
  tell(context, verified, { findings, part: flags.part ?? false });
  if (findings > 0) process.exitCode = EXIT.found;
  else if (!verified.complete) process.exitCode = EXIT.failed;
}

async function keysOf(context: Context, { dataDir }: Store, { publicKey }: VerifyFlags): Promise<PublicKeys> {
  const { known } = await readAuditKeys(context.config().audit, dataDir);
  const given = await Promise.all(
    publicKey.map(async (file) => {
      const pem = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        throw unreadable(file, error, 'Name a file with the output of "audit public-key".');
      });
      try {
        return publicKeyFrom(pem);
      } catch (error) {
        throw new CommandError(`${file} is no public key: ${(error as Error).message}`, EXIT.wrongUse);
      }
    }),
  );
  return new Map([...known, ...publicKeys(...given)]);
}

/** What was written outside: the named files, else the file of the setting. */
async function outsideOf(
  context: Context,
  { dataDir }: Store,
  flags: VerifyFlags,
  keys: PublicKeys,
  onFinding: (finding: Finding) => void,
): Promise<OutsideLogs | null> {
  const place = checkpointPlace(context.config().audit.checkpoints, dataDir);
  const files = flags.checkpoints.length > 0 ? flags.checkpoints : [place];
  const logs = new Map<string, OutsideLog>();
  for (const file of files) {
    if (isAddress(file)) {
      context.terminal.note('Checkpoints go to a webhook: compare with what it has kept by --checkpoints FILE.');
      return null;
    }
    const read = await readOutside(file, keys, onFinding).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT' || flags.checkpoints.length > 0) {
        throw unreadable(
          file,
          error,
          'Name a file that took checkpoints (GATEWAY_AUDIT_CHECKPOINTS), one JSON a line.',
        );
      }
      // Nothing, as in an empty file: what was delivered there is gone.
      context.terminal.note(`There is no ${file}, where checkpoints are written outside the database.`);
      return logs;
    });
    for (const [id, log] of read) {
      const known = logs.get(id)?.checkpoints ?? [];
      const others = log.checkpoints.filter(({ digest }) => !known.some((one) => one.digest === digest));
      logs.set(id, { ...log, checkpoints: [...known, ...others] });
    }
  }
  return logs;
}

function unreadable(file: string, { code, message }: NodeJS.ErrnoException, next: string): CommandError {
  return new CommandError(`${file} cannot be read (${code ?? message}). ${next}`, EXIT.wrongUse);
}

function lineOf({ kind, organizationId, seq, auditLogId, message }: Finding, name = organizationId): string {
  const where = seq === null ? '' : `event ${seq}`;
  const entry = auditLogId === null ? '' : `(${encodeId('AuditLog', auditLogId)})`;
  return [kind.padEnd(10), name, where, entry, message].filter((part) => part !== '').join(' ');
}

function tell(
  { terminal }: Context,
  verified: Verified,
  { findings, part }: { readonly findings: number; readonly part: boolean },
): void {
  const { organizations, events, entries, checkpoints, notOutside, begins, complete } = verified;
  const what = `${events} events, ${entries} entries, ${checkpoints} checkpoints, ${organizations} organizations`;
  for (const { organizationId, floor, at } of begins) {
    const id = encodeId('Organization', organizationId);
    terminal.line(`The log of ${id} begins behind event ${floor} of ${at}: what came before was removed by retention.`);
  }
  if (notOutside > 0 && part) {
    terminal.line(
      `${notOutside} delivered checkpoints are not in these files, a part of what was written: not compared.`,
    );
  } else if (notOutside > 0) {
    terminal.note(
      'Checkpoints may be in several files: name each by --checkpoints, or say --part when some are elsewhere.',
    );
  }
  if (!complete) terminal.line(`Given up after ${what}.`);
  if (findings > 0) terminal.line(`Not what it was: ${findings} findings in ${what}.`);
  else if (complete) terminal.line(`All as it was written: ${what}.`);
}
