import { GraphQLError, type GraphQLSchema, Kind } from 'graphql';
import { AccessError } from '../operations/run.js';
import { quietMessage } from '../schema/coercion.js';
import { accessError, asBadRequest, asLate, asSignInError, asUnavailable } from '../schema/errors.js';
import type { Log } from './options.js';

/** A result as it leaves the executor. */
interface Executed {
  readonly errors?: readonly GraphQLError[] | undefined;
}

export type Errors = ReturnType<typeof createErrors>;

/** Codes of graphql-js, the executor and Yoga: their texts may quote what they are about. */
const FOREIGN = /^(GRAPHQL_\w+|BAD_USER_INPUT|BAD_REQUEST|OPERATION_RESOLUTION_FAILURE)$/;

/** Every top-level error: what was meant to be told keeps its words, faults are masked, values never show. */
export function createErrors(schema: GraphQLSchema, log: Log) {
  return { mask, finish, finished };

  /** What a client may know of something thrown. Faults are logged here, once. */
  function mask(error: unknown): GraphQLError {
    const told =
      error instanceof GraphQLError ? toldOf(error) : (asLate(error) ?? asSignInError(error) ?? asBadRequest(error));
    if (told) return told;
    const located = error instanceof GraphQLError ? error : null;
    const cause = causeOf(error);
    if (cause?.name !== 'AbortError') {
      const facts = { fault: cause?.name, message: firstLine(cause?.message), path: located?.path?.join('.') };
      log('error', 'A request failed.', facts);
    }
    const fault =
      asUnavailable(cause) ??
      new GraphQLError('The gateway failed to answer this. The fault was logged.', {
        extensions: { code: 'INTERNAL', http: { status: 500 } },
      });
    return located ? at(located, fault) : fault;
  }

  /** A fresh error with code and request id, in words that quote no value. Never changes the given one: it may be cached. */
  function finish(error: GraphQLError, requestId: string): GraphQLError {
    const { code: given, http } = error.extensions;
    const foreign = typeof given !== 'string' || FOREIGN.test(given);
    const code = foreign ? codeOf(error) : given;
    const { nodes, source, positions, path } = error;
    return new GraphQLError(foreign ? quietMessage(error, schema) : error.message, {
      ...{ nodes, source, positions, path },
      extensions: { code, requestId, ...(http !== undefined && { http: httpOf(code, http) }) },
    });
  }

  function finished<Result>(result: Result & Executed, requestId: string): Result {
    if (!result.errors) return result;
    return { ...result, errors: result.errors.map((error) => finish(error, requestId)) };
  }
}

/** The error as it may be told, or null when it is a fault. */
function toldOf(error: GraphQLError): GraphQLError | null {
  const cause = causeOf(error);
  if (cause instanceof AccessError) return at(error, accessError(true));
  const badRequest = asSignInError(cause) ?? asBadRequest(cause);
  if (badRequest) return at(error, badRequest);
  // A variable's error is told in our own words, whoever threw it.
  if (error.path === undefined && error.nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION) return error;
  if (!(cause instanceof GraphQLError)) return null;
  // Behind a path only errors made on purpose are told; the others are values that do not fit their own schema.
  const meant =
    error.path === undefined || error.extensions.code !== undefined || error.message.startsWith('Argument "');
  return meant ? error : null;
}

/** By the specification a document or variable at fault is a 200 to who accepts plain JSON only; other faults are not. */
function httpOf(code: string, http: unknown): object {
  return code.startsWith('GRAPHQL_') || code === 'BAD_USER_INPUT'
    ? (http as object)
    : { ...(http as object), spec: false };
}

function causeOf(error: unknown): Error | undefined {
  let cause = error instanceof Error ? error : undefined;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

/** The second error in the place of the first one. */
function at({ nodes, path }: GraphQLError, { message, extensions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { nodes, path, extensions });
}

function codeOf({ message, extensions, nodes }: GraphQLError): string {
  if (message.startsWith('Syntax Error')) return 'GRAPHQL_PARSE_FAILED';
  if (nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION || message.startsWith('Argument "')) return 'BAD_USER_INPUT';
  return typeof extensions.code === 'string' ? extensions.code : 'GRAPHQL_VALIDATION_FAILED';
}

/** A fault's message may quote what it was about; the log gets its first line, short. */
function firstLine(message: string | undefined): string {
  return (message ?? '').split('\n', 1)[0]?.slice(0, 200) ?? '';
}
