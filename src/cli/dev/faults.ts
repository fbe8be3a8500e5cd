import type { Connector, HttpClient, HttpRequest, HttpResponse } from '../../connectors/contract.js';
import { type Breakage, broke } from '../../connectors/kit/breakage.js';

interface Fault {
  readonly help: string;
  /** Which calls it strikes. */
  readonly on: 'all' | 'writes';
  readonly how: Breakage;
  /** Nothing is heard until the call's time is over, or the fault. */
  readonly waits?: boolean;
}

const LIMIT_MS = 60_000;
const JSON_TYPE = { 'content-type': 'application/json' };

/** What can be switched on while the gateway runs. They strike in the host's client, as in the conformance suite. */
export const FAULTS = {
  hang: { help: 'no call is answered before its time limit', on: 'all', how: lost(false), waits: true },
  down: { help: 'the vendor cannot be reached', on: 'all', how: { kind: 'unreachable' } },
  429: { help: 'every call is refused: too many', on: 'all', how: refused(429, { 'retry-after': '2' }) },
  500: { help: 'writes are answered by 500, and not carried out', on: 'writes', how: refused(500) },
  drop: { help: 'writes are carried out, their answers are lost', on: 'writes', how: lost(true) },
  lose: { help: 'writes and their answers are lost', on: 'writes', how: lost(false) },
  half: { help: 'answers are cut in half', on: 'all', how: { kind: 'answer', reached: true, status: 200 } },
  twice: { help: 'the network delivers writes twice', on: 'writes', how: { kind: 'twice' } },
} as const satisfies { readonly [name: string]: Fault };
export type FaultName = keyof typeof FAULTS;

export const isFault = (name: string): name is `${FaultName}` => Object.hasOwn(FAULTS, name);

function lost(reached: boolean): Breakage {
  return { kind: 'lost', reached };
}

function refused(status: number, headers: { readonly [name: string]: string } = {}): Breakage {
  return { kind: 'answer', reached: false, status, headers: { ...JSON_TYPE, ...headers }, text: '{"error":"fault"}' };
}

export interface FaultSwitch {
  /** The same connector, its calls struck by the present fault. */
  of(connector: Connector): Connector;
  /** Null: none. Calls that hang are let go. */
  set(name: string | null): void;
}

export function createFaultSwitch(): FaultSwitch {
  let present: Fault | null = null;
  let over = new AbortController();

  async function send(http: HttpClient, request: HttpRequest): Promise<HttpResponse> {
    const fault = present;
    if (!fault || (fault.on === 'writes' && !request.write)) return http.send(request);
    if (fault.waits) await ended(request, over.signal);
    return broke(request, fault.how, () => http.send(request));
  }

  return {
    of: (connector) => ({
      descriptor: connector.descriptor,
      allows: (url) => connector.allows(url),
      ...(connector.mayBePrivate && { mayBePrivate: (url) => connector.mayBePrivate?.(url) ?? false }),
      ...(connector.limitHit && { limitHit: (response, now) => connector.limitHit?.(response, now) }),
      connect: (context) => connector.connect({ ...context, http: { send: (request) => send(context.http, request) } }),
    }),
    set(name) {
      present = name !== null && isFault(name) ? FAULTS[name] : null;
      over.abort();
      over = new AbortController();
    },
  };
}

function ended({ timeoutMs = LIMIT_MS, signal }: HttpRequest, over: AbortSignal): Promise<void> {
  const any = AbortSignal.any([AbortSignal.timeout(timeoutMs), over, ...(signal ? [signal] : [])]);
  return new Promise((resolve) => {
    if (any.aborted) resolve();
    else any.addEventListener('abort', () => resolve(), { once: true });
  });
}
