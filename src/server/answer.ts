import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendNodeResponse } from '@whatwg-node/server';
import type { GraphQLError } from 'graphql';
import { badRequest } from '../schema/errors.js';
import type { Errors } from './errors.js';
import type { HttpContext } from './http-context.js';
import type { Pipeline } from './pipeline.js';

/** Nothing that would end the host's part of an address. */
const HOST = /^[^\s/?#@\\]*$/;

/** Takes a request through the pipeline. What fails before or behind it is answered by the same rules: typed, masked, logged. */
export function createAnswerer(pipeline: Pipeline, errors: Errors) {
  return async (context: HttpContext): Promise<void> => {
    const { req, res, requestId } = context;
    try {
      if (!hasAddress(req))
        throw badRequest('BAD_REQUEST', 'Send the name of this server as Host, such as gateway:4000.');
      // Not the adapter's own listener: that one answers the stack of what it did not expect.
      await sendNodeResponse(await pipeline.handleNodeRequestAndResponse(req, res, context), res, req, true);
    } catch (error) {
      tell(res, errors.finish(errors.mask(error), requestId));
    }
  };
}

/** Whether an address can be made of a request, as the pipeline does. */
function hasAddress({ headers: { host = 'localhost' }, url = '' }: IncomingMessage): boolean {
  return HOST.test(host) && URL.canParse(`http://${host}`) && URL.canParse(`http://${host}${url}`);
}

function tell(response: ServerResponse, error: GraphQLError): void {
  if (response.headersSent) return void response.destroy();
  const { status = 500, headers = {} } = (error.extensions.http ?? {}) as { status?: number; headers?: object };
  const body = JSON.stringify({ errors: [told(error)] });
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

function told(error: GraphQLError): object {
  const { http: _, ...extensions } = error.extensions;
  return { ...error.toJSON(), extensions };
}
