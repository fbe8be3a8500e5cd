import { ConnectorError } from '../errors.js';
import type { SourceContext } from '../source.js';
import type { HttpResponse, SecretText } from '../transport.js';
import { refusalOfToken } from './errors.js';
import { objectOf } from './json.js';
import { secretOf } from './secret.js';
import type { Settings } from './settings.js';

/** The token every call carries. One is kept for its lifetime. */
export interface Tokens {
  /** As it stands in the header; asked for where none is held, or it is about to end. Throws `ConnectorError`. */
  current(signal?: AbortSignal): Promise<SecretText>;
  /** The API refused this one; the next call asks for another. */
  drop(refused: SecretText): void;
}

/** A token is not used in its last minute: a call may take that long. */
const MARGIN_SECONDS = 60;

/** CloudCockpit: client credentials at Entra; the token holds for about an hour. */
export function createTokens({ http, now }: SourceContext, settings: Settings): Tokens {
  let held: { readonly header: SecretText; readonly until: number } | null = null;
  return {
    async current(signal) {
      if (held && now().getTime() < held.until) return held.header;
      const asked = now().getTime();
      const response = await http.send({
        method: 'POST',
        url: settings.tokenUrl,
        headers: { Accept: 'application/json' },
        form: {
          client_id: settings.clientId,
          client_secret: settings.clientSecret,
          scope: settings.scope,
          grant_type: 'client_credentials',
        },
        ...(signal && { signal }),
      });
      const { token, seconds } = readToken(response, now());
      const margin = Math.min(MARGIN_SECONDS, seconds / 2);
      held = { header: secretOf(`Bearer ${token}`), until: asked + 1000 * (seconds - margin) };
      return held.header;
    },
    drop(refused) {
      if (held?.header === refused) held = null;
    },
  };
}

/** Without a lifetime it is kept until it is refused. */
function readToken(response: HttpResponse, now: Date): { readonly token: string; readonly seconds: number } {
  const body = objectOf(response.text);
  if (response.status !== 200) throw refusalOfToken(response, body, now);
  const { access_token: token, expires_in: lifetime } = body ?? {};
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    throw new ConnectorError('protocol', 'The answer of the token endpoint holds no token.', {
      code: 'TOKEN_MISSING',
      hint: 'Check CLOUDCOCKPIT_TOKEN_URL, and any proxy on the way.',
    });
  }
  return { token, seconds: typeof lifetime === 'number' && lifetime > 0 ? lifetime : Number.POSITIVE_INFINITY };
}
