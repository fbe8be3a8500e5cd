import { expect, test } from 'vitest';
import type { ConnectorDescriptor } from '../../../src/connectors/contract.js';
import { breakingChanges, reference } from '../../../src/connectors/kit/index.js';

const { descriptor } = reference.create({ url: 'http://127.0.0.1:1' }, { productName: 'Test' });
const changed = (changes: object) => ({ ...descriptor, ...changes }) as ConnectorDescriptor;
const [token] = descriptor.credentials;
const { lookups, changes } = descriptor.capabilities;
const { company, service } = lookups;

test.each([
  ['another id', { id: 'other' }, ['Its id was "reference" and is "other"; stored connections name the old one.']],
  ['a field less', { credentials: [] }, ['The credential "token" is gone.']],
  [
    'a required field more',
    { settings: [{ ...token, name: 'region', secret: false }] },
    ['The setting "region" is new and required.'],
  ],
  ['an open secret', { credentials: [{ ...token, secret: false }] }, ['The credential "token" is no longer secret.']],
  ['less room', { credentials: [{ ...token, maxLength: 10 }] }, ['The credential "token" takes fewer characters.']],
  ['another pattern', { credentials: [{ ...token, pattern: '^a$' }] }, ['The credential "token" has another pattern.']],
  [
    'a look-up and a frequency less',
    { capabilities: { lookups: { company, service }, changes, billingFrequencies: ['MONTHLY'] } },
    ['The look-up "contract" is gone.', 'The billing frequency "ANNUAL" is gone.'],
  ],
  ['no actions', { actions: undefined }, ['The action "countItems" is gone.']],
  ['no columns', { lookupColumns: {} }, ['The company column "city" is gone.']],
])('%s breaks what was published', (_name, what, sentences) => {
  expect(breakingChanges(descriptor, changed(what))).toEqual(sentences);
});

test('what is added, and what a new major version takes away, does not', () => {
  const optional = { ...token, name: 'region', secret: false, required: false };
  expect(breakingChanges(descriptor, changed({ settings: [optional], title: 'Other' }))).toEqual([]);
  expect(breakingChanges(descriptor, changed({ version: '2.0.0', credentials: [] }))).toEqual([]);
  expect(breakingChanges(descriptor, changed({ version: 'next', credentials: [] }))).toHaveLength(1);
});
