import type { ConnectorDescriptor } from '../../contract.js';

const change = { writes: 'one', proration: 'none' } as const;

/** What every connector has, and no more. What can be added is at the top of the contract. */
export const descriptor: ConnectorDescriptor = {
  id: 'reference',
  title: 'Reference PSA',
  vendor: 'nobody',
  version: '0.1.0',
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
    changes: { create: change, quantity: change, price: change, cancel: change },
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
};
