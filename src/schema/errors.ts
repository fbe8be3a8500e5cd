import { GraphQLError } from 'graphql';
import { isExhausted, isUnavailable } from '../storage/database.js';

/** Top-level errors are for callers without the right, requests that cannot run, and faults of the server. */
export function accessError(signedIn: boolean): GraphQLError {
  return signedIn
    ? new GraphQLError('Your role does not allow this. It needs the role ADMINISTRATOR.', {
        extensions: { code: 'FORBIDDEN', http: { status: 403 } },
      })
    : new GraphQLError('Sign in: send an API key, or a token of your sign-in, as "Authorization: Bearer <it>".', {
        extensions: { code: 'UNAUTHENTICATED', http: { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } } },
      });
}

export function badRequest(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: 400 } } });
}

/** Why nobody is let in whoever asks, by the errors of the room that tells callers; null when the error is another one. */
export function asSignInError(error: unknown): GraphQLError | null {
  if (!(error instanceof Error)) return null;
  if (error.name === 'RefusedCallerError') {
    const { code } = error as Error & { code: string };
    return new GraphQLError(error.message, { extensions: { code, http: { status: 403 } } });
  }
  if (error.name !== 'SignInUnavailableError') return null;
  return new GraphQLError('Nobody can be signed in with a token just now. Try again.', {
    extensions: { code: 'SIGN_IN_UNAVAILABLE', http: { status: 503, headers: { 'Retry-After': '5' } } },
  });
}

/** Nobody waits for it any longer. */
export function lateError({ message, code }: { readonly message: string; readonly code: string }): GraphQLError {
  return new GraphQLError(`${message} The audit log tells what a mutation did.`, {
    extensions: { code, http: { status: 504 } },
  });
}

/** The same of an error; null when it is another one. */
export function asLate(error: unknown): GraphQLError | null {
  return error instanceof Error && error.name === 'DeadlineError' ? lateError(error as Error & { code: string }) : null;
}

/** A bad cursor, page size or id is the caller's mistake, said with its code; null when the error is another one. */
export function asBadRequest(error: unknown): GraphQLError | null {
  if (!(error instanceof Error) || !/^(CursorError|PageSizeError|EntryNotFoundError)$/.test(error.name)) return null;
  return badRequest((error as Error & { code: string }).code, error.message);
}

/** The database is away: the same request may be sent again as it is; null when the error is another one. */
export function asUnavailable(error: unknown): GraphQLError | null {
  if (isExhausted(error)) {
    return new GraphQLError(
      'The gateway has more to do than its database takes just now. Send the same request again.',
      {
        extensions: { code: 'OVERLOADED', http: { status: 503, headers: { 'Retry-After': '2' } } },
      },
    );
  }
  if (!isUnavailable(error)) return null;
  return new GraphQLError('The database of the gateway does not answer. Send the same request again.', {
    extensions: { code: 'UNAVAILABLE', http: { status: 503, headers: { 'Retry-After': '1' } } },
  });
}

export async function withBadRequests<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asBadRequest(error) ?? error;
  }
}
