import { randomUUID } from 'node:crypto';
import type { Reply } from '../common/ending.js';
import { empty, json, Refusal } from './replies.js';
import type { World } from './world.js';

/** Who a token was given to, and until when it holds. */
export interface Tokens {
  issue(form: URLSearchParams, world: World, now: Date, seconds: number): Reply;
  /** The client id behind a token. Throws 401. */
  clientOf(authorization: string | undefined, now: Date): string;
  /** All tokens given so far stop working, as after a change of keys. */
  revoke(): void;
}

const FIELDS = ['client_id', 'client_secret', 'grant_type', 'scope'];

/** Entra: the client credentials flow, with a form as its body. */
export function createTokens(): Tokens {
  let given = new Map<string, { clientId: string; until: number }>();
  return {
    issue(form, world, now, seconds) {
      const wrong = [...form.keys()].sort().join() !== FIELDS.join();
      if (wrong) return refused(400, 'invalid_request', 'AADSTS900144: The request body must contain its parameters.');
      if (form.get('grant_type') !== 'client_credentials') {
        return refused(400, 'unsupported_grant_type', 'AADSTS70003: The app requested an unsupported grant type.');
      }
      const client = world.clients.find(({ clientId }) => clientId === form.get('client_id'));
      if (!client) return refused(400, 'unauthorized_client', 'AADSTS700016: Application was not found.');
      // Entra repeats no secret; this one does, so that who keeps its words is found out.
      if (client.clientSecret !== form.get('client_secret')) {
        const said = `AADSTS7000215: Invalid client secret provided: ${form.get('client_secret')}.`;
        return refused(401, 'invalid_client', said);
      }
      if (form.get('scope') !== world.scope) {
        return refused(400, 'invalid_scope', 'AADSTS70011: The provided value for scope is not valid.');
      }
      const token = `eyJ0eXAi.${randomUUID()}.${randomUUID()}`;
      given.set(token, { clientId: client.clientId, until: now.getTime() + seconds * 1000 });
      return json(200, {
        token_type: 'Bearer',
        expires_in: seconds,
        ext_expires_in: seconds,
        access_token: token,
      });
    },
    clientOf(authorization, now) {
      const [, token = ''] = /^Bearer (\S+)$/.exec(authorization ?? '') ?? [];
      const known = given.get(token);
      if (!known || known.until <= now.getTime()) throw new Refusal(empty(401, { 'WWW-Authenticate': 'Bearer' }));
      return known.clientId;
    },
    revoke() {
      given = new Map();
    },
  };
}

const refused = (status: number, error: string, description: string): Reply =>
  json(status, { error, error_description: description, error_codes: [] });
