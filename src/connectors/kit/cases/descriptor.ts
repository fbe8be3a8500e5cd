import { connectorFaults } from '../../define.js';
import { must } from '../failure.js';
import { equal, notPlain } from '../plain.js';
import { CHANGES, type ConformanceCase, LOOKUPS } from './case.js';

/** What a descriptor says, before anything is called. */
export const descriptorCases: readonly ConformanceCase[] = [
  {
    id: 'descriptor.valid',
    level: 'Basic',
    capability: 'descriptor',
    title: 'The descriptor is whole and fits this version of the contract',
    async run({ simulation: { connector } }) {
      const faults = connectorFaults(connector);
      must(faults.length === 0, `The descriptor is not valid: ${faults.join('; ')}.`);
    },
  },
  {
    id: 'descriptor.plain',
    level: 'Basic',
    capability: 'descriptor',
    title: 'The descriptor is plain data, the same whenever it is read',
    async run({ simulation: { connector } }) {
      const fault = notPlain(connector.descriptor);
      must(fault === null, `The descriptor is not plain data: ${fault}.`);
      must(equal(connector.descriptor, connector.descriptor), 'The descriptor differs from one look to the next.');
    },
  },
  {
    id: 'descriptor.documented',
    level: 'Basic',
    capability: 'descriptor',
    title: 'Every field, permission, limit and set-up step is explained, and examples keep their own rules',
    async run({ descriptor }) {
      for (const field of [...descriptor.credentials, ...descriptor.settings]) {
        const { name, example, pattern, maxLength = 1000 } = field;
        if (example === undefined) continue;
        const fits = example.length <= maxLength && (pattern === undefined || new RegExp(pattern).test(example));
        must(fits, `The example of the field "${name}" does not keep its rules.`);
        must(!field.secret, `The secret field "${name}" shows an example.`);
      }
      for (const { id, title, purpose } of descriptor.permissions) {
        must(Boolean(title && purpose), `The permission "${id}" does not say what it is for.`);
      }
      for (const { id, note } of descriptor.limits) must(Boolean(note), `The limit "${id}" is not explained.`);
      for (const { id, title } of descriptor.setupSteps) must(Boolean(title), `The set-up step "${id}" has no title.`);
      const words = Object.entries(descriptor.vocabulary).filter(([, word]) => !word);
      must(words.length === 0, `The vocabulary has no word for ${words.map(([name]) => name).join(', ')}.`);
    },
  },
  {
    id: 'descriptor.capabilities',
    level: 'Basic',
    capability: 'capabilities',
    title: 'Only capabilities that the contract knows are declared',
    async run({ descriptor: { capabilities } }) {
      const strange = [
        ...Object.keys(capabilities.lookups).filter((kind) => !LOOKUPS.some((known) => known === kind)),
        ...Object.keys(capabilities.changes).filter((kind) => !CHANGES.some((known) => known === kind)),
      ];
      must(strange.length === 0, `The contract knows no capability ${strange.join(', ')}.`);
      must(capabilities.billingFrequencies.length > 0, 'No billing frequency is declared, so nothing could be mapped.');
    },
  },
];
