import { Buffer } from 'node:buffer';
import type { Connector, HttpClient, HttpRequest, HttpResponse } from '../contract.js';
import { createHttpClient } from '../http.js';
import { type Breakage, broke, plain, revealed } from './breakage.js';

export interface Call {
  readonly method: string;
  readonly url: string;
  readonly write: boolean;
  /** How often it went on to the simulator. */
  delivered: number;
  status: number | null;
  readonly carriesSecret: boolean;
}

export interface Wire {
  client(connector: Connector): HttpClient;
  /** Breaks the next `times` calls of this sort; absent = every one until the next `mend`. */
  break(on: 'read' | 'write', how: Breakage, times?: number): void;
  mend(): void;
  readonly calls: readonly Call[];
  /** Resolves when a call is being held. */
  held(): Promise<void>;
  /** Texts that no answer, error, plan or finding may hold. */
  readonly secrets: Set<string>;
  /** Parts that said they are not written yet. */
  readonly unimplemented: Set<string>;
  reset(): void;
  close(): Promise<void>;
}

export function createWire(): Wire {
  const calls: Call[] = [];
  const secrets = new Set<string>();
  const unimplemented = new Set<string>();
  const clients = new Map<Connector, ReturnType<typeof createHttpClient>>();
  let broken: { on: 'read' | 'write'; how: Breakage; left: number }[] = [];
  let noteHeld: () => void = () => undefined;
  let holding = new Promise<void>((done) => {
    noteHeld = done;
  });

  function take(write: boolean): Breakage | undefined {
    const one = broken.find(({ on, left }) => on === (write ? 'write' : 'read') && left > 0);
    if (one) one.left -= 1;
    return one?.how;
  }

  return {
    calls,
    secrets,
    unimplemented,
    held: () => holding,
    break: (on, how, times = Number.POSITIVE_INFINITY) => void broken.push({ on, how, left: times }),
    mend() {
      broken = [];
    },
    reset() {
      broken = [];
      calls.length = 0;
      secrets.clear();
      unimplemented.clear();
      holding = new Promise<void>((done) => {
        noteHeld = done;
      });
    },
    async close() {
      await Promise.all([...clients.values()].map((each) => each.close()));
    },
    client(connector) {
      // Its rules are the connector's, so all sessions share one, and its sockets.
      const host =
        clients.get(connector) ??
        createHttpClient({
          allows: (url) => connector.allows(url),
          mayBePrivate: (url) => connector.mayBePrivate?.(url) ?? false,
        });
      clients.set(connector, host);
      return {
        async send(request) {
          for (const text of [...secretHeaders(request), ...secretFields(request)]) secrets.add(text);
          const { headers = {}, form = {}, body = null } = request;
          const sent = JSON.stringify([revealed(headers), revealed(form), body, request.url]);
          const call: Call = {
            method: request.method,
            url: request.url,
            write: request.write ?? false,
            delivered: 0,
            status: null,
            carriesSecret: [...secrets].some((secret) => sent.includes(JSON.stringify(secret).slice(1, -1))),
          };
          calls.push(call);
          const deliver = async (): Promise<HttpResponse> => {
            call.delivered += 1;
            const response = await host.send(request);
            call.status = response.status;
            return response;
          };
          const how = take(call.write);
          if (!how) return deliver();
          if (how.kind === 'held') noteHeld();
          const response = await broke(request, how, deliver);
          call.status = response.status;
          return response;
        },
      };
    },
  };
}

/** Whatever authorizes a request is as good as the secret it was made of, also in base64. */
function secretHeaders({ headers = {} }: HttpRequest): string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (typeof value === 'string' && name.toLowerCase() !== 'authorization') return [];
    const token = plain(value).split(' ').at(-1) ?? '';
    const decoded = Buffer.from(token, 'base64').toString('utf8').split(':').at(-1) ?? '';
    return [token, /^[\x21-\x7e]+$/.test(decoded) ? decoded : ''].filter((text) => text.length >= 8);
  });
}

const secretFields = ({ form = {} }: HttpRequest): string[] =>
  Object.values(form).flatMap((value) => (typeof value === 'string' || plain(value).length < 8 ? [] : [plain(value)]));
