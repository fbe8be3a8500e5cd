import type { ConnectorDescriptor } from '../../contract.js';

const change = { writes: 'one', proration: 'none' } as const;

export const descriptor: ConnectorDescriptor = {
  id: 'reference',
  title: 'Reference PSA',
  vendor: 'nobody',
  version: '1.0.0',
  contractVersion: '^1.0.0',
  vocabulary: { company: 'Account', service: 'Product', contract: 'Agreement', line: 'Item' },
  credentials: [
    {
      name: 'token',
      title: 'Token',
      help: 'The token of the API user.',
      secret: true,
      required: true,
      pattern: '^[\\x21-\\x7E]+$',
    },
  ],
  settings: [],
  capabilities: {
    lookups: {
      company: { match: 'prefix', maxPage: 25 },
      service: { match: 'prefix', maxPage: 25 },
      contract: { match: 'prefix', maxPage: 25 },
    },
    billingFrequencies: ['MONTHLY', 'ANNUAL'],
    changes: {
      create: change,
      quantity: change,
      price: change,
      cancel: change,
      suspend: change,
      resume: change,
      // Its amounts, and 0 from the day they no longer count for.
      costPush: { writes: 'many', proration: 'none' },
    },
  },
  permissions: [
    {
      id: 'permission.agreements',
      title: 'Agreements',
      where: ['Settings', 'API user', 'Rights'],
      access: ['read', 'update'],
      purpose: 'To bill what was sold.',
      verifiable: 'partly',
    },
  ],
  setupSteps: [
    {
      id: 'user',
      title: 'Make an API user',
      where: ['Settings', 'API user'],
      fields: [{ name: 'Rights', value: 'Agreements' }],
      checks: ['credentials', 'permission.agreements'],
    },
  ],
  limits: [{ id: 'minute', requests: { count: 600, perSeconds: 60 }, note: 'For each token.' }],
  egress: ['the host of REFERENCE_URL'],
  quarantineSeconds: 60,
  lookupColumns: { company: [{ name: 'city', title: 'City', help: 'Where it is.' }] },
  writeDetails: [{ name: 'revision', title: 'Revision', help: 'Number of the agreement after the write.' }],
  actions: [
    {
      name: 'countItems',
      title: 'Count the items of an agreement',
      help: 'How many items the reference PSA bills for one agreement.',
      input: [{ name: 'contractId', title: 'Agreement', help: 'Its id.', secret: false, required: true }],
      effect: 'read',
    },
  ],
};
