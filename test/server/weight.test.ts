import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { weightOf } from '../../src/server/weight.js';
import { root } from '../support/root.js';

const schema = buildSchema(readFileSync(join(root, 'schema.graphql'), 'utf8'));
const objectsOf = (document: string) => weightOf(parse(document), schema).objects;

describe('what a document may bring', () => {
  test.each([
    ['a page', '{ connections(first: 30) { nodes { id } } }', 30],
    ['a page of no size', '{ connections { edges { node { id } } } }', 25],
    ['a page of a size in a variable', 'query ($n: Int) { connections(first: $n) { nodes { id } } }', 100],
    ['a page of which only the cursors are shown', '{ connections(last: 30) { pageInfo { endCursor } } }', 30],
    ['a page of which only the count is shown', '{ connections(first: 1) { totalCount } }', 11],
    ['pages inside pages', '{ connections(first: 10) { nodes { mappings(first: 5) { nodes { id } } } } }', 60],
    ['counts inside a page', '{ connections(first: 10) { nodes { mappings(first: 5) { totalCount } } } }', 160],
    ['a count beside the rows', '{ connections(first: 10) { totalCount nodes { id } edges { cursor } } }', 20],
    [
      'what is inside rows and edges',
      '{ connections(first: 2) { edges { node { reconciliations(first: 3) { id } } } } }',
      8,
    ],
    ['a list of a default size', '{ connections(first: 2) { nodes { reconciliations { id } } } }', 22],
    ['a list of no size', '{ auditLogs(first: 2) { nodes { history { at } } } }', 22],
    ['a list of texts', '{ auditLogs(first: 2) { nodes { actions } } }', 2],
    [
      'objects by their ids',
      '{ nodes(ids: ["a", "b"]) { ... on Connection { mappings(first: 3) { totalCount } } } }',
      28,
    ],
    ['ids in a variable', 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', 100],
    ['one object', '{ node(id: "a") { id } }', 0],
    [
      'a fragment, as often as it is spread',
      '{ a: connections(first: 2) { ...P } connections(first: 3) { ...P } } fragment P on ConnectionConnection { nodes { mappings(first: 4) { totalCount } } }',
      75,
    ],
    ['the schema', '{ __schema { types { fields { args { name } } } } }', 0],
    ['a field that is not there', '{ nothing(first: 5) { nodes { mappings(first: 5) { id } } } }', 0],
  ])('%s', (_name, document, objects) => {
    expect(objectsOf(document)).toBe(objects);
  });
});
