import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { fromDateColumn, isCalendarDate } from '../storage/calendar-date.js';
import { Secret } from '../storage/secret.js';

/** Messages never repeat the value: the scrubber in coercion.ts keeps it that way for graphql-js's own. */
function refuse(message: string): never {
  throw new GraphQLError(message);
}

export const DateResolver = new GraphQLScalarType<string, string>({
  name: 'Date',
  description:
    'A calendar date, `YYYY-MM-DD`. It has no time zone. What is recorded lies from 1970-01-01 to 2199-12-31.',
  serialize: (value) => (value instanceof Date ? fromDateColumn(value) : String(value)),
  parseValue: (value) =>
    typeof value === 'string' && isCalendarDate(value)
      ? value
      : refuse('A day that exists is expected, as YYYY-MM-DD.'),
  parseLiteral: (node) =>
    node.kind === Kind.STRING && isCalendarDate(node.value)
      ? node.value
      : refuse('A day that exists is expected, as YYYY-MM-DD.'),
});

const DECIMAL = /^-?\d{1,12}(\.\d{1,6})?$/;

export const DecimalResolver = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  description: 'An exact decimal number as text, such as "10.5375": up to 12 digits before and 6 after the point.',
  serialize: (value) =>
    typeof value === 'object' && value !== null && 'toFixed' in value
      ? (value as { toFixed(): string }).toFixed()
      : String(value),
  parseValue: (value) =>
    typeof value === 'string' && DECIMAL.test(value)
      ? value
      : refuse('A decimal number as text is expected, such as "18.40".'),
  parseLiteral: (node) =>
    node.kind === Kind.STRING && DECIMAL.test(node.value)
      ? node.value
      : refuse('A decimal number as text is expected, such as "18.40".'),
});

const LITERAL = 'Secrets travel in variables only: a document is logged, cached and shared.';

export const SecretResolver = new GraphQLScalarType<Secret, never>({
  name: 'Secret',
  description: 'A secret text. Write-only, and only in variables; it never comes back.',
  serialize: () => refuse('A secret is never given out.'),
  parseValue: (value) => (typeof value === 'string' ? new Secret(value) : refuse('Text is expected.')),
  parseLiteral: () => refuse(LITERAL),
});

export const SealedJsonResolver = new GraphQLScalarType<unknown, never>({
  name: 'SealedJSON',
  description:
    "An object of credentials as the connector's `credentialsSchema` describes it. Write-only, and only in variables.",
  serialize: () => refuse('Credentials are never given out.'),
  // Takes anything: what is wrong with it is said by the gateway's own check, which knows not to repeat it.
  parseValue: (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value).map(([name, item]) => [name, typeof item === 'string' ? new Secret(item) : item]),
        )
      : value,
  parseLiteral: () => refuse(LITERAL),
});
