import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import { type ExecutionArgs, type ExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import {
  CloseCode,
  handleProtocols,
  makeServer,
  type Context as ServerContext,
  type SubscribePayload,
} from 'graphql-ws';
import { isAsyncIterable, mapAsyncIterator } from 'graphql-yoga';
import { type WebSocket, WebSocketServer } from 'ws';
import { RefusedCallerError } from '../access/principal.js';
import { badRequest } from '../schema/errors.js';
import { workingOn } from '../telemetry/context.js';
import { inSpan, SpanKind } from '../telemetry/trace.js';
import type { Arrival } from './arrival.js';
import { callerKey, whole } from './bounds.js';
import type { Errors } from './errors.js';
import { MAX_FRAME_BYTES, MAX_SOCKET_OPERATIONS, refuseDeepJson } from './limits.js';
import type { ServerOptions } from './options.js';
import type { persistedOperations } from './persisted.js';
import type { Pipeline } from './pipeline.js';
import { DEFAULT_POLICY, originAllowed } from './policy.js';
import { createWriter, UNREAD } from './reader.js';
import { type Ending, watchSignIn } from './sign-in.js';
import { createTally } from './tally.js';
import { tokenFrom } from './token.js';

const INIT_WITHIN_MS = 3_000;
/** A socket that does not answer a ping by the next one is dead. */
const HEARTBEAT_MS = 12_000;
const CLOSE_WITHIN_MS = 2_000;

/** Clients of graphql-ws come back by themselves after 4403, with fresh parameters, but not after 4401. */
const CLOSES: { readonly [Why in Ending]: readonly [code: number, reason: string] } = {
  ENDED: [CloseCode.Forbidden, 'Forbidden'],
  REFUSED: [CloseCode.Unauthorized, 'Unauthorized'],
};
/** They come back after these two as well; 4500 and most 1xxx would end a dashboard for good. */
const SERVICE_RESTART = 1012;
const TRY_AGAIN_LATER = 1013;

interface Extra {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  /** From the moment it is signed in; closes the socket when its caller may not go on. */
  lookAgain?: () => Promise<void>;
}

type Next = ExecutionResult | AsyncIterable<ExecutionResult>;

/** GraphQL over WebSocket (graphql-transport-ws) on the server's port. Answers how to end it. */
export function serveSockets(
  server: Server,
  pipeline: Pipeline,
  arrival: Arrival,
  errors: Errors,
  options: Pick<ServerOptions, 'authenticate' | 'log' | 'policy' | 'unread'>,
  persisted: ReturnType<typeof persistedOperations>,
): { count(): number; close(): Promise<void> } {
  const { log, policy = DEFAULT_POLICY, unread = UNREAD } = options;
  const sockets = new WebSocketServer({
    ...{ server, path: '/graphql', maxPayload: MAX_FRAME_BYTES, handleProtocols },
    verifyClient: ({ req }, answer) => (originAllowed(policy, req) ? answer(true) : answer(false, 403, 'Forbidden')),
  });
  // It is told of the server's errors too, and whoever listens with the server hears of them there.
  sockets.on('error', () => undefined);
  const open = createTally<string>(policy.socketsPerCaller);
  /** Also those whose client does not wait for them any more. */
  const underWay = createTally<WebSocket>(MAX_SOCKET_OPERATIONS);
  const protocol = makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: INIT_WITHIN_MS,
    onConnect: async ({ extra, connectionParams }) => {
      refuseDeepJson(connectionParams);
      const token = tokenOf({ extra, connectionParams });
      if (token === null) return false;
      try {
        const caller = await arrival.signIn(token);
        // Who left meanwhile is no socket any more: nobody would ever count it out.
        if (caller === null || extra.socket.readyState !== extra.socket.OPEN) return false;
        const gone = open.take(callerKey(caller));
        if (!gone) {
          extra.socket.close(TRY_AGAIN_LATER, 'Too many sockets');
          return false;
        }
        extra.socket.once('close', gone);
      } catch (error) {
        if (error instanceof RefusedCallerError) extra.socket.close(...CLOSES.REFUSED);
        else {
          log('warn', 'A socket could not be signed in.', { fault: (error as Error).name });
          extra.socket.close(TRY_AGAIN_LATER, 'Try again later');
        }
        return false;
      }
      keepSignedIn(extra, token);
      return true;
    },
    onPing: (_context, payload) => refuseDeepJson(payload),
    onPong: (_context, payload) => refuseDeepJson(payload),
    onSubscribe: async (context, id, sent) => {
      const requestId = randomUUID();
      const end = underWay.take(context.extra.socket);
      try {
        if (!end) {
          throw badRequest('TOO_MANY_OPERATIONS', `One socket carries ${MAX_SOCKET_OPERATIONS} operations at once.`);
        }
        return await begun(context, id, sent, { requestId, end });
      } catch (error) {
        end?.();
        const faults: readonly unknown[] = error instanceof Invalid ? error.errors : [errors.mask(error)];
        return faults.map((fault) => errors.finish(fault as GraphQLError, requestId));
      }
    },
    execute: (args) => carriedOut('execute', args) as never,
    subscribe: (args) => carriedOut('subscribe', args) as never,
    // A fault of the source, in the middle of a live field.
    onError: (_context, _id, _payload, faults) => faults.map((error) => told(error).toJSON()),
  });

  /** From a message to what is carried out. Throws what is wrong with it. */
  async function begun(
    context: ServerContext<Record<string, unknown>, Extra>,
    id: string,
    sent: SubscribePayload,
    own: Pick<Engine, 'requestId' | 'end'>,
  ): Promise<ExecutionArgs> {
    const gone = new AbortController();
    const began = performance.now();
    const caller = await arrival.letIn(tokenOf(context));
    const initial = { ...context, caller, requestId: own.requestId, began, gone: gone.signal };
    refuseDeepJson(sent.variables);
    refuseDeepJson(sent.extensions);
    const params = (await persisted?.lookUp(sent, caller)) ?? sent;
    const { parse, validate, contextFactory, ...enveloped } = pipeline.getEnveloped({ ...initial, params } as never);
    const document = parse(params.query);
    const invalid: readonly GraphQLError[] = validate(enveloped.schema, document);
    if (invalid.length > 0) throw new Invalid(invalid);
    const operation = getOperationAST(document, sent.operationName);
    if (!operation) throw badRequest('OPERATION_RESOLUTION_FAILURE', 'Name one operation of the document.');
    const contextValue = await contextFactory();
    // What is written goes to its end, and a live field that has begun is returned by the protocol itself.
    if (operation.operation !== 'mutation' && !(id in context.subscriptions)) {
      // Nobody is told: the client has completed it, or has left.
      throw badRequest('COMPLETED', 'This was completed by its client.');
    }
    if (operation.operation === 'query') context.subscriptions[id] = endingWith(gone);
    return {
      schema: enveloped.schema,
      operationName: sent.operationName,
      document,
      variableValues: sent.variables,
      contextValue,
      rootValue: {
        ...own,
        lookAgain: context.extra.lookAgain,
        execute: enveloped.execute,
        subscribe: enveloped.subscribe,
      } satisfies Engine,
    };
  }

  /** Faults become errors of the operation: they must never reach the socket. */
  async function carriedOut(how: 'execute' | 'subscribe', args: ExecutionArgs): Promise<Next> {
    const { requestId, end, lookAgain, ...engine } = args.rootValue as Engine;
    const done = (one: ExecutionResult) => errors.finished<ExecutionResult>(one, requestId);
    try {
      const result = await workingOn({ requestId }, () =>
        inSpan(`socket ${how}`, { kind: SpanKind.SERVER, attributes: { 'gateway.request': requestId } }, () =>
          engine[how]({ ...args, rootValue: undefined }),
        ),
      );
      if (!isAsyncIterable(result)) {
        end();
        return done(result);
      }
      // Closing the socket ends its live fields, and a socket that is closing takes no message any more.
      return mapAsyncIterator(whole(result, end), async (one) => {
        await lookAgain?.();
        return done(one);
      });
    } catch (error) {
      end();
      return { errors: [errors.finish(errors.mask(error), requestId)] };
    }
  }

  function told(error: GraphQLError): GraphQLError {
    return typeof error.extensions.requestId === 'string' ? error : errors.finish(errors.mask(error), randomUUID());
  }

  function keepSignedIn(extra: Extra, token: string): void {
    const { socket } = extra;
    const watch = watchSignIn(options, token);
    extra.lookAgain = async () => {
      const ending = await watch.check();
      if (ending) socket.close(...CLOSES[ending]);
    };
    socket.once('close', watch.stop);
    void watch.over.then((ending) => socket.close(...CLOSES[ending]));
  }

  sockets.on('connection', (socket, request) => {
    // ws closes the socket by itself, with the code that fits.
    socket.on('error', () => undefined);
    const stop = beat(socket);
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: createWriter(socket, unread),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (read) => {
          socket.on('message', (data, isBinary) => {
            if (isBinary) return socket.close(CloseCode.BadRequest, 'Messages are text');
            read(String(data)).catch((fault: Error) => {
              // Well-formed, but only a server may send it; or deeper than whoever answers it could bear.
              const odd = fault.message.startsWith('Unexpected message of type') || fault instanceof GraphQLError;
              if (odd) return socket.close(CloseCode.BadRequest, 'Invalid message received');
              log('error', 'A socket failed.', { fault: fault.name });
              socket.close(TRY_AGAIN_LATER, 'Try again later');
            });
          });
        },
      },
      { socket, request },
    );
    socket.once('close', (code, reason) => {
      stop();
      closed(code, String(reason)).catch((fault: Error) =>
        log('error', 'A socket failed to end.', { fault: fault.name }),
      );
    });
  });

  return {
    count: () => sockets.clients.size,
    async close() {
      const open = [...sockets.clients];
      const gone = Promise.all(open.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
      for (const socket of open) socket.close(SERVICE_RESTART, 'Service restart');
      const deadline = setTimeout(() => open.map((socket) => socket.terminate()), CLOSE_WITHIN_MS);
      await gone;
      clearTimeout(deadline);
      sockets.close();
    },
  };
}

/** A document that does not fit the schema, or is too much. */
class Invalid extends Error {
  override readonly name = 'InvalidError';
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super('The document is invalid.');
    this.errors = errors;
  }
}

/** What the protocol returns when its client completes a query or leaves; there is nothing to come of it. */
function endingWith(gone: AbortController): AsyncGenerator<unknown> {
  const over = async () => {
    gone.abort();
    return { done: true, value: undefined } as const;
  };
  return { next: over, return: over, throw: over, [Symbol.asyncIterator]: () => endingWith(gone) } as never;
}

interface Engine {
  readonly requestId: string;
  /** It is over: one less under way. */
  end(): void;
  readonly lookAgain: (() => Promise<void>) | undefined;
  execute(args: ExecutionArgs): Promise<Next>;
  subscribe(args: ExecutionArgs): Promise<Next>;
}

function tokenOf({ extra, connectionParams }: { extra: Extra; connectionParams?: unknown }): string | null {
  return tokenFrom((name) => extra.request.headers[name]?.toString(), connectionParams);
}

function beat(socket: WebSocket): () => void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, HEARTBEAT_MS);
  return () => clearInterval(timer);
}
