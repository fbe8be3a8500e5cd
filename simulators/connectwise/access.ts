import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Database } from './database.js';
import { failure, Refusal } from './replies.js';
import type { Switches } from './switches.js';
import type { ApiMember, Area, Level, Rights } from './world.js';

/**
 * connectwise: `Authorization: Basic base64(company+publicKey:privateKey)` and the `clientId` of a registered integration
 * on every call.
 */
export function memberOf(db: Database, headers: IncomingHttpHeaders, switches: Switches): ApiMember {
  const clientId = headers.clientid;
  if (typeof clientId !== 'string' || !db.world.clientIds.includes(clientId)) {
    throw new Refusal(failure(401, 'Unauthorized', 'A clientId that is registered is required.'));
  }
  const [, encoded = ''] = /^Basic ([A-Za-z0-9+/]+=*)$/.exec(headers.authorization ?? '') ?? [];
  const [, user = '', secret = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  const cut = user.indexOf('+');
  const [company, key] = [user.slice(0, Math.max(0, cut)), user.slice(cut + 1)];
  const member = db.world.members.find(({ publicKey }) => publicKey === key);
  const known = company.toLowerCase() === db.world.companyId.toLowerCase();
  if (member && known && !member.inactive && same(member.privateKey, secret)) return member;
  if (switches.wrongKeysStatus === 404) throw new Refusal(failure(404, 'NotFound', 'Not found'));
  throw new Refusal(failure(401, 'Unauthorized', 'UserNotAuthenticated'));
}

/** connectwise: 403 names the security role, not the row of it that is missing. */
export function requireRight(member: ApiMember, area: Area, right: keyof Rights): void {
  if (levelOf(member, area, right) !== 'None') return;
  throw new Refusal(failure(403, 'Forbidden', 'The security role of this member does not allow this.'));
}

export function levelOf(member: ApiMember, area: Area, right: keyof Rights): Level {
  return member.role?.[area]?.[right] ?? 'All';
}

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
