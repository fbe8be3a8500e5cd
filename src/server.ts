import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GraphQLSchema } from 'graphql';
import { GraphQLError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import type { Principal } from './access/principal.js';
import { AccessError } from './operations/run.js';
import { scrubbedMessage } from './schema/coercion.js';
import { type Context, createContext } from './schema/context.js';
import { accessError } from './schema/errors.js';
import type { SchemaServices } from './schema/services.js';

export interface ServerOptions {
  readonly schema: GraphQLSchema;
  readonly services: SchemaServices;
  readonly authenticate: (token: string) => Promise<Principal | null>;
  readonly isReady: () => Promise<boolean>;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, facts?: Record<string, unknown>) => void;
}

export interface GatewayServer {
  listen(port: number, host: string): Promise<{ readonly port: number }>;
  close(): Promise<void>;
}

/** 500 rows of a bulk push fit well; anything larger is refused before it is read. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;
const MAX_FRAME_BYTES = 256 * 1024;
const MAX_TOKENS = 4_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** HTTP, server-sent events and WebSocket on one port: /graphql, /health, /ready. */
export function createGatewayServer(options: ServerOptions): GatewayServer {
  const yoga = createYoga<{ req: IncomingMessage; res: ServerResponse }, Context>({
    schema: options.schema,
    graphqlEndpoint: '/graphql',
    healthCheckEndpoint: '/health',
    landingPage: false,
    multipart: false,
    logging: false,
    cors: { origin: '*', credentials: false, methods: ['GET', 'POST', 'OPTIONS'] },
    graphiql: { title: 'connector-gateway', subscriptionsProtocol: 'WS' },
    maskedErrors: { isDev: false, maskError },
    context: async (initial) => {
      const { request, connectionParams, extra } = initial as unknown as RequestSources;
      const live = extra !== undefined || (request?.headers.get('accept') ?? '').includes('text/event-stream');
      const header = (name: string) => request?.headers.get(name) ?? extra?.request.headers[name]?.toString();
      const principal = await principalOf(tokenFrom(header, connectionParams));
      const correlation = header('x-correlation-id') ?? '';
      const facts = { requestId: randomUUID(), correlationId: UUID.test(correlation) ? correlation : randomUUID() };
      return createContext(options.services, principal, facts, { live });
    },
    plugins: [
      {
        onParse: ({ params }: { params: { options?: object } }) => {
          params.options = { ...params.options, maxTokens: MAX_TOKENS };
        },
        onResultProcess({ result }) {
          if (result && typeof result === 'object' && 'errors' in result)
            quiet(result.errors as GraphQLError[] | undefined);
        },
      },
    ],
  });

  /** A token that is sent must be good; without one only what needs no caller is answered. */
  async function principalOf(token: string | null): Promise<Principal | null> {
    if (token === null) return null;
    const principal = await options.authenticate(token);
    if (!principal) throw accessError(false);
    return principal;
  }

  function maskError(error: unknown): Error {
    if (error instanceof GraphQLError) {
      const original = error.originalError;
      if (original === undefined || original instanceof GraphQLError) return error;
      if (original instanceof AccessError) return accessError(true);
      options.log('error', 'A resolver failed.', {
        fault: original.name,
        message: safe(original.message),
        path: error.path,
      });
    } else {
      options.log('error', 'A request failed.', {
        fault: (error as Error)?.name,
        message: safe((error as Error)?.message),
      });
    }
    return new GraphQLError('The gateway failed to answer this. The fault was logged.', {
      ...(error instanceof GraphQLError && { nodes: error.nodes, path: error.path }),
      extensions: { code: 'INTERNAL', http: { status: 500 } },
    });
  }

  const server = createServer({ connectionsCheckingInterval: 1_000 }, (request, response) => {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (request.url?.split('?')[0] === '/ready') return void ready(response);
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return tooLarge(request, response);
    let seen = 0;
    request.on('data', (chunk: Buffer) => {
      seen += chunk.length;
      if (seen > MAX_BODY_BYTES && !response.headersSent) tooLarge(request, response);
    });
    request.pause();
    void yoga(request, response);
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = 5_000;

  async function ready(response: ServerResponse): Promise<void> {
    const ok = await options.isReady().catch(() => false);
    response.writeHead(ok ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify({ ready: ok }));
  }

  const sockets = new WebSocketServer({ server, path: '/graphql', maxPayload: MAX_FRAME_BYTES });
  const socketServer = useServer(
    {
      execute: (args) => (args.rootValue as Enveloped).execute(args),
      subscribe: (args) => (args.rootValue as Enveloped).subscribe(args),
      onConnect: async (socket) => {
        const headers = socket.extra.request.headers;
        const token = tokenFrom((name) => headers[name]?.toString(), socket.connectionParams);
        return token !== null && (await options.authenticate(token).catch(() => null)) !== null;
      },
      onSubscribe: async (socket, _id, params) => {
        try {
          const enveloped = yoga.getEnveloped({ ...socket, params } as never);
          const document = enveloped.parse(params.query);
          const errors = enveloped.validate(enveloped.schema, document);
          if (errors.length > 0) return quiet(errors as GraphQLError[]);
          return {
            schema: enveloped.schema,
            operationName: params.operationName,
            document,
            variableValues: params.variables,
            contextValue: await enveloped.contextFactory(),
            rootValue: { execute: enveloped.execute, subscribe: enveloped.subscribe },
          };
        } catch (error) {
          return quiet([maskError(error) as GraphQLError]);
        }
      },
      onNext: (_socket, _id, _payload, _args, result) => {
        quiet(result.errors as GraphQLError[] | undefined);
      },
      onError: (_socket, _id, _payload, errors) => quiet([...errors] as GraphQLError[]),
    },
    sockets,
  );
  sockets.on('connection', (socket) => socket.on('error', () => socket.terminate()));

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => resolve({ port: (server.address() as AddressInfo).port }));
      }),
    async close() {
      // 1012: clients come back by themselves.
      for (const socket of sockets.clients) socket.close(1012, 'Service restart');
      await socketServer.dispose();
      await closed(server);
    },
  };
}

interface Enveloped {
  execute(args: unknown): never;
  subscribe(args: unknown): never;
}

/** HTTP and server-sent events bring a request; a WebSocket brings its upgrade request and its parameters. */
interface RequestSources {
  readonly request?: Request;
  readonly connectionParams?: unknown;
  readonly extra?: { readonly request: IncomingMessage };
}

/** Takes the token from where clients put it: a header, or `connection_init`. Never from the URL. */
function tokenFrom(header: (name: string) => string | undefined, connectionParams: unknown): string | null {
  const params = (typeof connectionParams === 'object' && connectionParams !== null ? connectionParams : {}) as Record<
    string,
    unknown
  >;
  const nested = (typeof params.headers === 'object' && params.headers !== null ? params.headers : {}) as Record<
    string,
    unknown
  >;
  const candidates = [
    params.authorization,
    params.Authorization,
    nested.authorization,
    nested.Authorization,
    params.apiKey,
    params.token,
    header('authorization'),
    header('x-api-key'),
  ];
  const found = candidates.find((value): value is string => typeof value === 'string' && value !== '');
  return found === undefined ? null : found.replace(/^Bearer\s+/i, '').trim();
}

/** Takes values out of the messages of graphql-js and gives every error a code. */
function quiet(errors: GraphQLError[] | undefined): GraphQLError[] {
  for (const error of errors ?? []) {
    const own = error.originalError === undefined || error.originalError instanceof GraphQLError;
    const message = own ? scrubbedMessage(error.message) : error.message;
    if (message !== error.message) Object.defineProperty(error, 'message', { value: message, enumerable: true });
    if (error.extensions && error.extensions.code === undefined) error.extensions.code = codeOf(message);
  }
  return errors ?? [];
}

function codeOf(message: string): string {
  if (message.startsWith('Syntax Error')) return 'GRAPHQL_PARSE_FAILED';
  return message.startsWith('Variable "') ? 'BAD_USER_INPUT' : 'GRAPHQL_VALIDATION_FAILED';
}

/** A fault's message may quote what it was about; the log gets its first line, short. */
function safe(message: string | undefined): string {
  return (message ?? '').split('\n', 1)[0]?.slice(0, 200) ?? '';
}

function tooLarge(request: IncomingMessage, response: ServerResponse): void {
  const errors = [{ message: 'The body is larger than 2 MiB.', extensions: { code: 'BODY_TOO_LARGE' } }];
  response.writeHead(413, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify({ errors }));
  request.resume();
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 5_000).unref();
  });
}
