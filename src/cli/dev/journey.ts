import type { App } from '../../app.js';
import { isFinal } from '../../audit/entry.js';
import type { AuditLogRow } from '../../audit/rows.js';
import { ConnectorError, NOT_IMPLEMENTED } from '../../connectors/errors.js';
import type { Simulation } from '../../connectors/kit/index.js';
import { createConnectorConnection } from '../../operations/create-connector-connection.js';
import { recordSubscriptionChange } from '../../operations/record-subscription-change.js';
import { resyncSubscription } from '../../operations/resync-subscription.js';
import { type Result, run, type Verb } from '../../operations/run.js';
import { searchRemote } from '../../operations/search-remote.js';
import { syncSubscriptionToConnection } from '../../operations/sync-subscription-to-connection.js';
import { updateConnectorConnection } from '../../operations/update-connector-connection.js';
import { newId } from '../../storage/ids.js';
import { callerFor } from '../act.js';
import type { NamedScope } from '../organizations.js';
import type { StepDone } from './messages.js';
import { STAGE, worldOf } from './world.js';

type Name = StepDone['step'];

export interface Journey {
  /** Connect, search, map, wait for the first line, change: each step once the one before is done, told as it ends. */
  travel(): Promise<void>;
  /** The customer buys until there are so many. */
  seats(quantity: number): Promise<void>;
}

interface Parts {
  readonly app: Pick<App, 'operations' | 'feed' | 'db'>;
  readonly organization: NamedScope;
  readonly connectorId: string;
  readonly simulation: Simulation;
  readonly tell: (step: StepDone) => void;
}

/** Why a step could not be done. */
class StepError extends Error {
  override readonly name = 'StepError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What a person would do first, by the same verbs as the API. Safe to travel again: what is there is taken as it is. */
export function createJourney({ app, organization, connectorId, simulation, tell }: Parts): Journey {
  const { tenantId, organizationId } = organization;
  const scope = { tenantId, organizationId };
  const { client } = app.db;
  const remoteId = (kind: 'company' | 'service' | 'contract') => simulation.id(kind, STAGE[kind]);

  async function act<Input, Value>(verb: Verb<Input, Value>, input: Input): Promise<Result<Value> & { value: Value }> {
    const result = await run(app.operations, verb, callerFor(organization), input);
    const [{ code, message } = { code: 'REFUSED', message: 'It was refused.' }] = result.userErrors;
    if (result.value === null || result.userErrors.length > 0) throw new StepError(code, message);
    return { ...result, value: result.value };
  }

  /** The entry when it has ended, or when a person must decide. */
  async function ended(auditLogId: string): Promise<AuditLogRow> {
    let last: AuditLogRow | null = null;
    for await (last of app.feed.statusChanges(scope, auditLogId)) {
      if (isFinal(last.status) || last.status === 'NEEDS_REVIEW') break;
    }
    if (last?.status === 'SUCCEEDED') return last;
    throw new StepError(last?.errorCode ?? last?.status ?? 'UNKNOWN', last?.errorMessage ?? last?.summary ?? '');
  }

  async function connect(): Promise<string> {
    const { credentials, settings = {} } = simulation;
    const given = { credentials: { connectorId, credentials, settings } };
    const found = await client.connection.findFirst({ where: { ...scope, connectorId, deletedAt: null } });
    const { auditLogId, value } = found
      ? await act(updateConnectorConnection, { id: found.id, ...given })
      : await act(createConnectorConnection, { alias: connectorId, currency: 'USD', ...given });
    return (await ended(auditLogId)).summary && value.connectionId;
  }

  async function search(connectionId: string): Promise<string> {
    const world = worldOf(new Date(), []);
    const { name = '' } = world.companies.find(({ key }) => key === STAGE.company) ?? {};
    const query = { kind: 'company', prefix: name.slice(0, 4), first: 10, onlyCustomers: true } as const;
    const { records } = await searchRemote(app.operations, scope, connectionId, query);
    if (records.some(({ id }) => id === remoteId('company'))) return `"${query.prefix}" finds ${name}`;
    throw new StepError('NOT_FOUND', `"${query.prefix}" finds no company ${name} of the id ${remoteId('company')}.`);
  }

  const sold = () => client.cloudSubscription.findFirstOrThrow({ where: { tenantId, externalId: STAGE.subscription } });

  async function map(connectionId: string): Promise<string> {
    const { id: cloudSubscriptionId, name } = await sold();
    await act(syncSubscriptionToConnection, {
      ...{ connectionId, cloudSubscriptionId, companyId: remoteId('company') },
      ...{ serviceId: remoteId('service'), contractId: remoteId('contract') },
    });
    return `${name} of Contoso is mapped to ${remoteId('service')} in ${remoteId('contract')}`;
  }

  /** Whatever stands in the lane, oldest first; what failed before is tried again, with the connector as it is now. */
  async function deliver(): Promise<string> {
    const { id: cloudSubscriptionId, name } = await sold();
    const mapping = await client.mapping.findFirst({ where: { ...scope, cloudSubscriptionId, deletedAt: null } });
    if (!mapping) throw new StepError('NOT_MAPPED', `${name} is not mapped.`);
    const open = { tenantId, laneId: mapping.id, state: { notIn: ['SUCCEEDED' as const, 'CANCELED' as const] } };
    const head = () => client.laneOperation.findFirst({ where: open, orderBy: { position: 'asc' } });
    if ((await head())?.state === 'FAILED') await act(resyncSubscription, { cloudSubscriptionId });
    for (let next = await head(); next; next = await head()) await ended(next.auditLogId);
    return `${(await sold()).quantity} seats are billed`;
  }

  async function change(quantity: number): Promise<string> {
    const { id: subscriptionId } = await sold();
    await act(recordSubscriptionChange, { eventId: newId(), subscriptionId, kind: 'QUANTITY', quantity });
    return deliver();
  }

  /** Tells what came of a step; null: it was not done. */
  async function step<T>(name: Name, work: () => Promise<T>, told: (value: T) => string): Promise<T | null> {
    const say = (status: StepDone['status'], code: string | null, message: string) =>
      tell({ type: 'step', step: name, status, code, message });
    try {
      const value = await work();
      say('done', null, told(value));
      return value;
    } catch (error) {
      const { code, message } = faultOf(error);
      say(code === NOT_IMPLEMENTED ? 'todo' : 'refused', code, message);
      return null;
    }
  }

  const waiting = (...names: Name[]): void => {
    for (const name of names) {
      tell({ type: 'step', step: name, status: 'waiting', code: null, message: 'Waits for the step before.' });
    }
  };

  const same = (text: string) => text;

  return {
    async travel() {
      const connectionId = await step('connection', connect, () => 'The connection is made, tested and active');
      if (connectionId === null) return waiting('search', 'mapping', 'delivery', 'change');
      await step('search', () => search(connectionId), same);
      if ((await step('mapping', () => map(connectionId), same)) === null) return waiting('delivery', 'change');
      if ((await step('delivery', deliver, same)) === null) return waiting('change');
      await step('change', async () => change((await sold()).quantity + 1), same);
    },
    seats: async (quantity) => void (await step('change', () => change(quantity), same)),
  };
}

function faultOf(error: unknown): { code: string; message: string } {
  if (error instanceof StepError || error instanceof ConnectorError) return error;
  return { code: 'FAULT', message: (error as Error).message };
}
