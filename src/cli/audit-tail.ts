import type { Scope } from '../audit/entry.js';
import { operationLabel } from '../audit/entry.js';
import { createAuditFeed } from '../audit/feed.js';
import { createFeedRows, type FeedRow } from '../audit/rows.js';
import { createPostgresWake } from '../audit/wake.js';
import { encodeId } from '../schema/ids.js';
import type { Context } from './context.js';
import { type NamedScope, organizationsOf } from './organizations.js';
import { type Store, withStore } from './store.js';
import { oneLine } from './terminal.js';

export interface TailOptions {
  readonly lines: number;
  readonly follow?: boolean;
  readonly organization?: string;
}

/** `audit tail`: reads the tables themselves, so it works with and without a running gateway. */
export async function tailAudit(context: Context, options: TailOptions): Promise<void> {
  await withStore(context, async (store) => {
    const organizations = await organizationsOf(store.db, options.organization);
    const { newest, cursors } = await readNewest(store, organizations, options.lines);
    for (const { row, organization } of newest) await print(context, organization, row);
    if (!options.follow) return;
    context.terminal.note(`Following ${organizations.length} organization(s); Ctrl-C ends it.`);
    await followAudit(store, organizations, cursors, (organization, row) => print(context, organization, row));
  });
}

interface Owned {
  readonly organization: NamedScope;
  readonly row: FeedRow;
}

/** The newest events of all organizations together, oldest first, and where to follow each organization from. */
async function readNewest(store: Store, organizations: readonly NamedScope[], lines: number) {
  const rows = createFeedRows(store.db);
  const found: Owned[] = [];
  const cursors = new Map<Scope, string>();
  for (const organization of organizations) {
    const { head, floor } = await rows.extent(organization);
    const start = head - BigInt(lines) > floor ? head - BigInt(lines) : floor;
    const page = lines === 0 ? [] : await rows.after(organization, start, lines);
    cursors.set(organization, String(page.at(-1)?.event.seq ?? head));
    found.push(...page.map((row) => ({ organization, row })));
  }
  found.sort((a, b) => a.row.event.at.getTime() - b.row.event.at.getTime());
  return { newest: lines === 0 ? [] : found.slice(-lines), cursors };
}

/** Tells each event behind the cursors as it happens, until the store's signal. */
export async function followAudit(
  store: Store,
  organizations: readonly NamedScope[],
  cursors: ReadonlyMap<Scope, string>,
  tell: (organization: NamedScope, row: FeedRow) => Promise<void>,
): Promise<void> {
  const wake = createPostgresWake(store.url);
  const feed = createAuditFeed({ db: store.db, wake });
  try {
    await Promise.all(
      organizations.map(async (organization) => {
        const after = cursors.get(organization) ?? '0';
        for await (const message of feed.events(organization, { after, signal: store.signal })) {
          if (message.type !== 'CHECKPOINT') await tell(organization, message);
        }
      }),
    );
  } finally {
    feed.close();
    await wake.close();
  }
}

/** An event as programs get it. */
export const eventValue = ({ organizationId }: Scope, { event, entry }: FeedRow) => ({
  organization: encodeId('Organization', organizationId),
  cursor: event.seq,
  at: event.at.toISOString(),
  type: event.type,
  auditLog: encodeId('AuditLog', entry.id),
  operation: entry.operation,
  fromStatus: event.fromStatus,
  toStatus: event.toStatus,
  message: event.message,
  actor: { kind: entry.actorKind, id: entry.actorId, name: entry.actorName },
  data: event.data,
});

async function print({ terminal }: Context, organization: NamedScope, row: FeedRow): Promise<void> {
  if (terminal.json) return terminal.value(eventValue(organization, row));
  const { event, entry } = row;
  const at = event.at.toISOString();
  const parts = [at, organization.name, event.toStatus.padEnd(12), operationLabel(entry.operation), event.message];
  await terminal.write(`${parts.map(oneLine).join('  ')}\n`);
}
