import {
  type Change,
  type ConnectorContext,
  ConnectorError,
  type Diagnostic,
  type LineSnapshot,
  type LookupKind,
  type Plan,
  type RemoteRecords,
  type Resolution,
  type SearchPage,
  type SearchQuery,
  type Session,
  type SnapshotQuery,
  type Step,
  type Written,
} from '../../contract.js';
import { type Client, createClient } from '../reference/client.js';

/**
 * The parts of a connector, none written yet. Replace them one by one, in this order; until then the tests list each as a thing
 * to do. How a complete one looks: the reference connector, `new-connector --complete`.
 */
export function createSession(context: ConnectorContext, origin: string): Session {
  const client = createClient(context, origin);
  return {
    diagnose: (signal) => diagnose(client, signal),
    search: (query, signal) => search(client, query, signal),
    get: (kind, id, signal) => get(client, kind, id, signal),
    snapshot: (query, signal) => snapshot(client, query, signal),
    plan: (change, line) => plan(change, line, context.connection.currency),
    apply: (step, signal) => apply(client, step, signal),
    resolve,
  };
}

/** The connection doctor: one line per thing that must be right, each failure with the vendor's menu path that mends it. */
async function* diagnose(_client: Client, _signal?: AbortSignal): AsyncGenerator<Diagnostic> {
  const { kind, code, message: detail } = notImplemented('diagnose');
  yield { check: 'credentials', status: 'fail', title: 'Connection doctor', detail, kind, code };
}

/** Companies, services or contracts by the first characters of their names, ascending by name. */
async function search(_client: Client, _query: SearchQuery, _signal?: AbortSignal): Promise<SearchPage> {
  throw notImplemented('search');
}

/** One of them by its id, null when there is none. */
async function get<K extends LookupKind>(
  _client: Client,
  _kind: K,
  _id: string,
  _signal?: AbortSignal,
): Promise<RemoteRecords[K] | null> {
  throw notImplemented('get');
}

/** What the vendor bills for some lines, in few calls: one answer for each target, in their order. */
async function snapshot(
  _client: Client,
  _query: SnapshotQuery,
  _signal?: AbortSignal,
): Promise<readonly LineSnapshot[]> {
  throw notImplemented('snapshot');
}

/** Pure: the writes that make the line equal to the target; none when it is so already. */
function plan(_change: Change, _line: LineSnapshot, _currency: string): Plan {
  throw notImplemented('plan');
}

/** Exactly one write, marked `write: true`. */
async function apply(_client: Client, _step: Step, _signal?: AbortSignal): Promise<Written> {
  throw notImplemented('apply');
}

/** Pure: did that write take effect, as the line shows now? */
function resolve(_step: Step, _line: LineSnapshot): Resolution {
  throw notImplemented('resolve');
}

function notImplemented(part: string): ConnectorError {
  return new ConnectorError('unsupported', `${part} is not implemented yet.`, { code: 'NOT_IMPLEMENTED' });
}
