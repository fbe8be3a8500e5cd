import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema as fromText,
  type GraphQLArgument,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { builtInConnectors } from '../../src/connectors/index.js';
import { buildSchema } from '../../src/schema/index.js';
import { root } from '../support/root.js';
import { sourceFiles } from '../support/source.js';

const connectors = builtInConnectors.map((factory) => factory.create({}, { productName: 'CloudCockpit' }).descriptor);
const schema = buildSchema(connectors);

const typesOf = (of: GraphQLSchema): GraphQLNamedType[] =>
  Object.values(of.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type));

interface Described {
  readonly description?: string | null | undefined;
}

/** Everything without a description, by its coordinate. */
function undescribed(of: GraphQLSchema): string[] {
  const missing: string[] = [];
  const look = (coordinate: string, { description }: Described) => {
    if (!description?.trim()) missing.push(coordinate);
  };
  for (const type of typesOf(of)) {
    look(type.name, type);
    if (isEnumType(type)) for (const value of type.getValues()) look(`${type.name}.${value.name}`, value);
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      look(`${type.name}.${field.name}`, field);
      const args: readonly GraphQLArgument[] = 'args' in field ? field.args : [];
      for (const arg of args) look(`${type.name}.${field.name}(${arg.name}:)`, arg);
    }
  }
  return missing;
}

/** What is wrong with the page types: the rules of Relay, around a domain type called Connection. */
function pageFaults(of: GraphQLSchema): string[] {
  const faults: string[] = [];
  const pages = typesOf(of).filter(({ name }) => name.endsWith('Connection') && name !== 'Connection');
  const nodes: string[] = [];
  for (const page of pages) {
    const fields = isObjectType(page) ? page.getFields() : {};
    if (String(fields.pageInfo?.type) !== 'PageInfo!') faults.push(`${page.name} has no pageInfo: PageInfo!`);
    const edge = fields.edges && getNamedType(fields.edges.type);
    if (!isObjectType(edge)) faults.push(`${page.name} has no edges`);
    else nodes.push(String(getNamedType(edge.getFields().node!.type)));
  }
  for (const node of new Set(nodes)) {
    if (nodes.filter((each) => each === node).length > 1) faults.push(`${node} has more than one page type`);
    if (!pages.some(({ name }) => name === `${node}Connection`))
      faults.push(`the page of ${node} is not ${node}Connection`);
  }
  const connection = of.getType('Connection');
  if (isObjectType(connection)) {
    if (!connection.getInterfaces().some(({ name }) => name === 'Node')) faults.push('Connection is no Node');
    if (connection.getFields().edges || connection.getFields().pageInfo) faults.push('Connection looks like a page');
  } else faults.push('There is no Connection');
  if (of.getType('ConnectorConnection')) faults.push('ConnectorConnection would be the page of Connector');
  return faults;
}

/** What is wrong with the mutations: one input, own payload, entry and reasons always there. */
function mutationFaults(of: GraphQLSchema): string[] {
  return Object.values(of.getMutationType()?.getFields() ?? {}).flatMap(({ name, args, type }) => {
    const faults: string[] = [];
    const capital = name.charAt(0).toUpperCase() + name.slice(1);
    const [input] = args;
    if (args.length !== 1 || input?.name !== 'input' || !isNonNullType(input.type))
      faults.push(`${name} takes not one input`);
    if (String(type) !== `${capital}Payload!`) faults.push(`${name} does not return ${capital}Payload!`);
    const fields = (getNamedType(type) as GraphQLObjectType).getFields();
    if (String(fields.auditLog?.type) !== 'AuditLog!') faults.push(`${name} has no auditLog: AuditLog!`);
    if (String(fields.userErrors?.type) !== '[UserError!]!') faults.push(`${name} has no userErrors: [UserError!]!`);
    return faults;
  });
}

function isVerb(value: unknown): value is { readonly code: string } {
  return typeof value === 'object' && value !== null && 'code' in value && 'run' in value && 'summary' in value;
}

/** Fields and arguments through which a secret could come out. */
function secretOutputs(of: GraphQLSchema): string[] {
  return typesOf(of).flatMap((type) =>
    isObjectType(type) || isInterfaceType(type)
      ? Object.values(type.getFields())
          .filter((field) => ['Secret', 'SealedJSON'].includes(getNamedType(field.type).name))
          .map((field) => `${type.name}.${field.name}`)
      : [],
  );
}

describe('the schema', () => {
  test('describes every type, field, argument, input field and enum value', () => {
    expect(undescribed(schema)).toEqual([]);
  });

  test('has one page type a node, and Connection is none', () => {
    expect(pageFaults(schema)).toEqual([]);
  });

  test('has mutations with one input and a payload of their own', () => {
    expect(mutationFaults(schema)).toEqual([]);
  });

  test('never gives a secret out', () => {
    expect(secretOutputs(schema)).toEqual([]);
    expect(schema.getType('Secret')).toBeDefined();
    expect(schema.getType('SealedJSON')).toBeDefined();
  });

  test('names its mutations as the audit log names the operations', async () => {
    const codes: string[] = [];
    for (const { path } of sourceFiles('src/operations')) {
      const exported = Object.values((await import(join(root, path))) as Record<string, unknown>);
      codes.push(...exported.filter(isVerb).map(({ code }) => code));
    }
    const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {});
    expect(codes.length).toBeGreaterThan(10);
    // The gateway alone pulls from a source: by its schedule, or on the command line.
    const asked = codes.filter((code) => code !== 'PullSource').sort();
    expect(mutations.map((name) => name.charAt(0).toUpperCase() + name.slice(1)).sort()).toEqual(asked);
  });

  test('is printed in schema.graphql, which is the review of the API', () => {
    const printed = readFileSync(join(root, 'schema.graphql'), 'utf8');
    const sorted = lexicographicSortSchema(schema);
    expect(printed, 'run: npm run schema').toBe(
      `# Generated by "npm run schema". Do not edit.\n\n${printSchema(sorted)}\n`,
    );
  });
});

describe('each rule fails on a schema that breaks it', () => {
  test('a description is missing', () => {
    const bare = fromText(
      '"""q""" type Query { "a" a("x" b: Int, c: Int): E d: Int } "e" enum E { "x" X Y } "i" input I { j: Int }',
    );
    expect(undescribed(bare)).toEqual(['Query.a(c:)', 'Query.d', 'E.Y', 'I.j']);
  });

  test('a page is not one', () => {
    const pages = fromText(`
      interface Node { id: ID! }
      type Connection { id: ID! pageInfo: Int }
      type Connector { id: ID! }
      type ConnectorEdge { node: Connector! }
      type ConnectorConnection { edges: [ConnectorEdge!]! pageInfo: PageInfo! }
      type OtherConnection { edges: [ConnectorEdge!]! }
      type PageInfo { hasNextPage: Boolean! }
      type Query { a: ConnectorConnection b: OtherConnection c: Connection }`);
    expect(pageFaults(pages).sort()).toEqual([
      'Connection is no Node',
      'Connection looks like a page',
      'Connector has more than one page type',
      'ConnectorConnection would be the page of Connector',
      'OtherConnection has no pageInfo: PageInfo!',
    ]);
  });

  test('a mutation is not like the others', () => {
    const odd = fromText(`
      type Query { a: Int }
      type AuditLog { id: ID! }
      input I { a: Int }
      type P { auditLog: AuditLog }
      type Mutation { a(input: I, more: Int): P }`);
    expect(mutationFaults(odd)).toEqual([
      'a takes not one input',
      'a does not return APayload!',
      'a has no auditLog: AuditLog!',
      'a has no userErrors: [UserError!]!',
    ]);
  });

  test('a secret comes out', () => {
    expect(secretOutputs(fromText('scalar Secret type Query { password: [Secret!] }'))).toEqual(['Query.password']);
  });
});
