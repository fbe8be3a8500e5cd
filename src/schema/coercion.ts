import {
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  Kind,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';

/**
 * graphql-js repeats the offending value in its errors, secrets included (graphql-js issue 2629). These messages say the
 * path and the reason, never the value: they are made anew from the schema, or are texts that can hold names only.
 * For every error that graphql-js or the HTTP layer made by itself, whatever the type, because a secret may stand in the
 * wrong place.
 */
export function quietMessage(error: GraphQLError, schema: GraphQLSchema): string {
  const { message } = error;
  const node = error.nodes?.[0];
  if (node?.kind === Kind.VARIABLE_DEFINITION && message.includes(' got invalid value ')) {
    return ofVariable(error, node, schema);
  }
  if (message.startsWith('Syntax Error: ')) return ofSyntax(message);
  for (const [pattern, quiet] of LITERALS) {
    const found = pattern.exec(message);
    if (found) return quiet(found[1] ?? '');
  }
  const told = message.replace(/ Did you mean [\s\S]*$/, '');
  return QUOTES_NAMES_ONLY.test(told) ? told : 'The request is not valid.';
}

/** Texts whose beginning is the server's and whose rest quotes the value. */
const LITERALS: readonly (readonly [RegExp, (name: string) => string])[] = [
  [/^Expected value of type "([\w![\]]+)", found /, (type) => `Expected a value of type "${type}".`],
  [/^Enum "(\w+)" cannot represent /, (name) => `The value is none of the enum "${name}".`],
  [/^Value "[^"]*" does not exist in "(\w+)" enum\./, (name) => `The value is none of the enum "${name}".`],
  [/^(\w+) cannot (?:represent|be serialized) /, (name) => `The value does not fit the type "${name}".`],
  [/^Argument "(\w+)" has invalid value /, (name) => `The argument "${name}" has an invalid value.`],
  [/^Unknown operation named /, () => 'The document has no operation of that name.'],
  [/^Unexpected parameter /, () => 'The request has a parameter that is not known.'],
];

/** Field names in a document, types, variables: never a value. */
const QUOTES_NAMES_ONLY = /^(?:[^"]|"[$@]?[\w.![\]]+"|"18\.40")*$/;

/** The message ends with `; ` and its cause's message; the cause alone, and the path before it, can be trusted. */
function ofVariable(error: GraphQLError, node: VariableDefinitionNode, schema: GraphQLSchema): string {
  const name = node.variable.name.value;
  const reason = error.originalError?.message ?? '';
  const prefix = error.message.slice(0, error.message.length - reason.length - 2);
  // Quotes inside a value are escaped and an object ends with a brace, so no value can end like this.
  const path = / at "\w+((?:\.\w+|\[\d+\])+)"$/.exec(prefix)?.[1] ?? '';
  const place = path === '' ? '' : ` at "${name}${path}"`;
  return `Variable "$${name}" got an invalid value${place}: ${quietReason(reason, typeAt(node, path, schema))}`;
}

/** Reasons that quote nothing but the schema. */
const TELLING = [
  /^Expected non-nullable type "[\w![\]]+" not to be null\.$/,
  /^Expected type "\w+" to be an object\.$/,
  /^Field "\w+" of required type "[\w![\]]+" was not provided\.$/,
  /^Field "\w+" must be non-null\.$/,
  /^Exactly one key must be specified for OneOf type "\w+"\.$/,
  /^A day that exists is expected, as YYYY-MM-DD\.$/,
  /^A decimal number as text is expected, such as "18\.40"\.$/,
  /^Text is expected\.$/,
];

function quietReason(reason: string, type: GraphQLInputType | null): string {
  if (TELLING.some((pattern) => pattern.test(reason))) return reason;
  if (type === null) return 'It does not fit its type.';
  const named = getNamedType(type);
  if (isEnumType(named)) return `It is none of the enum "${named.name}".`;
  if (isInputObjectType(named) && reason.startsWith('Field "')) {
    return `It has a field that the type "${named.name}" does not define.`;
  }
  return `It does not fit the type "${named.name}".`;
}

/** The type at a path such as `.items[3].status`, or null where the path leads nowhere. */
function typeAt(node: VariableDefinitionNode, path: string, schema: GraphQLSchema): GraphQLInputType | null {
  const declared = typeFromAST(schema, node.type);
  let type = isInputType(declared) ? declared : null;
  for (const [step, field] of path.matchAll(/\.(\w+)|\[\d+\]/g)) {
    if (type === null) return null;
    const open: GraphQLInputType = getNullableType(type);
    if (step.startsWith('[')) type = isListType(open) ? open.ofType : null;
    else {
      const holder = getNamedType(open);
      type = isInputObjectType(holder) ? (holder.getFields()[field ?? '']?.type ?? null) : null;
    }
  }
  return type;
}

/** Says the kind of a token, not its text; the location says which one. */
function ofSyntax(message: string): string {
  return message
    .replace(/\b(Name|Int|Float|String|BlockString|Comment) "[\s\S]*$/, '$1.')
    .replace(/: "[\s\S]*$/, '.')
    .replace(/, did you mean [\s\S]*$/, '.');
}
