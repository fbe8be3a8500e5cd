import { CONTRACT_VERSION, type ConnectorDescriptor, type Field } from '../contract.js';
import { CLOUD_EGRESS } from './egress.js';
import { CONCURRENCY, RATE } from './limit-hit.js';
import { permissions } from './permissions.js';
import type { Settings } from './settings.js';
import { setupSteps } from './setup.js';

/** Printable ASCII without spaces and colons: these values become an HTTP header. */
const KEY = '^[\\x21-\\x39\\x3B-\\x7E]+$';

export function createDescriptor(settings: Settings): ConnectorDescriptor {
  return {
    id: 'connectwise',
    title: 'ConnectWise PSA',
    vendor: 'ConnectWise',
    version: '1.0.0',
    contractVersion: CONTRACT_VERSION,
    docsUrl: 'docs/connectors/connectwise.md',
    vocabulary: { company: 'Company', service: 'Product', contract: 'Agreement', line: 'Addition' },
    credentials: credentials(settings),
    settings: [cycles('monthly', 'Monthly'), cycles('annual', 'Annual')],
    capabilities: {
      lookups: {
        company: { match: 'prefix', maxPage: 500 },
        service: { match: 'prefix', maxPage: 500 },
        contract: { match: 'prefix', maxPage: 500 },
      },
      billingFrequencies: ['MONTHLY', 'ANNUAL'],
      changes: {
        create: { writes: 'many', proration: 'remote' },
        // The new addition begins, the old one ends.
        quantity: { writes: 'many', proration: 'remote' },
        price: { writes: 'many', proration: 'remote' },
        cancel: { writes: 'many', proration: 'remote' },
        suspend: { writes: 'many', proration: 'remote' },
        costPush: { writes: 'many', proration: 'remote' },
      },
    },
    permissions,
    setupSteps: setupSteps(settings.productName),
    limits: [
      {
        id: RATE,
        requests: { count: 300, perSeconds: 60 },
        note: 'ConnectWise publishes no number; it answers 429 with the time to wait when a tenant is asked too much.',
      },
      { id: CONCURRENCY, concurrency: 4, note: 'Requests at once for one tenant; a bound of the gateway itself.' },
    ],
    egress: [...CLOUD_EGRESS, ...settings.namedHosts],
    // No vendor time limit is known; a request that is not answered within 60 s is given that long again, and a margin.
    quarantineSeconds: 150,
  };
}

function credentials(settings: Settings): readonly Field[] {
  return [
    {
      name: 'site',
      title: 'Site',
      help: 'The host where you log in to ConnectWise PSA.',
      secret: false,
      required: true,
      maxLength: 200,
      pattern: '^(https?://)?[A-Za-z0-9.-]+(:[0-9]{1,5})?/?$',
      example: 'na.myconnectwise.net',
    },
    {
      name: 'companyId',
      title: 'Company',
      help: 'The company of the log-in form.',
      secret: false,
      required: true,
      maxLength: 100,
      pattern: '^[A-Za-z0-9_.-]+$',
      example: 'acme',
    },
    {
      name: 'publicKey',
      title: 'Public key',
      help: 'The public key of the API member.',
      secret: false,
      required: true,
      maxLength: 200,
      pattern: KEY,
    },
    {
      name: 'privateKey',
      title: 'Private key',
      help: 'The private key of the API member; ConnectWise shows it once.',
      secret: true,
      required: true,
      maxLength: 200,
      pattern: KEY,
    },
    {
      name: 'clientId',
      title: 'Client id',
      help:
        settings.clientId === undefined
          ? 'The client id of your integration, from the ConnectWise developer network.'
          : 'Only when the connection must use another client id than the one of this gateway.',
      secret: true,
      // The schema must not depend on the instance: the doctor says when neither has one.
      required: false,
      maxLength: 100,
      pattern: KEY,
    },
  ];
}

function cycles(name: string, title: string): Field {
  return {
    name: `${name}Cycles`,
    title: `${title} billing cycles`,
    help: `Further names of your billing cycles that mean ${name}, separated by commas. Names in plain English are known.`,
    secret: false,
    required: false,
    maxLength: 500,
  };
}
