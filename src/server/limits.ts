import type { GraphQLError, GraphQLSchema, ParseOptions } from 'graphql';
import { type DocumentNode, Lexer, parse, Source, TokenKind } from 'graphql';
import { badRequest } from '../schema/errors.js';
import { weightOf } from './weight.js';

/** 500 rows of a bulk push fit well; anything larger is refused before it is read. */
export const MAX_BODY_BYTES = 2 * 1024 * 1024;
export const MAX_FRAME_BYTES = 256 * 1024;
/** Requests and live fields under way on one socket. */
export const MAX_SOCKET_OPERATIONS = 50;

const MAX_TOKENS = 2_000;
/** Brackets of any kind: selections, lists, objects, arguments. */
const MAX_NESTING = 40;
const MAX_JSON_DEPTH = 40;
/** Fragments count wherever they are spread. The introspection query of GraphiQL is 15 deep. */
const MOST = { depth: 16, fields: 600, aliases: 30, directives: 50, objects: 20_000 } as const;

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
    if (weight[what] > most) return tooComplex(what === 'depth' ? `fields nested ${most} deep` : `${most} ${what}`);
  }
  return null;
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
