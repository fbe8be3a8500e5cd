import { expect, test } from 'vitest';
import { CONTRACT_VERSION, type Connector, type ConnectorDescriptor } from '../../src/connectors/contract.js';
import { createRegistry } from '../../src/connectors/registry.js';
import { connectorFor } from './autotask/session.js';

const good = connectorFor({});
const changed = (changes: object): Connector => ({
  ...good,
  descriptor: { ...good.descriptor, ...changes } as ConnectorDescriptor,
});
const field = good.descriptor.credentials[0];

test('a range of contract versions that holds this one is taken', () => {
  for (const contractVersion of [CONTRACT_VERSION, '^1.0.0', '^1.1.0', '^1.2.0', '1.x', '>=1.0.0 <3']) {
    expect(createRegistry([changed({ contractVersion })]).all).toHaveLength(1);
  }
});

test.each([
  [
    'another contract',
    { contractVersion: '^2.0.0' },
    `it works with contract ^2.0.0, this gateway speaks ${CONTRACT_VERSION}`,
  ],
  ['no range', { contractVersion: 'latest' }, 'its contractVersion "latest" is not a range of versions'],
  ['no limits', { limits: undefined }, 'its descriptor has no limits'],
  ['no id of ours', { id: 'Auto Task' }, 'its id must be lower-case letters, digits and dashes'],
  ['a field twice', { credentials: [field, field] }, `the field "${field?.name}" is there twice`],
  ['an open pattern', { settings: [{ ...field, pattern: 'a' }] }, 'is not anchored by ^ and $'],
  ['a broken pattern', { settings: [{ ...field, pattern: '^(a$' }] }, 'is not a regular expression'],
  ['an action without a title', { actions: [{ name: 'ping', title: '', input: [] }] }, '"ping" needs a title'],
])('%s stops the start with a sentence that names it', (_name, changes, fault) => {
  const start = () => createRegistry([changed(changes)]);
  expect(start).toThrow(`The connector "${'id' in changes ? changes.id : 'autotask'}" cannot be used: `);
  expect(start).toThrow(fault);
});

test('so does one that is none, and one that is there twice', () => {
  expect(() => createRegistry([{} as Connector])).toThrow('The connector "?" cannot be used: it has no descriptor.');
  expect(() => createRegistry([good, good])).toThrow('Two connectors have the id "autotask"');
});
