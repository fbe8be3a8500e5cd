import { createApiKey } from '../operations/create-api-key.js';
import { revokeApiKey } from '../operations/revoke-api-key.js';
import { rotateApiKey } from '../operations/rotate-api-key.js';
import { decodeId, encodeId } from '../schema/ids.js';
import type { Database } from '../storage/database.js';
import { actFor } from './act.js';
import type { Context } from './context.js';
import { CommandError, EXIT } from './errors.js';
import { type NamedScope, organizationsOf } from './organizations.js';
import { withStore } from './store.js';

export interface ListOptions {
  readonly organization?: string;
  readonly ended?: boolean;
}

export interface CreateOptions {
  readonly role: 'administrator' | 'viewer';
  readonly organization?: string;
  readonly days?: number;
}

export interface RotateOptions {
  readonly overlap: number;
  readonly days?: number;
}

export interface RevokeOptions {
  readonly withMade?: boolean;
}

const DAY_MS = 86_400_000;

export async function listKeys(context: Context, { organization, ended }: ListOptions): Promise<void> {
  await withStore(context, async ({ db }) => {
    const now = new Date();
    const names = new Map((await organizationsOf(db, organization)).map((one) => [one.organizationId, one.name]));
    const working = { revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] };
    const found = await db.client.apiKey.findMany({
      where: { organizationId: { in: [...names.keys()] }, ...(!ended && working) },
      orderBy: [{ organizationId: 'asc' }, { id: 'asc' }],
    });
    const rows = found.map((key) => ({
      id: encodeId('ApiKey', key.id),
      organization: names.get(key.organizationId) ?? '',
      name: key.name,
      role: key.role,
      hint: key.hint,
      state: key.revokedAt ? 'REVOKED' : key.expiresAt && key.expiresAt <= now ? 'EXPIRED' : 'ACTIVE',
      expiresAt: key.expiresAt?.toISOString() ?? null,
      lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    }));
    context.terminal.rows(
      rows,
      {
        NAME: ({ name }) => name,
        ROLE: ({ role }) => role,
        STATE: ({ state }) => state,
        BEGINS: ({ hint }) => hint,
        EXPIRES: ({ expiresAt }) => expiresAt ?? 'never',
        USED: ({ lastUsedAt }) => lastUsedAt ?? 'never',
        ORGANIZATION: (row) => row.organization,
        ID: ({ id }) => id,
      },
      'There is no key.',
    );
  });
}

export async function createKey(context: Context, name: string, options: CreateOptions): Promise<void> {
  await withStore(context, async ({ db }) => {
    const [organization, ...others] = await organizationsOf(db, options.organization);
    if (!organization) throw new CommandError('There is no organization yet. Start the gateway once.');
    if (others.length > 0) {
      throw new CommandError('There are several organizations; name one with --organization.', EXIT.wrongUse);
    }
    const role = options.role === 'administrator' ? 'ADMINISTRATOR' : 'VIEWER';
    const { value } = await actFor(db, organization, createApiKey, { name, role, expiresAt: endAfter(options.days) });
    show(context, value, `The key "${name}" of ${organization.name}`);
  });
}

export async function rotateKey(context: Context, id: string, { overlap, days }: RotateOptions): Promise<void> {
  await withStore(context, async ({ db }) => {
    const { key, organization } = await keyOf(db, id);
    const input = { id: key.id, overlapSeconds: overlap, expiresAt: endAfter(days) };
    const { value } = await actFor(db, organization, rotateApiKey, input);
    show(context, value, `The key "${key.name}" of ${organization.name}`);
  });
}

export async function revokeKey(context: Context, id: string, { withMade }: RevokeOptions): Promise<void> {
  await withStore(context, async ({ db }) => {
    const { key, organization } = await keyOf(db, id);
    const { value } = await actFor(db, organization, revokeApiKey, { id: key.id, withMade: withMade ?? false });
    const ids = value.revokedIds.map((revoked) => encodeId('ApiKey', revoked));
    context.terminal.value({ revoked: ids });
    context.terminal.line(ids.length === 0 ? `"${key.name}" was revoked before.` : `Revoked ${ids.length} key(s).`);
  });
}

const endAfter = (days: number | undefined) => (days === undefined ? null : new Date(Date.now() + days * DAY_MS));

async function keyOf(db: Database, id: string) {
  const key = await db.client.apiKey.findFirst({ where: { id: decodeId(id, 'ApiKey') } });
  if (!key) throw new CommandError(`There is no key "${id}"; "keys list --ended" shows all.`, EXIT.wrongUse);
  const [organization] = (await organizationsOf(db)).filter((one) => one.organizationId === key.organizationId);
  return { key, organization: organization as NamedScope };
}

/** The text alone goes to stdout, so that it can be piped to where it belongs. */
function show({ terminal }: Context, { apiKeyId, token }: { apiKeyId: string; token: string }, what: string): void {
  terminal.value({ id: encodeId('ApiKey', apiKeyId), token });
  terminal.note(`${what}, shown this once:`);
  terminal.line(token);
}
