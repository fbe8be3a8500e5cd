import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError, validate } from 'graphql';
import { createYoga, isAsyncIterable, mapAsyncIterator, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import { type Context, createContext } from '../schema/context.js';
import { accessError, badRequest } from '../schema/errors.js';
import type { Errors } from './errors.js';
import { MAX_BODY_BYTES, overLimits, parseWithinLimits, refuseDeepJson } from './limits.js';
import type { ServerOptions } from './options.js';
import { tokenFrom } from './token.js';

/** What a request over HTTP begins with. */
export interface HttpContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly requestId: string;
}

export type Pipeline = YogaServerInstance<HttpContext, Context>;

/** HTTP and server-sent events bring a request; a WebSocket brings its upgrade request and its parameters. */
interface Sources {
  readonly requestId: string;
  readonly request?: Request;
  readonly connectionParams?: unknown;
  readonly extra?: { readonly request: IncomingMessage };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MAX_ERRORS = 20;

/** Parse, limits, validation, caller, execution and errors: the same for HTTP, server-sent events and WebSocket. */
export function createPipeline(options: ServerOptions, errors: Errors): Pipeline {
  return createYoga<HttpContext, Context>({
    schema: options.schema,
    graphqlEndpoint: '/graphql',
    healthCheckEndpoint: '/health',
    landingPage: false,
    multipart: false,
    logging: false,
    maxRequestBodySize: MAX_BODY_BYTES,
    // Callers are told by a header that no browser sends by itself, so any origin may ask.
    cors: { origin: '*', credentials: false, methods: ['GET', 'POST', 'OPTIONS'] },
    graphiql: { title: 'connector-gateway', subscriptionsProtocol: 'WS' },
    maskedErrors: { isDev: false, maskError: errors.mask },
    context: async (initial) => {
      const { request, connectionParams, extra, requestId } = initial as unknown as Sources;
      const header = (name: string) => request?.headers.get(name) ?? extra?.request.headers[name]?.toString();
      const token = tokenFrom(header, connectionParams);
      const principal = token === null ? null : await options.authenticate(token);
      // A token that is sent must be good; without one only what needs no caller is answered.
      if (token !== null && !principal) throw accessError(false);
      const correlation = header('x-correlation-id') ?? '';
      const facts = { requestId, correlationId: UUID.test(correlation) ? correlation : randomUUID() };
      const live = extra !== undefined || (header('accept') ?? '').includes('text/event-stream');
      return createContext(options.services, principal, facts, { live });
    },
    plugins: [acceptJsonOnly, refuseDeepVariables, withLimits, finishErrors()],
  });

  function finishErrors(): Plugin<HttpContext> {
    return {
      onResultProcess({ request, result, setResult, serverContext }) {
        const { requestId } = serverContext as unknown as HttpContext;
        const done = <Result>(one: Result) => errors.finished<Result>(one as never, requestId);
        if (Array.isArray(result)) setResult(result.map(done));
        else if (!isAsyncIterable(result)) setResult(done(result));
        else setResult(whileSignedIn(mapAsyncIterator(result as AsyncIterable<object>, done), request, requestId));
      },
    };
  }

  /** A live result ends, with the reason, instead of its first message after the key was revoked. */
  function whileSignedIn(source: AsyncIterable<object>, request: Request, requestId: string): AsyncIterable<object> {
    const token = tokenFrom((name) => request.headers.get(name) ?? undefined);
    // A database that cannot tell is no reason: what it cannot read is not sent either.
    const isGood = async () => token === null || (await options.authenticate(token).catch(() => true)) !== null;
    const iterator = source[Symbol.asyncIterator]();
    let over = false;
    // Not a generator: `return` must reach the source while `next` waits for it.
    return {
      [Symbol.asyncIterator]: () => ({
        async next() {
          if (over) return { done: true, value: undefined };
          const result = await iterator.next();
          if (result.done || (await isGood())) return result;
          over = true;
          await iterator.return?.();
          return { done: false, value: { errors: [errors.finish(accessError(false), requestId)] } };
        },
        async return() {
          over = true;
          await iterator.return?.();
          return { done: true, value: undefined };
        },
      }),
    };
  }
}

/** A form of another site can post everything but JSON. A body that cannot be read is the caller's mistake. */
const acceptJsonOnly: Plugin = {
  onRequestParse({ request, requestParser, setRequestParser }) {
    const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
    if (request.method === 'POST' && type !== 'application/json') {
      throw new GraphQLError('Post the request as application/json.', {
        extensions: { code: 'UNSUPPORTED_MEDIA_TYPE', http: { status: 415 } },
      });
    }
    if (!requestParser) return;
    setRequestParser(async (incoming) => {
      try {
        return await requestParser(incoming);
      } catch (error) {
        throw error instanceof GraphQLError ? error : badRequest('BAD_REQUEST', 'The request cannot be read.');
      }
    });
  },
};

const refuseDeepVariables: Plugin = {
  onParams({ params: { variables, extensions } }) {
    refuseDeepJson(variables);
    refuseDeepJson(extensions);
  },
};

const withLimits: Plugin = {
  onParse({ setParseFn }) {
    setParseFn(parseWithinLimits);
  },
  onValidate({ setValidationFn }) {
    setValidationFn((schema, document, rules) => {
      const refusal = overLimits(document);
      return refusal ? [refusal] : validate(schema, document, rules, { maxErrors: MAX_ERRORS, hideSuggestions: true });
    });
  },
};
