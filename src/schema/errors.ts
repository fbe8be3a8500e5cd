import { GraphQLError } from 'graphql';

/** Top-level errors are for callers without the right, requests that cannot run, and faults of the server. */
export function accessError(signedIn: boolean): GraphQLError {
  return signedIn
    ? new GraphQLError('Your role does not allow this. It needs the role ADMINISTRATOR.', {
        extensions: { code: 'FORBIDDEN', http: { status: 403 } },
      })
    : new GraphQLError('Sign in: send an API key as "Authorization: Bearer <key>".', {
        extensions: { code: 'UNAUTHENTICATED', http: { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } } },
      });
}

export function badRequest(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: 400 } } });
}

/** A bad cursor, page size or id is the caller's mistake, said with its code; null when the error is another one. */
export function asBadRequest(error: unknown): GraphQLError | null {
  if (!(error instanceof Error) || !/^(CursorError|PageSizeError|EntryNotFoundError)$/.test(error.name)) return null;
  return badRequest((error as Error & { code: string }).code, error.message);
}

export async function withBadRequests<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asBadRequest(error) ?? error;
  }
}
