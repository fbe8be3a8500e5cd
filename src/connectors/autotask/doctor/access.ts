import type { Diagnostic } from '../../contract.js';
import { isConnectorError } from '../../errors.js';
import type { Client } from '../client.js';
import type { Right, Verb } from '../permissions.js';
import type { Row } from '../wire.js';
import { failed, finding, unverified } from './finding.js';

type Access = 'none' | 'all' | 'restricted' | 'unknown';

/**
 * One right, proven by `entityInformation`. Autotask: `canX` is what the entity takes from anybody, `userAccessForX`
 * what this user may: None (0), All (1) or Restricted (2); both spellings are in use.
 */
export async function checkRight(client: Client, right: Right, signal?: AbortSignal): Promise<Diagnostic> {
  const entity = right.entity ?? '';
  try {
    const path = `/${entity}/entityInformation`;
    const answer = await client.call({ method: 'GET', path, buckets: [entity], permissionId: right.id, signal });
    const info = answer.row('info') ?? answer;
    return judge(
      right,
      (verb) => accessOf(info, verb),
      (verb) => info.boolean(`can${capital(verb)}`) !== false,
    );
  } catch (error) {
    if (!isConnectorError(error)) throw error;
    const isMissing = ['permissionMissing', 'rateLimited', 'unavailable'].includes(error.kind);
    if (isMissing && right.required.length > 0) {
      const line = failed(right.id, right.title, error);
      return {
        ...line,
        action: line.action && error.kind !== 'permissionMissing' ? line.action : advice(right, right.required),
      };
    }
    if (isMissing && error.kind === 'permissionMissing') return lacking('warn', right, right.optional);
    return unverified(right.id, right.title, `${entity} does not tell what this user may do`, error);
  }
}

/** Pure: the line for what the user may do. */
export function judge(right: Right, access: (verb: Verb) => Access, offered: (verb: Verb) => boolean): Diagnostic {
  const entity = right.entity ?? '';
  const missing = right.required.filter((verb) => access(verb) === 'none' && offered(verb));
  if (missing.length > 0) return lacking('fail', right, missing);
  const unoffered = right.required.filter((verb) => !offered(verb));
  if (unoffered.length > 0) {
    return finding(
      'warn',
      right.id,
      right.title,
      `Autotask offers no ${unoffered.join(', ')} of ${entity} to anybody.`,
    );
  }
  const unknown = right.required.filter((verb) => access(verb) === 'unknown');
  if (unknown.length > 0) {
    return finding(
      'unverified',
      right.id,
      right.title,
      `Autotask does not tell about ${unknown.join(', ')} of ${entity}.`,
    );
  }
  const restricted = right.required.filter((verb) => access(verb) === 'restricted');
  if (restricted.length > 0) {
    const detail = `${entity}: ${restricted.join(', ')} only under conditions of the level; some records may be refused or missing.`;
    return finding('warn', right.id, right.title, detail, { action: advice(right, restricted) });
  }
  const absent = right.optional.filter((verb) => access(verb) === 'none');
  if (right.required.length === 0 && absent.length > 0) return lacking('warn', right, absent);
  return finding(
    'pass',
    right.id,
    right.title,
    `${entity}: ${[...right.required, ...right.optional.filter((verb) => access(verb) === 'all')].join(', ')} granted.`,
  );
}

function lacking(status: 'warn' | 'fail', right: Right, verbs: readonly Verb[]): Diagnostic {
  const detail = `The API user may not ${verbs.join(', ')} ${right.entity}. ${right.purpose}`;
  return finding(status, right.id, right.title, detail, {
    action: advice(right, verbs),
    ...(status === 'fail' && { code: 'PERMISSION_MISSING', kind: 'permissionMissing' as const }),
  });
}

function advice(right: Right, verbs: readonly Verb[]): { text: string; where: readonly string[] } {
  return {
    text: `In the security level of the API user, allow ${verbs.join(', ')} of ${right.entity}.`,
    where: right.where,
  };
}

function accessOf(info: Row, verb: Verb): Access {
  const value = info
    .text(`userAccessFor${capital(verb)}`)
    ?.trim()
    .toLowerCase();
  if (value === 'none' || value === '0') return 'none';
  if (value === 'all' || value === '1') return 'all';
  return value === 'restricted' || value === '2' ? 'restricted' : 'unknown';
}

function capital(verb: Verb): string {
  return verb.charAt(0).toUpperCase() + verb.slice(1);
}
