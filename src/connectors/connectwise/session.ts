import type { ConnectorContext, LookupKind, RemoteRecord, RemoteRecords, Session } from '../contract.js';
import { getAgreement, searchAgreements } from './agreements.js';
import { applyStep } from './apply.js';
import { checkMapping } from './check-mapping.js';
import { getCompanies, getCompany, searchCompanies } from './companies.js';
import { diagnose } from './diagnose.js';
import { createTools } from './lookups.js';
import { planChange } from './plan.js';
import { getProduct, getProducts, searchProducts } from './products.js';
import { resolveStep } from './resolve.js';
import type { Settings } from './settings.js';
import { readSnapshots } from './snapshot.js';

const get = { company: getCompany, service: getProduct, contract: getAgreement };

const many = { company: getCompanies, service: getProducts };

/** One session on one connection. Makes no call by itself. */
export function createSession(context: ConnectorContext, settings: Settings): Session {
  const tools = createTools(context, settings);
  return {
    diagnose: (signal) => diagnose(tools, settings, signal),
    search: async (query, signal) => {
      if (query.kind === 'company') return searchCompanies(tools, query, signal);
      if (query.kind === 'service') return searchProducts(tools, query, signal);
      return searchAgreements(tools, query, signal);
    },
    get: async <K extends LookupKind>(kind: K, id: string, signal?: AbortSignal) => {
      const record: RemoteRecord | null = await get[kind](tools, id, signal);
      return record as RemoteRecords[K] | null;
    },
    getMany: async <K extends 'company' | 'service'>(kind: K, ids: readonly string[], signal?: AbortSignal) => {
      const records: readonly RemoteRecord[] = await many[kind](tools, ids, signal);
      return records as readonly RemoteRecords[K][];
    },
    checkMapping: (proposal, signal) => checkMapping(tools, proposal, signal),
    snapshot: (query, signal) => readSnapshots(tools, query, signal),
    plan: (change, line) => planChange(change, line, context.connection.currency),
    apply: (step, signal) => applyStep(tools.client, step, signal),
    resolve: resolveStep,
  };
}
