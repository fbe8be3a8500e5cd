/**
 * Autotask PSA. What a reader finds where:
 *   settings, egress        operator options and the rule where requests may go
 *   descriptor, permissions, setup, menu   what it needs, as data
 *   zone, client, wire, errors, refusals   calls: zone, credentials, answers, failures
 *   picklists, currencies, companies, services, contracts   lookups
 *   units, plan, apply, resolve   money: standing totals and the one write
 *   diagnose, doctor/       the connection doctor
 */
import type { Connector } from '../contract.js';
import type { ConnectorFactory } from '../define.js';
import { createDescriptor } from './descriptor.js';
import { createSession } from './session.js';
import { options, readSettings, type Settings } from './settings.js';

export const autotask: ConnectorFactory = {
  id: 'autotask',
  options,
  create: (values, facts) => createConnector(readSettings(values, facts)),
};

function createConnector(settings: Settings): Connector {
  return {
    descriptor: createDescriptor(settings),
    allows: settings.allows,
    connect: (context) => createSession(context, settings),
  };
}
