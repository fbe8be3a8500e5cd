import type { ConnectorDescriptor, Field } from '../contract.js';
import { VENDOR_EGRESS } from './egress.js';
import { HOURLY, THREADS } from './limit-hit.js';
import { permissions } from './permissions.js';
import type { Settings } from './settings.js';
import { setupSteps } from './setup.js';

/** Printable ASCII without spaces at the ends: these values become HTTP headers. */
const HEADER_VALUE = '^[\\x21-\\x7E]([\\x20-\\x7E]*[\\x21-\\x7E])?$';

export function createDescriptor(settings: Settings): ConnectorDescriptor {
  return {
    id: 'autotask',
    title: 'Autotask PSA',
    vendor: 'Datto, a Kaseya company',
    version: '1.0.0',
    contractVersion: '^1.0.0',
    docsUrl: 'docs/connectors/autotask.md',
    vocabulary: { company: 'Company', service: 'Service', contract: 'Contract', line: 'Contract Service' },
    credentials: credentials(settings),
    settings: [],
    capabilities: {
      lookups: {
        company: { match: 'prefix', maxPage: 500 },
        service: { match: 'prefix', maxPage: 500 },
        contract: { match: 'prefix', maxPage: 500 },
      },
      billingFrequencies: ['MONTHLY', 'ANNUAL'],
      changes: {
        create: { writes: 'one', proration: 'remote' },
        quantity: { writes: 'one', proration: 'remote' },
        price: { writes: 'one', proration: 'remote' },
        cancel: { writes: 'one', proration: 'remote' },
        suspend: { writes: 'one', proration: 'remote' },
        // Its amounts, and 0 from the day they no longer count for.
        costPush: { writes: 'many', proration: 'remote' },
      },
    },
    permissions,
    setupSteps: setupSteps(settings.productName),
    limits: [
      {
        id: HOURLY,
        requests: { count: 10_000, perSeconds: 3600 },
        note: 'For the whole Autotask database, all integrations together; answers get slower from half of it on.',
      },
      {
        id: THREADS,
        concurrency: 3,
        note: 'Requests at once for each integration code and entity. A slot frees slightly after the answer.',
      },
    ],
    egress: [...VENDOR_EGRESS, ...settings.namedHosts],
    // Autotask works on a request for up to 300 s; 30 s margin.
    quarantineSeconds: 330,
  };
}

function credentials(settings: Settings): readonly Field[] {
  const common = { required: true, maxLength: 200, pattern: HEADER_VALUE };
  return [
    {
      ...common,
      name: 'username',
      title: 'Username (Key)',
      help: 'The generated user name of the API user. It looks like an e-mail address.',
      secret: false,
      example: 'abc123def456@EXAMPLE.COM',
    },
    {
      ...common,
      name: 'password',
      title: 'Password (Secret)',
      help: 'The generated secret of the API user.',
      secret: true,
    },
    {
      ...common,
      name: 'integrationCode',
      title: 'API tracking identifier',
      help:
        settings.integrationCode === undefined
          ? 'The tracking identifier chosen on the API user.'
          : 'Only when the API user belongs to another tracking identifier than the one of this gateway.',
      secret: true,
      // The schema must not depend on the instance: the doctor says when neither has one.
      required: false,
    },
  ];
}
