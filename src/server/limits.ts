import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  Lexer,
  type OperationDefinitionNode,
  OperationTypeNode,
  type ParseOptions,
  parse,
  Source,
  TokenKind,
} from 'graphql';
import { badRequest } from '../schema/errors.js';
import { weightOf } from './weight.js';

const KIB = 1024;
/** Of a request, whoever sends it; nothing that is larger is read. */
export const MAX_BODY_BYTES = 100 * KIB;
/** Of a push, from whoever may push: 500 rows of 2 KiB each. */
export const MAX_BULK_BYTES = 1024 * KIB;
export const MAX_FRAME_BYTES = 100 * KIB;
/** The mutations that take rows. */
export const BULK_MUTATIONS = ['upsertCloudSubscriptions', 'upsertCustomers', 'upsertOffers'];
/** Requests and live fields under way on one socket. */
export const MAX_SOCKET_OPERATIONS = 50;

const MAX_TOKENS = 1_000;
/** Brackets of any kind: selections, lists, objects, arguments. */
const MAX_NESTING = 40;
const MAX_JSON_DEPTH = 40;
/**
 * Fragments count wherever they are spread. The schema is asked by tools with one document of their own, 15 deep; that part
 * of a document is looked up in memory, and graphql-js refuses its circles.
 */
const MOST = { depth: 12, schemaDepth: 16, fields: 600, aliases: 15, directives: 50, objects: 5_000 } as const;

/** Parses a document small enough for the recursion of whoever walks it. Throws the refusal, or a syntax error. */
export function parseWithinLimits(source: string | Source, options?: ParseOptions): DocumentNode {
  const lexer = new Lexer(typeof source === 'string' ? new Source(source) : source);
  let nesting = 0;
  for (let count = 1; lexer.advance().kind !== TokenKind.EOF; count += 1) {
    nesting += STEPS[lexer.token.kind] ?? 0;
    if (nesting > MAX_NESTING) throw tooComplex(`brackets nested ${MAX_NESTING} deep`);
    if (count > MAX_TOKENS) throw tooComplex(`${MAX_TOKENS} tokens`);
  }
  return parse(source, options);
}

const STEPS: { readonly [kind: string]: number } = {
  [TokenKind.BRACE_L]: 1,
  [TokenKind.BRACKET_L]: 1,
  [TokenKind.PAREN_L]: 1,
  [TokenKind.BRACE_R]: -1,
  [TokenKind.BRACKET_R]: -1,
  [TokenKind.PAREN_R]: -1,
};

/** What is too much about a document; null when it may run. */
export function overLimits(document: DocumentNode, schema: GraphQLSchema): GraphQLError | null {
  const weight = weightOf(document, schema);
  for (const [what, most] of Object.entries(MOST) as [keyof typeof MOST, number][]) {
    const deep = what === 'depth' || what === 'schemaDepth';
    if (weight[what] > most) return tooComplex(deep ? `fields nested ${most} deep` : `${most} ${what}`);
  }
  return null;
}

/** Whether an operation does nothing but push rows. */
export function isBulk(operation: OperationDefinitionNode): boolean {
  return (
    operation.operation === OperationTypeNode.MUTATION &&
    operation.selectionSet.selections.every(
      (node) => node.kind === Kind.FIELD && BULK_MUTATIONS.includes(node.name.value),
    )
  );
}

/** Refuses JSON that is deeper than whoever walks it could bear. */
export function refuseDeepJson(value: unknown): void {
  if (!deeperThan(value, MAX_JSON_DEPTH)) return;
  throw badRequest('VARIABLES_TOO_DEEP', `Variables may be nested ${MAX_JSON_DEPTH} deep.`);
}

function deeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((each) => deeperThan(each, depth - 1));
}

function tooComplex(most: string): GraphQLError {
  return badRequest('DOCUMENT_TOO_COMPLEX', `The document is too complex: at most ${most}.`);
}
