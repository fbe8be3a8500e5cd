import { z } from 'zod';
import { findOrganization } from '../access/organizations.js';
import { holdSource, sourceJob } from './continue-source-pull.js';
import { idempotencyKeyInput } from './credentials.js';
import { notFound, Refusal } from './refusal.js';
import { run, type Verb } from './run.js';
import type { Services } from './services.js';
import { systemCaller } from './system-caller.js';

export const PULL_TASK = 'pull-source';
export const PULL_ALL_TASK = 'pull-sources';

/** So long a pull waits for one under way, and for files that are still being written. */
const AGAIN_MS = 5_000;
const SETTLE_MS = 1_000;

const input = z.object({ source: z.string().max(100), idempotencyKey: idempotencyKeyInput });
type Input = z.infer<typeof input>;

/**
 * Takes what a source has over, in the background, page by page, by the verbs of a push: each is an operation of its own, part
 * of this one. One pull at a time of a source. Rows that are refused cost no other; its entry counts them and names the first.
 * No caller of the API reaches it: `startPull` runs it, for the organization that the operator named.
 */
export const pullSource: Verb<Input, { readonly source: string }> = {
  code: 'PullSource',
  input,
  summary: ({ source }) => `Pull the source "${source}"`,
  async run(work, { source: id }) {
    const path = ['input', 'source'];
    if (!work.sources.find(id)) throw notFound('source', path);
    return {
      status: 'PENDING',
      async commit(tx) {
        const held = await holdSource(tx, { ...work.scope, source: id }, work.entryId);
        if (!held) {
          const message = 'This source is being pulled already. Follow that pull, or ask again when it has ended.';
          throw new Refusal({ type: 'AlreadyRunning', code: 'PULL_RUNNING', message, path, existingAuditLogId: null });
        }
        await work.jobs.enqueue(tx, sourceJob({ ...work.scope, source: id }));
        return { source: id };
      },
    };
  },
};

/** Asks for a pull: at once for the command line, a moment later where files changed. Asking twice is asking once. */
export async function requestPull(
  { db, jobs, now }: Pick<Services, 'db' | 'jobs' | 'now'>,
  ...sources: readonly string[]
): Promise<void> {
  if (sources.length === 0) return;
  const runAt = new Date(now().getTime() + SETTLE_MS);
  await db.transaction((tx) => jobs.enqueue(tx, ...sources.map((source) => pullJob({ source }, runAt))));
}

interface Asked {
  readonly source: string;
  /** Who asked on the command line, and by which request the entry is found. */
  readonly operatorId?: string;
  readonly operatorName?: string;
  readonly requestId?: string;
}

export function pullJob(asked: Asked, runAt?: Date) {
  const { source, requestId } = asked;
  return {
    task: PULL_TASK,
    payload: { ...asked },
    queueName: `source/${source}`,
    key: `pull-source:${source}${requestId === undefined ? '' : `:${requestId}`}`,
    ...(runAt && { runAt }),
  };
}

/** A source's turn; one that is being pulled is asked for again later, so that what came meanwhile is not missed. */
export async function startPull(services: Services, payload: Record<string, string>): Promise<void> {
  const asked = { ...payload } as unknown as Asked;
  const source = services.sources.find(asked.source);
  if (!source) return services.log('warn', `The source "${asked.source}" is not configured here.`);
  const { db } = services;
  const owner = await findOrganization(db, { organization: source.organization, tenant: null });
  if (!owner) return services.log('warn', `The source "${source.id}" is for an organization that is not there.`);
  const { tenantId, organizationId } = owner;
  const scope = { tenantId, organizationId };
  const pulled = { ...scope, source: source.id, auditLogId: { not: null } };
  if (await db.client.sourcePull.findFirst({ where: pulled, select: { source: true } })) {
    const later = new Date(services.now().getTime() + AGAIN_MS);
    return db.transaction((tx) => services.jobs.enqueue(tx, pullJob(asked, later)));
  }
  const { operatorId = '', operatorName, requestId } = asked;
  const caller = {
    ...systemCaller(scope, services.newId),
    ...(operatorName !== undefined && { actor: { kind: 'USER' as const, id: operatorId, name: operatorName } }),
    ...(requestId !== undefined && { requestId }),
  };
  await run(services, pullSource, caller, { source: source.id });
}
