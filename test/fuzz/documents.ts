import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Random } from '../sim/random.js';
import { MARK } from '../support/leaks.js';
import { type Text, wildValue } from './values.js';

/** A request: a document made from the schema, with every argument in a variable or written out, as chance has it. */
export interface Request {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

export interface Making {
  readonly schema: GraphQLSchema;
  readonly random: Random;
  /** A text that is not to come back. */
  readonly text: Text;
  /** Ids of things that are there. */
  readonly ids: readonly string[];
}

/** Of a live field only the first message is of interest, so there are none. */
export function randomDocument(making: Making): Request {
  const { schema, random } = making;
  const mutates = random.chance(0.5);
  const root = (mutates ? schema.getMutationType() : schema.getQueryType())!;
  const fields = Object.values(root.getFields());
  const definitions: string[] = [];
  const variables: Record<string, unknown> = {};
  const count = mutates ? 1 : random.whole(1, 3);
  const selected = Array.from({ length: count }, (_, at) => `a${at}: ${fieldText(random.pick(fields), 4)}`);
  const heading = definitions.length > 0 ? `(${definitions.join(', ')})` : '';
  return { query: `${mutates ? 'mutation' : 'query'} ${heading} { ${selected.join(' ')} }`, variables };

  function fieldText(field: GraphQLField<unknown, unknown>, depth: number): string {
    const args = field.args.filter(({ type }) => isNonNullType(type) || random.chance(0.4));
    const given = args.map(({ name, type }) => `${name}: ${argument(type)}`).join(', ');
    return `${field.name}${given ? `(${given})` : ''} ${selection(field.type, depth)}`;
  }

  function argument(type: GraphQLInputType): string {
    const value = random.chance(0.08) ? wildValue(random, making.text) : inputOf(type, 0);
    const name = `v${definitions.length}`;
    definitions.push(`$${name}: ${type}`);
    if (!random.chance(0.03)) variables[name] = value;
    return `$${name}`;
  }

  function selection(type: GraphQLOutputType, depth: number): string {
    const named = getNamedType(type);
    if (!isCompositeType(named)) return '';
    if (depth === 0) return '{ __typename }';
    const own = isObjectType(named) || !isAbstractType(named) ? Object.values(named.getFields()) : [];
    const chosen = own.filter(({ args }) => args.every(({ type }) => !isNonNullType(type)) && random.chance(0.5));
    const parts = chosen.slice(0, 8).map((field) => fieldText(field, depth - 1));
    if (isAbstractType(named)) {
      const some = random.pick(schema.getPossibleTypes(named));
      parts.push(`... on ${some.name} ${selection(some, depth - 1)}`);
    }
    return `{ __typename ${parts.join(' ')} }`;
  }

  function inputOf(type: GraphQLInputType, depth: number): unknown {
    if (isNonNullType(type)) return random.chance(0.02) ? null : inputOf(type.ofType, depth);
    if (random.chance(0.05)) return random.chance(0.5) ? null : wildValue(random, making.text);
    if (isListType(type)) return Array.from({ length: random.whole(0, 3) }, () => inputOf(type.ofType, depth + 1));
    if (isEnumType(type)) return random.pick(type.getValues()).name;
    if (isInputObjectType(type)) return depth > 5 ? {} : membersOf(type, depth);
    return scalarOf(type.name);
  }

  function membersOf(type: Parameters<typeof isInputObjectType>[0] & { getFields(): object }, depth: number): object {
    const members = Object.values(type.getFields()) as { name: string; type: GraphQLInputType }[];
    const oneOf = (type as { isOneOf?: boolean }).isOneOf === true;
    const chosen = oneOf && random.chance(0.9) ? [random.pick(members)] : members;
    return Object.fromEntries(
      chosen
        .filter((member) => oneOf || isNonNullType(member.type) || random.chance(0.4))
        .map((member) => [member.name, inputOf(member.type, depth + 1)]),
    );
  }

  function scalarOf(name: string): unknown {
    switch (name) {
      case 'ID':
        return random.chance(0.6) && making.ids.length > 0 ? random.pick(making.ids) : making.text('id');
      case 'Int':
        return random.pick([0, 1, 2, 100, 101, -1, 2 ** 31 - 1, -(2 ** 31)]);
      case 'Float':
        return random.pick([0, 0.1, -1e308, 1e-308]);
      case 'Boolean':
        return random.chance(0.5);
      // What must never come back, whatever is wrong around it.
      case 'Secret':
        return random.pick([MARK, MARK, `${MARK}\u0000`, [MARK], { value: MARK }, making.text('secret')]);
      case 'Date':
        return random.pick(['2026-01-01', '2026-02-30', '0001-01-01', '9999-12-31', '2026-1-1', making.text('date')]);
      case 'DateTime':
        return random.pick(['2026-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '-271821-04-20T00:00:00Z', 'now']);
      case 'Decimal':
        return random.pick([
          '0',
          '18.40',
          '-1',
          '1e9',
          '99999999999999999999.9999',
          '0.00001',
          'NaN',
          making.text('d'),
        ]);
      default:
        return random.chance(0.5) ? making.text('text') : random.pick(['USD', 'x', '', ' ', 'CONTOSO', '1']);
    }
  }
}
