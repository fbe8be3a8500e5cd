import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Kind, type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import type { RequestFacts } from '../schema/context.js';
import { badRequest } from '../schema/errors.js';

/** HTTP and server-sent events bring a request; a WebSocket brings the one it began with. */
export interface Sent {
  readonly request?: Request;
  readonly extra?: { readonly request: IncomingMessage };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What the headers say of an operation. Throws the refusal. */
export function factsOf(
  { request, extra }: Sent,
  requestId: string,
  operation: OperationDefinitionNode | undefined,
): RequestFacts {
  const correlation =
    request?.headers.get('x-correlation-id') ?? extra?.request.headers['x-correlation-id']?.toString() ?? '';
  const correlationSent = UUID.test(correlation);
  return {
    requestId,
    correlationId: correlationSent ? correlation : randomUUID(),
    correlationSent,
    // The headers a socket began with are not of one operation.
    idempotencyKey: keyOf(request, operation),
  };
}

function keyOf(request: Request | undefined, operation: OperationDefinitionNode | undefined): string | null {
  const key = request?.headers.get('idempotency-key') ?? null;
  if (key === null || operation?.operation !== OperationTypeNode.MUTATION) return null;
  if (isOne(operation)) return key;
  throw badRequest(
    'BAD_REQUEST',
    'The header Idempotency-Key is for one mutation. Send one a request, or give each the idempotencyKey of its input.',
  );
}

function isOne({ selectionSet: { selections } }: OperationDefinitionNode): boolean {
  const own = selections.filter((node) => node.kind !== Kind.FIELD || node.name.value !== '__typename');
  return own.length === 1 && own[0]?.kind === Kind.FIELD;
}
