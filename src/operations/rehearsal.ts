import { z } from 'zod';
import type { Scope } from '../audit/entry.js';
import type { WorkItem } from '../delivery/lane.js';
import { readItem } from '../delivery/lane-reader.js';
import { noPreview, type Preview, previewOf, refusedPreview } from '../delivery/preview.js';
import { narrowToOrganization, type Queries } from '../storage/database.js';
import { ownConnection, requireReadable } from './connection-access.js';
import { Refusal } from './refusal.js';
import type { Services } from './services.js';

/** What every verb that writes to a PSA takes beside its own input. */
export const planInput = z.object({
  /** Only tell what would be written. */
  dryRun: z.boolean().nullish(),
  /** Carry out only the plan with this fingerprint. */
  fingerprint: z.string().min(1).max(200).nullish(),
});
export type PlanInput = z.infer<typeof planInput>;
export type { Preview } from '../delivery/preview.js';

/** What a rehearsal needs of the work it is for. */
interface Rehearsed extends Pick<Services, 'db' | 'sessions'> {
  readonly scope: Scope;
  readonly caller: { readonly correlationId: string };
}

/** Carries what a rehearsal found out of the transaction that it takes back. */
class TakenBack extends Error {
  override readonly name = 'TakenBack';
  readonly items: readonly WorkItem[];
  readonly refused: readonly { readonly code: string; readonly message: string }[];

  constructor(items: TakenBack['items'], refused: TakenBack['refused']) {
    super('A rehearsal.');
    this.items = items;
    this.refused = refused;
  }
}

/**
 * What an operation would write to the PSA: its own commit is carried out, looked at and taken back, then what it put into
 * the lane is planned from fresh reads. So a preview cannot drift from the real run: it is the real run without an end.
 */
export async function rehearse(work: Rehearsed, commit: (tx: Queries) => Promise<unknown>): Promise<Preview> {
  const { items, refused } = await takenBack(work, commit);
  const [item] = items;
  if (item) {
    requireReadable(await ownConnection(work, item.connection.id, ['input']), ['input']);
    return previewOf(work.sessions, item);
  }
  const [first] = refused;
  if (first) return refusedPreview(first.code, first.message);
  return noPreview('Nothing is written to a PSA for this: it is not mapped by you, or its kind is not synchronised.');
}

/** The preview of what is done already. */
export function nothingToWrite(): Preview {
  return noPreview('It is done already; nothing is written to a PSA for this.');
}

async function takenBack(work: Rehearsed, commit: (tx: Queries) => Promise<unknown>): Promise<TakenBack> {
  const { tenantId, organizationId } = work.scope;
  try {
    await work.db.transaction(async (tx) => {
      await commit(tx);
      await narrowToOrganization(tx);
      // What this transaction put into lanes of the caller's own organization (R5), or had to refuse.
      const operations = await tx.$queryRaw<{ id: string; laneId: string }[]>`
        SELECT "id"::text AS "id", "laneId"::text AS "laneId" FROM "LaneOperation"
        WHERE "tenantId" = ${tenantId}::uuid AND "organizationId" = ${organizationId}::uuid
          AND "state" = 'PENDING' AND xmin = pg_current_xact_id()::xid ORDER BY "position"`;
      const refused = await tx.$queryRaw<{ code: string; message: string }[]>`
        SELECT "errorCode" AS "code", "errorMessage" AS "message" FROM "AuditLog"
        WHERE "tenantId" = ${tenantId}::uuid AND "organizationId" = ${organizationId}::uuid AND "status" = 'FAILED'
          AND "correlationId" = ${work.caller.correlationId}::uuid AND xmin = pg_current_xact_id()::xid
        ORDER BY "id"`;
      const items: WorkItem[] = [];
      for (const { id, laneId } of operations) {
        const item = await readItem(tx, { tenantId, laneId }, id);
        if (item) items.push(item);
      }
      throw new TakenBack(items, refused);
    });
  } catch (error) {
    if (error instanceof TakenBack) return error;
    throw error;
  }
  throw new Error('A rehearsal must be taken back.');
}

/** The plan that was looked at must be the plan that is carried out. */
export function requirePlan(preview: Preview, fingerprint: string): void {
  if (preview.fingerprint === fingerprint) return;
  throw new Refusal({
    type: 'PlanChanged',
    code: 'PLAN_CHANGED',
    message:
      'The PSA or the marketplace changed since this plan was made; nothing was done. Look at it again with dryRun, and carry out the new plan if it is still right.',
    path: ['input', 'fingerprint'],
    expected: fingerprint,
    actual: preview.fingerprint,
    preview,
  });
}

/** From here on the lane refuses another plan. */
export async function bindPlan(tx: Queries, { tenantId, organizationId }: Scope, fingerprint: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE "LaneOperation" SET "fingerprint" = ${fingerprint}
    WHERE "tenantId" = ${tenantId}::uuid AND "organizationId" = ${organizationId}::uuid AND "state" = 'PENDING'
      AND xmin = pg_current_xact_id()::xid`;
}
