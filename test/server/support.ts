import { once } from 'node:events';
import { GraphQLError, GraphQLInt, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { WebSocket } from 'ws';
import type { Principal } from '../../src/access/principal.js';
import type { SchemaServices } from '../../src/schema/services.js';
import type { ServerOptions } from '../../src/server/options.js';
import { createGatewayServer, type GatewayServer } from '../../src/server.js';
import { currentDeadline } from '../../src/storage/deadline.js';

export const GOOD = 'cgk_good';
/** Good until `revoke` is called. */
export const PASSING = 'cgk_passing';
/** Of a viewer; the others are administrators'. */
export const VIEWING = 'cgk_viewing';
/** It is not told whether it is good before somebody lets go. */
export const SLOW = 'cgk_slow';
/** The server behind it cannot tell whether it is good. */
export const DOWN = 'cgk_down';

export interface Probe {
  readonly url: string;
  readonly server: GatewayServer;
  readonly metricsPort: number | null;
  /** Sends a message to every live field `waiting`. */
  push(text: string): void;
  /** Lets the fields `hanging` and `deaf` answer, and `SLOW` in. */
  letGo(): void;
  /** How many of those wait. */
  hanging(): number;
  /** How many live fields `waiting` are open. */
  open(): number;
  /** Resolves when none is open. */
  allEnded(): Promise<void>;
  revoke(token: string): void;
  readonly logged: string[];
}

/** The gateway's server around a schema that counts, waits and fails as it is told. */
export async function startProbe(
  unready: ServerOptions['unready'] = async () => [],
  options: Pick<ServerOptions, 'patience' | 'policy' | 'admit' | 'metrics' | 'unread'> = {},
): Promise<Probe> {
  const logged: string[] = [];
  const waiting = createWaiting();
  const held = new Set<() => void>();
  const hang = (deadline?: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      const answer = () => resolve('at last');
      held.add(answer);
      deadline?.addEventListener('abort', () => {
        held.delete(answer);
        reject(deadline.reason);
      });
    });
  const good = new Set([GOOD, PASSING]);
  const field = (subscribe: () => AsyncIterable<string>) => ({
    type: new GraphQLNonNull(GraphQLString),
    subscribe,
    resolve: (text: string) => text,
  });

  const server = createGatewayServer({
    schema: new GraphQLSchema({
      query: new GraphQLObjectType({
        name: 'Query',
        fields: {
          hello: { type: GraphQLString, resolve: () => 'world' },
          failing: {
            type: GraphQLString,
            resolve: () => {
              throw new Error('hunter2 at /secret/place');
            },
          },
          refusing: {
            type: GraphQLString,
            resolve: () => {
              throw new GraphQLError('Not today.', { extensions: { code: 'NOT_TODAY' } });
            },
          },
          /** Until it is let go, or its request's deadline ends it. */
          hanging: { type: GraphQLString, resolve: () => hang(currentDeadline()) },
          /** Until it is let go. */
          deaf: { type: GraphQLString, resolve: () => hang() },
          misfit: { type: GraphQLInt, resolve: () => 'hunter2' },
        },
      }),
      subscription: new GraphQLObjectType({
        name: 'Subscription',
        fields: {
          three: field(async function* () {
            yield* ['one', 'two', 'three'];
          }),
          waiting: field(waiting.subscribe),
          breaking: field(async function* () {
            yield 'first';
            throw new Error('hunter2 at /secret/place');
          }),
          unopened: {
            type: GraphQLString,
            subscribe: () => {
              throw new Error('hunter2 at /secret/place');
            },
          },
        },
      }),
    }),
    services: { operations: { db: { client: {}, of: () => ({}) } }, audit: {} } as unknown as SchemaServices,
    authenticate: async (token) => {
      if (token === DOWN) throw new Error('no database');
      if (token === SLOW) await hang();
      if (token === VIEWING) return { ...PRINCIPAL, role: 'VIEWER' };
      return good.has(token) || token === SLOW ? PRINCIPAL : null;
    },
    unready,
    ...options,
    log: (level, message, facts) => logged.push(`${level} ${message} ${JSON.stringify(facts ?? {})}`),
  });
  const { port, metricsPort } = await server.listen(0, '127.0.0.1');
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    server,
    metricsPort,
    letGo: () => {
      for (const answer of held) answer();
      held.clear();
    },
    hanging: () => held.size,
    push: waiting.push,
    open: waiting.open,
    allEnded: waiting.allEnded,
    revoke: (token) => void good.delete(token),
    logged,
  };
}

/** Live sources that begin with `first` and then say what is pushed, until somebody returns them. */
function createWaiting() {
  const sources = new Set<{ say(text: string): void }>();
  const watchers: (() => void)[] = [];

  function subscribe(): AsyncIterable<string> {
    const ready = ['first'];
    let deliver: ((result: IteratorResult<string>) => void) | null = null;
    const source = {
      say(text: string) {
        if (deliver) deliver({ done: false, value: text });
        else ready.push(text);
        deliver = null;
      },
    };
    sources.add(source);
    return {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          const value = ready.shift();
          if (value !== undefined) return Promise.resolve({ done: false, value });
          return new Promise<IteratorResult<string>>((resolve) => {
            deliver = resolve;
          });
        },
        return: async () => {
          sources.delete(source);
          deliver?.({ done: true, value: undefined });
          if (sources.size === 0) for (const tell of watchers.splice(0)) tell();
          return { done: true, value: undefined };
        },
      }),
    };
  }

  return {
    subscribe,
    push: (text: string) => {
      for (const source of sources) source.say(text);
    },
    open: () => sources.size,
    allEnded: () => (sources.size === 0 ? Promise.resolve() : new Promise<void>((tell) => watchers.push(tell))),
  };
}

const PRINCIPAL: Principal = {
  tenantId: '00000000-0000-7000-8000-000000000001',
  organizationId: '00000000-0000-7000-8000-000000000001',
  organizationKind: 'CSP',
  organizationName: 'CSP',
  role: 'ADMINISTRATOR',
  actor: { kind: 'API_KEY', id: '00000000-0000-7000-8000-000000000002', name: 'probe' },
};

export interface Frame {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A WebSocket that speaks in frames, so that it can say what no client library would. */
export interface RawSocket {
  send(frame: object | string | Buffer): void;
  /** The next frame the server sends; throws when the socket is closed instead. */
  next(): Promise<Frame>;
  /** How the server closed it. */
  readonly closed: Promise<Closed>;
  destroy(): void;
}

export async function openSocket(url: string, protocol: string[] = ['graphql-transport-ws']): Promise<RawSocket> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), protocol);
  const frames: Frame[] = [];
  const waiting: ((frame: Frame) => void)[] = [];
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as Frame;
    const first = waiting.shift();
    if (first) first(frame);
    else frames.push(frame);
  });
  const closed = new Promise<Closed>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return {
    send: (frame) => socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame)),
    next: () => {
      const frame = frames.shift();
      if (frame) return Promise.resolve(frame);
      const coming = new Promise<Frame>((resolve) => waiting.push(resolve));
      const end = closed.then(({ code, reason }): never => {
        throw new Error(`Closed with ${code} ${reason}`);
      });
      return Promise.race([coming, end]);
    },
    closed,
    destroy: () => socket.terminate(),
  };
}

/** A socket that is signed in and acknowledged. */
export async function openSignedIn(url: string, token = GOOD): Promise<RawSocket> {
  const socket = await openSocket(url);
  socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  const ack = await socket.next();
  if (ack.type !== 'connection_ack') throw new Error(`Got ${ack.type} for connection_ack`);
  return socket;
}

export const subscribe = (id: string, query: string, variables?: object) => ({
  ...{ id, type: 'subscribe' },
  payload: { query, ...(variables && { variables }) },
});
