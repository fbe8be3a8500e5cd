import { type DocumentNode, GraphQLError, getOperationAST } from 'graphql';
import type { FetchAPI, Plugin } from 'graphql-yoga';
import { mayChange } from '../access/principal.js';
import { badRequest } from '../schema/errors.js';
import type { HttpContext } from './http-context.js';
import { isBulk, MAX_BODY_BYTES, MAX_BULK_BYTES } from './limits.js';
import type { Params } from './persisted.js';

const LENGTH = /^\d+$/;

/**
 * How much of a request is read: of a stranger's and a viewer's 100 KiB, of one that may push rows 1 MiB, which must then be
 * a push. To be asked behind whatever lets the caller in, and in front of whatever reads.
 */
export const limitedBody: Plugin = {
  onRequestParse({ request, requestParser, setRequestParser, serverContext, fetchAPI }) {
    const context = serverContext as unknown as HttpContext;
    const most = context.caller && mayChange(context.caller) ? MAX_BULK_BYTES : MAX_BODY_BYTES;
    const length = request.headers.get('content-length') ?? '0';
    if (!LENGTH.test(length)) throw badRequest('BAD_REQUEST', 'The Content-Length is no number.');
    if (Number(length) > most) throw tooLarge(most);
    if (!requestParser || !request.body) return;
    setRequestParser(async (incoming) => {
      const body = await read(incoming, most);
      context.bodyBytes = body.byteLength;
      return requestParser(withBody(incoming, body, fetchAPI));
    });
  },
  onParse() {
    return ({ result, context }) => {
      const { bodyBytes = 0, params } = context as unknown as HttpContext & { readonly params?: Params };
      if (bodyBytes <= MAX_BODY_BYTES || result instanceof Error) return;
      const operation = getOperationAST(result as DocumentNode, params?.operationName);
      if (operation && !isBulk(operation)) throw tooLarge(MAX_BODY_BYTES);
    };
  },
};

async function read(request: Request, most: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = request.body?.getReader();
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    bytes += next.value.byteLength;
    if (bytes > most) {
      void discard(reader);
      throw tooLarge(most);
    }
    chunks.push(next.value);
  }
  return Buffer.concat(chunks);
}

/** So that a client which is still sending gets its answer instead of a broken connection. The server's patience ends it. */
async function discard(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<void> {
  try {
    while ((await reader?.read())?.done === false);
  } catch {
    // It has left.
  }
}

function withBody({ url, method, headers, signal }: Request, body: Buffer, fetchAPI: FetchAPI): Request {
  return new fetchAPI.Request(url, { method, headers, signal, body: new Uint8Array(body) });
}

function tooLarge(most: number): GraphQLError {
  const text = `A request may have ${most / 1024} KiB; a push of rows by an administrator ${MAX_BULK_BYTES / 1024} KiB.`;
  return new GraphQLError(text, { extensions: { code: 'REQUEST_ENTITY_TOO_LARGE', http: { status: 413 } } });
}
