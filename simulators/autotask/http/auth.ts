import type { Core } from '../core.js';
import { findUser, type UserState } from '../database.js';
import { empty, errors, Refusal } from '../replies.js';
import { type ApiRequest, header } from './request.js';

/**
 * Checks in autotask's order: an unknown user is a 500, a bad secret a 401 with nothing in it (and one more step to
 * the lock), a bad tracking identifier a 500. A locked user looks just like a bad secret.
 */
export function authenticate(core: Core, request: ApiRequest): UserState {
  const user = findUser(core.db, header(request, 'UserName'));
  if (!user) throw new Refusal(errors(['Zone information could not be determined']));
  if (user.locked) throw new Refusal(empty(401));
  if (header(request, 'Secret') !== user.secret) {
    countBadSecret(core, user);
    throw new Refusal(empty(401));
  }
  if (user.badSecrets > 0) {
    user.badSecrets = 0;
    core.persist();
  }
  if (header(request, 'ApiIntegrationCode') !== user.integrationCode) {
    // inferred: the text was never captured.
    throw new Refusal(errors(['The ApiIntegrationCode is missing or invalid.']));
  }
  return user;
}

function countBadSecret(core: Core, user: UserState): void {
  user.badSecrets += 1;
  const limit = core.switches.lockAfterFailures;
  if (limit > 0 && user.badSecrets >= limit) user.locked = true;
  core.persist();
}
