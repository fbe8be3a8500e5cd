import type { HttpRequest, HttpResponse, SecretText } from '../contract.js';
import { ConnectorError } from '../errors.js';

/**
 * What happens to a call on its way. The kit breaks calls here, in the host's client, and not in the simulator: only the owner of
 * the socket knows whether a request had left, the contract says what a connector is then told, and so every connector meets the
 * same failures whatever its vendor's simulator can do. Everything else goes over a real socket to the simulator.
 */
export type Breakage =
  /** Nothing leaves: no route, no name, no TLS. */
  | { readonly kind: 'unreachable' }
  /** The request leaves and no answer comes; `reached` = the vendor has carried it out. */
  | { readonly kind: 'lost'; readonly reached: boolean }
  /** Another answer than the vendor's; `reached` = the vendor has carried it out. */
  | {
      readonly kind: 'answer';
      readonly reached: boolean;
      readonly status: number;
      readonly headers?: { readonly [name: string]: string };
      /** Absent: the vendor's own text, cut in half. */
      readonly text?: string;
      /** The answer repeats the request's headers and form, as debug pages do. */
      readonly echo?: boolean;
    }
  /** The network delivers it a second time. */
  | { readonly kind: 'twice' }
  /** No answer until the caller gives up. */
  | { readonly kind: 'held' };

/** A call that breaks so; `deliver` is the call as it would have been. */
export async function broke(
  request: HttpRequest,
  how: Breakage,
  deliver: () => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const { host } = new URL(request.url);
  if (how.kind === 'unreachable') {
    throw new ConnectorError('unavailable', `${host} cannot be reached; nothing was sent.`, { code: 'UNREACHABLE' });
  }
  if (how.kind === 'held') return given(request, deliver);
  if (how.kind === 'twice') {
    await deliver();
    return deliver();
  }
  const own = how.reached ? await deliver() : null;
  if (how.kind === 'lost') throw noAnswer(request, host);
  const text = how.text ?? (own?.text ?? '{"half": true}').slice(0, -1 - Math.floor((own?.text.length ?? 0) / 2));
  const { headers = {}, form = {} } = request;
  const echo = how.echo ? JSON.stringify({ headers: revealed(headers), form: revealed(form) }) : '';
  return { status: how.status, headers: how.headers ?? {}, text: `${text}${echo}` };
}

function noAnswer(request: HttpRequest, host: string): ConnectorError {
  if (request.write) {
    return new ConnectorError('unknownOutcome', `The write to ${host} was sent, but no answer came.`, {
      code: 'WRITE_TIMEOUT',
      outcome: 'unknown',
    });
  }
  return new ConnectorError('unavailable', `${host} did not answer.`, { code: 'TIMEOUT' });
}

/** Answers only when the caller cannot give up any more, because it passed no signal on. */
async function given(request: HttpRequest, deliver: () => Promise<HttpResponse>): Promise<HttpResponse> {
  const { signal } = request;
  if (!signal) return deliver();
  if (!signal.aborted)
    await new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }));
  if (request.write) throw noAnswer(request, new URL(request.url).host);
  throw new ConnectorError('aborted', 'The call was given up.', { code: 'ABORTED' });
}

/** Headers or fields as the vendor would get them. */
export function revealed(values: { readonly [name: string]: string | SecretText }): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, plain(value)]));
}

export const plain = (value: string | SecretText): string => (typeof value === 'string' ? value : value.reveal());
