import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import { type ExecutionArgs, type ExecutionResult, type GraphQLError, getOperationAST } from 'graphql';
import { CloseCode, handleProtocols, makeServer } from 'graphql-ws';
import { isAsyncIterable, mapAsyncIterator } from 'graphql-yoga';
import { type WebSocket, WebSocketServer } from 'ws';
import { badRequest } from '../schema/errors.js';
import type { Errors } from './errors.js';
import { MAX_FRAME_BYTES, MAX_SOCKET_OPERATIONS, refuseDeepJson } from './limits.js';
import type { ServerOptions } from './options.js';
import type { Pipeline } from './pipeline.js';
import { tokenFrom } from './token.js';

const INIT_WITHIN_MS = 3_000;
/** A socket that does not answer a ping by the next one is dead; a key that was revoked ends its sockets by then. */
const HEARTBEAT_MS = 12_000;
const CLOSE_WITHIN_MS = 2_000;

/** Clients of graphql-ws come back by themselves after these two; 4500 and most 1xxx would end a dashboard for good. */
const SERVICE_RESTART = 1012;
const TRY_AGAIN_LATER = 1013;

interface Extra {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
}

type Next = ExecutionResult | AsyncIterable<ExecutionResult>;

/** GraphQL over WebSocket (graphql-transport-ws) on the server's port. Answers how to end it. */
export function serveSockets(
  server: Server,
  pipeline: Pipeline,
  errors: Errors,
  { authenticate, log }: Pick<ServerOptions, 'authenticate' | 'log'>,
): { close(): Promise<void> } {
  const sockets = new WebSocketServer({ server, path: '/graphql', maxPayload: MAX_FRAME_BYTES, handleProtocols });
  const protocol = makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: INIT_WITHIN_MS,
    onConnect: async ({ extra, connectionParams }) => {
      const signedIn = await isSignedIn(extra.request, connectionParams);
      if (signedIn === null) extra.socket.close(TRY_AGAIN_LATER, 'Try again later');
      else if (signedIn) keepSignedIn(extra, connectionParams);
      return signedIn ?? false;
    },
    onSubscribe: async (context, _id, params) => {
      const requestId = randomUUID();
      try {
        if (Object.keys(context.subscriptions).length > MAX_SOCKET_OPERATIONS) {
          throw badRequest('TOO_MANY_OPERATIONS', `One socket carries ${MAX_SOCKET_OPERATIONS} operations at once.`);
        }
        refuseDeepJson(params.variables);
        const enveloped = pipeline.getEnveloped({ ...context, params, requestId } as never);
        const document = enveloped.parse(params.query);
        const invalid: readonly GraphQLError[] = enveloped.validate(enveloped.schema, document);
        if (invalid.length > 0) return invalid.map((error) => errors.finish(error, requestId));
        if (!getOperationAST(document, params.operationName)) {
          throw badRequest('OPERATION_RESOLUTION_FAILURE', 'Name one operation of the document.');
        }
        return {
          schema: enveloped.schema,
          operationName: params.operationName,
          document,
          variableValues: params.variables,
          contextValue: await enveloped.contextFactory(),
          rootValue: { requestId, execute: enveloped.execute, subscribe: enveloped.subscribe } satisfies Engine,
        };
      } catch (error) {
        return [errors.finish(errors.mask(error), requestId)];
      }
    },
    execute: (args) => carriedOut('execute', args) as never,
    subscribe: (args) => carriedOut('subscribe', args) as never,
    // A fault of the source, in the middle of a live field.
    onError: (_context, _id, _payload, faults) => faults.map((error) => told(error).toJSON()),
  });

  /** Faults become errors of the operation: they must never reach the socket. */
  async function carriedOut(how: 'execute' | 'subscribe', args: ExecutionArgs): Promise<Next> {
    const engine = args.rootValue as Engine;
    try {
      const result = await engine[how]({ ...args, rootValue: undefined });
      const done = (one: ExecutionResult) => errors.finished<ExecutionResult>(one, engine.requestId);
      return isAsyncIterable(result) ? mapAsyncIterator(result, done) : done(result);
    } catch (error) {
      return { errors: [errors.finish(errors.mask(error), engine.requestId)] };
    }
  }

  function told(error: GraphQLError): GraphQLError {
    return typeof error.extensions.requestId === 'string' ? error : errors.finish(errors.mask(error), randomUUID());
  }

  /** Null: it cannot be told now. */
  async function isSignedIn(request: IncomingMessage, connectionParams: unknown): Promise<boolean | null> {
    const token = tokenFrom((name) => request.headers[name]?.toString(), connectionParams);
    if (token === null) return false;
    try {
      return (await authenticate(token)) !== null;
    } catch (error) {
      log('warn', 'A socket could not be signed in.', { fault: (error as Error).name });
      return null;
    }
  }

  function keepSignedIn({ socket, request }: Extra, connectionParams: unknown): void {
    const timer = setInterval(async () => {
      if ((await isSignedIn(request, connectionParams)) === false) socket.close(CloseCode.Forbidden, 'Forbidden');
    }, HEARTBEAT_MS);
    socket.once('close', () => clearInterval(timer));
  }

  sockets.on('connection', (socket, request) => {
    // ws closes the socket by itself, with the code that fits.
    socket.on('error', () => undefined);
    const stop = beat(socket);
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => sent(socket, text),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (read) => {
          socket.on('message', (data, isBinary) => {
            if (isBinary) return socket.close(CloseCode.BadRequest, 'Messages are text');
            read(String(data)).catch((fault: Error) => {
              // Well-formed, but only a server may send it.
              const odd = fault.message.startsWith('Unexpected message of type');
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

interface Engine {
  readonly requestId: string;
  execute(args: ExecutionArgs): Promise<Next>;
  subscribe(args: ExecutionArgs): Promise<Next>;
}

/** Waits until the socket took the text, so that a slow reader slows its source. A socket that is gone takes anything. */
function sent(socket: WebSocket, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    socket.send(text, () => resolve());
  });
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
