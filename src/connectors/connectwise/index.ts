/**
 * ConnectWise PSA. What a reader finds where:
 *   settings, egress, site  operator options, the rule where requests may go, and where a tenant is
 *   descriptor, permissions, setup, menu   what it needs, as data
 *   client, wire, conditions, errors, limit-hit   calls: credentials, answers, the query language, failures
 *   cycles, lookups, companies, products, agreements   lookups
 *   additions, snapshot, line-facts, evidence   the line of a subscription: the additions of one product on one agreement
 *   writes, plan, preconditions, problems, payload, resolve   from a snapshot to steps and verdicts; pure
 *   apply                   the one write
 *   check-mapping, diagnose, finding   the doctor and what speaks against a mapping
 */
import type { Connector } from '../contract.js';
import type { ConnectorFactory } from '../define.js';
import { createDescriptor } from './descriptor.js';
import { limitHit } from './limit-hit.js';
import { createSession } from './session.js';
import { options, readSettings, type Settings } from './settings.js';

export const connectwise: ConnectorFactory = {
  id: 'connectwise',
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
