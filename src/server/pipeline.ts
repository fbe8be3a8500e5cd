import {
  type DocumentNode,
  GraphQLError,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  validate,
} from 'graphql';
import { createYoga, isAsyncIterable, mapAsyncIterator, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Principal } from '../access/principal.js';
import { type Context, createContext } from '../schema/context.js';
import { accessError, badRequest } from '../schema/errors.js';
import type { Arrival } from './arrival.js';
import { limitedBody } from './body.js';
import { bounded } from './bounds.js';
import type { Errors } from './errors.js';
import { guardPage, PAGE, renderGraphiql } from './graphiql.js';
import type { HttpContext } from './http-context.js';
import { overLimits, parseWithinLimits, refuseDeepJson } from './limits.js';
import type { RequestPolicy, ServerOptions } from './options.js';
import type { Params, persistedOperations } from './persisted.js';
import { DEFAULT_POLICY, guarded, mayIntrospect, originAllowed } from './policy.js';
import { factsOf, type Sent } from './request-facts.js';
import { watchSignIn } from './sign-in.js';
import { tokenFrom } from './token.js';

export type Pipeline = YogaServerInstance<HttpContext, Context>;

interface Sources extends Sent {
  readonly requestId: string;
  readonly caller?: Principal | null;
  /** Of the document that was parsed; absent: it names none. */
  readonly operation?: OperationDefinitionNode;
}

const MAX_ERRORS = 20;

/** Parse, limits, validation, caller, execution and errors: the same for HTTP, server-sent events and WebSocket. */
export function createPipeline(
  options: ServerOptions,
  arrival: Arrival,
  errors: Errors,
  persisted: ReturnType<typeof persistedOperations>,
): Pipeline {
  const { policy = DEFAULT_POLICY } = options;
  return createYoga<HttpContext, Context>({
    schema: options.schema,
    graphqlEndpoint: '/graphql',
    healthCheckEndpoint: '/health',
    landingPage: false,
    multipart: false,
    logging: false,
    // Who asks decides: `limitedBody`.
    maxRequestBodySize: false,
    // Callers are told by a header that no browser sends by itself, so no credentials are ever allowed.
    cors: {
      origin: policy.origins ? [...policy.origins] : '*',
      credentials: false,
      methods: ['GET', 'POST', 'OPTIONS'],
    },
    // It sends what people type.
    graphiql: policy.graphiql && policy.persisted?.others !== 'nobody' && PAGE,
    renderGraphiQL: renderGraphiql,
    maskedErrors: { isDev: false, maskError: errors.mask },
    context: (initial) => {
      const { requestId, operation, caller = null, ...sent } = initial as unknown as Sources;
      const live = operation?.operation === OperationTypeNode.SUBSCRIPTION;
      return createContext(options.services, caller, factsOf(sent, requestId, operation), { live });
    },
    plugins: [
      refuseOrigins(policy),
      letIn(arrival),
      limitedBody,
      acceptJsonOnly,
      guardPage,
      refuseDeepVariables,
      ...(persisted ? [persisted.plugin] : []),
      withLimits,
      guardSchema(policy),
      bounded(policy, options.log),
      finishErrors(),
    ],
  });

  function finishErrors(): Plugin<HttpContext> {
    return {
      onResultProcess({ request, result, setResult, serverContext }) {
        const { requestId, streaming } = serverContext as unknown as HttpContext;
        const done = <Result>(one: Result) => errors.finished<Result>(one as never, requestId);
        if (Array.isArray(result)) setResult(result.map(done));
        else if (!isAsyncIterable(result)) setResult(done(result));
        else {
          streaming();
          setResult(whileSignedIn(mapAsyncIterator(result as AsyncIterable<object>, done), request, requestId));
        }
      },
    };
  }

  /** A live result ends with the reason when its key or token does, and no message is sent after that. */
  function whileSignedIn(source: AsyncIterable<object>, request: Request, requestId: string): AsyncIterable<object> {
    const token = tokenFrom((name) => request.headers.get(name) ?? undefined);
    if (token === null) return source;
    const watch = watchSignIn(options, token);
    const iterator = source[Symbol.asyncIterator]();
    let over = false;
    let ended = false;
    let stopWaiting = () => {};
    void watch.over.then(() => {
      ended = true;
      stopWaiting();
    });
    /** The next result, or null as soon as the caller may not go on. */
    const next = () =>
      new Promise<IteratorResult<object> | null>((resolve, reject) => {
        stopWaiting = () => resolve(null);
        if (ended) resolve(null);
        else iterator.next().then(resolve, reject);
      });
    const end = async () => {
      over = true;
      watch.stop();
      await iterator.return?.();
    };
    // Not a generator: `return` must reach the source while `next` waits for it.
    return {
      [Symbol.asyncIterator]: () => ({
        async next() {
          if (over) return { done: true, value: undefined };
          const result = await next();
          if (result?.done) watch.stop();
          if (result && (result.done || (await watch.check()) === null)) return result;
          await end();
          return { done: false, value: { errors: [errors.finish(accessError(false), requestId)] } };
        },
        async return() {
          await end();
          return { done: true, value: undefined };
        },
      }),
    };
  }
}

function isDocument(parsed: unknown): parsed is DocumentNode {
  return (parsed as DocumentNode | null)?.kind === Kind.DOCUMENT;
}

/** The browser would only hide the answer from a page of another origin; here nothing is carried out either. */
function refuseOrigins(policy: RequestPolicy): Plugin<HttpContext> {
  return {
    onRequestParse({ serverContext }) {
      const { req } = serverContext as unknown as HttpContext;
      if (req && !originAllowed(policy, req)) {
        throw new GraphQLError('Pages of this origin may not ask.', {
          extensions: { code: 'ORIGIN_NOT_ALLOWED', http: { status: 403 } },
        });
      }
    },
  };
}

/** Before anything of the request is read. */
function letIn(arrival: Arrival): Plugin<HttpContext> {
  return {
    async onRequestParse({ request, serverContext }) {
      const context = serverContext as unknown as HttpContext;
      context.caller = await arrival.letIn(tokenFrom((name) => request.headers.get(name) ?? undefined));
    },
  };
}

function guardSchema(policy: RequestPolicy): Plugin<Context> {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const { principal } = args.contextValue as unknown as Context;
      if (mayIntrospect(policy, principal)) return;
      const { refused, document } = guarded(args.document);
      args.document = document;
      if (!refused) return;
      const refusal = principal
        ? new GraphQLError('The schema is not told here; it is published as schema.graphql.', {
            extensions: { code: 'INTROSPECTION_DISABLED', http: { status: 403 } },
          })
        : accessError(false);
      setResultAndStopExecution({ errors: [refusal] });
    },
  };
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
    // Never unpacked: a few bytes could become gigabytes.
    if ((request.headers.get('content-encoding') ?? 'identity') !== 'identity') {
      throw new GraphQLError('Send the request as it is, without a content encoding.', {
        extensions: { code: 'UNSUPPORTED_CONTENT_ENCODING', http: { status: 415 } },
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
    return ({ result, context, extendContext }) => {
      const { params } = context as { readonly params?: Params };
      const node = isDocument(result) ? getOperationAST(result, params?.operationName) : null;
      extendContext({ operation: node ?? undefined } as never);
    };
  },
  onValidate({ setValidationFn }) {
    setValidationFn((schema, document, rules) => {
      const refusal = overLimits(document, schema);
      return refusal ? [refusal] : validate(schema, document, rules, { maxErrors: MAX_ERRORS, hideSuggestions: true });
    });
  },
};
