import type { Core } from '../core.js';
import { empty, json, notFoundPage, Refusal, serverErrorPage } from '../replies.js';
import { authenticate } from './auth.js';
import { type Endpoint, findEndpoint, isWrite, type Operation } from './endpoints.js';
import { type Outcome, perform, requireSameVerb, wrongVerb } from './operations.js';
import type { ApiRequest } from './request.js';
import { readZonePath, versionInformation, type ZonedPath, zoneInformation } from './zones.js';

/** What the path alone tells, known before anything is checked. */
export interface Resolved {
  readonly zone: ZonedPath | null;
  readonly endpoint: Endpoint | null;
  readonly operation: Operation | undefined;
  readonly entity: string | null;
  readonly isWrite: boolean;
  readonly special: 'version' | 'zone' | null;
}

export function resolve(core: Core, request: ApiRequest): Resolved {
  const zone = readZonePath(core, request.path);
  const [version = '', ...rest] = zone?.segments ?? [];
  const lower = version.toLowerCase();
  const first = lower === 'v1.0' ? (rest[0] ?? '').toLowerCase() : '';
  const alone = rest.length === 1;
  const special =
    (lower === 'versioninformation' && rest.length === 0) || (first === 'versioninformation' && alone)
      ? 'version'
      : first === 'zoneinformation' && alone
        ? 'zone'
        : null;
  const endpoint = zone && !special && lower === 'v1.0' ? findEndpoint(rest) : null;
  const operation = endpoint?.verbs[request.method];
  const entity = endpoint?.def?.name ?? (endpoint ? endpoint.bucket : special === 'zone' ? 'ZoneInformation' : null);
  return { zone, endpoint, operation, entity, isWrite: isWrite(operation), special };
}

export interface AnswerOptions {
  readonly delayMs: number;
  readonly zoneRedirect: string | null;
  /** Called in the same tick in which data changed, before anything can be answered. */
  readonly onCommit: () => void;
}

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Answers one request. Never throws: what nobody foresaw becomes autotask's own HTML 500. */
export async function answer(
  core: Core,
  request: ApiRequest,
  resolved: Resolved,
  options: AnswerOptions,
): Promise<Outcome> {
  try {
    return await admit(core, request, resolved, options);
  } catch (error) {
    if (error instanceof Refusal) return { reply: error.reply, committed: false };
    console.error('autotask simulator: unforeseen', error);
    return { reply: serverErrorPage(), committed: false };
  }
}

async function admit(core: Core, request: ApiRequest, resolved: Resolved, options: AnswerOptions): Promise<Outcome> {
  // autotask: IIS answers a long GET url, a long nextPageUrl included, with its 404 page.
  const tooLong = request.method === 'GET' && request.origin.length + request.target.length > core.switches.getUrlLimit;
  if (tooLong || !resolved.zone) throw new Refusal(notFoundPage());
  if (resolved.special) return discovery(core, request, resolved.special, options);
  const { endpoint, operation } = resolved;
  if (!endpoint) throw new Refusal(notFoundPage());
  if (!operation) throw new Refusal(wrongVerb(request.method, Object.keys(endpoint.verbs)));
  if (operation === 'next') requireSameVerb(request);
  // autotask: after a tenant has moved, the old zone answers 401.
  if (resolved.zone.zonePath !== core.db.account.zonePath) throw new Refusal(empty(401));
  const user = authenticate(core, request);
  const latency = core.threshold.spend(core.clock.now());
  const release = core.threads.enter(bucketsOf(core, endpoint, user.integrationCode, resolved.isWrite));
  try {
    const wait = core.switches.latencyMs + latency + options.delayMs;
    if (wait > 0) await sleep(wait);
    const def = endpoint.def;
    if (!def) return { reply: json(200, core.threshold.status(core.clock.now())), committed: false };
    const outcome = perform({ core, request, user, endpoint, def }, operation);
    if (outcome.committed) options.onCommit();
    return outcome;
  } finally {
    release();
  }
}

/** autotask: neither counted nor limited, and no credentials asked. */
async function discovery(
  core: Core,
  request: ApiRequest,
  special: 'version' | 'zone',
  options: AnswerOptions,
): Promise<Outcome> {
  if (options.delayMs > 0) await sleep(options.delayMs);
  if (request.method !== 'GET') throw new Refusal(wrongVerb(request.method, ['GET']));
  if (special === 'version') return { reply: versionInformation(), committed: false };
  return { reply: zoneInformation(core, request, options.zoneRedirect), committed: false };
}

function bucketsOf(core: Core, endpoint: Endpoint, code: string, write: boolean): string[] {
  const buckets = [`${code}/${endpoint.bucket}`];
  if (write && endpoint.childBucket && core.switches.childWritesCountOnChild) {
    buckets.push(`${code}/${endpoint.childBucket}`);
  }
  return buckets;
}
