import { type FileHandle, open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { digestOf, openCheckpoint, type SignedCheckpoint, type Statement } from './checkpoint.js';
import type { Known } from './checkpoint-list.js';
import type { Finding } from './finding.js';
import type { PublicKeys } from './key.js';
import type { OutsideLog } from './verify.js';

/** A place outside the database where checkpoints are written. */
export interface Outside {
  /** A path or an address, without secrets: for messages. */
  readonly name: string;
  /** At least once, in their order. Throws when it cannot tell that they arrived. */
  deliver(checkpoints: readonly SignedCheckpoint[]): Promise<void>;
}

const WEBHOOK_LIMIT_MS = 10_000;

/** A webhook, not a file. */
export const isAddress = (place: string): boolean => /^https?:\/\//i.test(place);

/** A file that only grows, or with `https://` (or `http://`) a webhook. */
export function createOutside(place: string): Outside {
  return isAddress(place) ? webhook(new URL(place)) : file(place);
}

function file(path: string): Outside {
  return {
    name: path,
    async deliver(checkpoints) {
      const handle = await open(path, 'a+', 0o600).catch((error: NodeJS.ErrnoException) => {
        throw refused(path, `${error.code}`);
      });
      try {
        await dropTornLine(handle);
        await handle.appendFile(checkpoints.map((one) => `${JSON.stringify(one)}\n`).join(''));
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
  };
}

/** What a power cut left half written was never marked as delivered and comes again. */
async function dropTornLine(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat();
  const tail = Buffer.alloc(Math.min(size, 64 * 1024));
  await handle.read(tail, 0, tail.length, size - tail.length);
  const torn = tail.length - (tail.lastIndexOf('\n') + 1);
  if (torn > 0) await handle.truncate(size - torn);
}

function webhook(url: URL): Outside {
  const name = `${url.origin}${url.pathname}`;
  return {
    name,
    async deliver(checkpoints) {
      for (const checkpoint of checkpoints) {
        const answer = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(checkpoint),
          redirect: 'error',
          signal: AbortSignal.timeout(WEBHOOK_LIMIT_MS),
        }).catch((cause: unknown) => {
          throw refused(name, 'no answer, or a redirection', cause);
        });
        await answer.body?.cancel();
        if (!answer.ok) throw refused(name, `it answered with ${answer.status}`);
      }
    },
  };
}

function refused(name: string, why: string, cause?: unknown): Error {
  const next = 'Mend that, or name another place by GATEWAY_AUDIT_CHECKPOINTS.';
  return new Error(`${name} did not take a checkpoint (${why}). ${next}`, { cause });
}

/**
 * Reads what was written outside, by organization. Lines that are no believable checkpoint are found. Throws when the file
 * cannot be read.
 */
export async function readOutside(
  path: string,
  keys: PublicKeys,
  onFinding: (finding: Finding) => void,
): Promise<Map<string, OutsideLog>> {
  const logs = new Map<string, OutsideLog & { readonly checkpoints: Known[] }>();
  const seen = new Set<string>();
  const handle = await open(path, 'r');
  let line = 0;
  try {
    for await (const text of createInterface({ input: handle.createReadStream({ autoClose: false }) })) {
      line += 1;
      if (text.trim() === '') continue;
      const { statement, digest, fault } = openLine(text, keys);
      if (digest && seen.has(digest)) continue;
      if (digest) seen.add(digest);
      const scope = { tenantId: statement?.tenantId ?? '', organizationId: statement?.organizationId ?? '' };
      if (fault || !statement || !digest) {
        const message = `Line ${line} of ${path}: ${fault}.`;
        onFinding({ ...scope, kind: 'CHECKPOINT', seq: null, auditLogId: null, message });
        continue;
      }
      const log = logs.get(scope.organizationId) ?? { ...scope, checkpoints: [] };
      const { number, at, seq, hash, floor } = statement;
      log.checkpoints.push({ statement: { number, at, seq, hash, floor }, digest });
      logs.set(scope.organizationId, log);
    }
  } finally {
    await handle.close();
  }
  return logs;
}

function openLine(text: string, keys: PublicKeys): { statement?: Statement; digest?: string; fault?: string } {
  try {
    const signed = JSON.parse(text) as SignedCheckpoint;
    const told = openCheckpoint(signed, keys);
    if (typeof told !== 'string') return { statement: told, digest: digestOf(signed) };
    return { statement: JSON.parse(signed.statement) as Statement, fault: told };
  } catch {
    return { fault: 'it cannot be read' };
  }
}
