/**
 * Autotask PSA. What a reader finds where:
 *   settings, egress        operator options and the rule where requests may go
 *   descriptor, permissions, setup, menu   what it needs, as data
 *   zone, client, wire, errors, refusals, limit-hit   calls: zone, credentials, answers, failures
 *   picklists, currencies, companies, services, contracts   lookups
 *   snapshot, in-batches, contract-facts, company-currencies, unit-rows, periods, line-facts   reading lines in bulk
 *   units, standing, later-changes, evidence   what the rows of a line say; pure
 *   plan, stage, preconditions, problems, resolve   from a snapshot to steps and verdicts; pure
 *   apply                   the one write
 *   diagnose, doctor/       the connection doctor
 */
import type { Connector } from '../contract.js';
import type { ConnectorFactory } from '../define.js';
import { createDescriptor } from './descriptor.js';
import { limitHit } from './limit-hit.js';
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
    mayBePrivate: settings.named,
    limitHit,
    connect: (context) => createSession(context, settings),
  };
}
