import type { ApiKey } from '../../prisma/generated/client/client.js';
import { createApiKey } from '../operations/create-api-key.js';
import { revokeApiKey } from '../operations/revoke-api-key.js';
import { rotateApiKey } from '../operations/rotate-api-key.js';
import { Prisma } from '../storage/database.js';
import { createKeyset } from '../storage/keyset.js';
import type { Builder } from './builder.js';
import type { Context } from './context.js';
import type { EnumTypes } from './enums.js';
import { decodeId } from './ids.js';
import { pageTypes } from './page-types.js';
import { pageOf } from './pages.js';
import { type Acted, idempotencyKey, payloadType } from './payload.js';

const keyset = createKeyset<ApiKey>({
  list: 'apiKeys',
  keys: [{ column: 't."id"', type: 'uuid', value: ({ id }) => id }],
});

/** What a mutation answers that made a text for a key. */
interface Made {
  readonly apiKeyId: string;
  readonly token: string | null;
}

/** API keys of the caller's organization: their list, and how they are made, rotated and ended. */
export function apiKeyTypes(builder: Builder, enums: EnumTypes): void {
  const state = builder.enumType('ApiKeyState', {
    description: 'Whether an API key works.',
    values: {
      ACTIVE: { description: 'It works.' },
      EXPIRED: { description: 'Its time is over.' },
      REVOKED: { description: 'Somebody ended it.' },
    } as const,
  });
  const apiKey = builder.prismaNode('ApiKey', {
    description: 'A key a program signs in with. Its text is shown once, when it is made or rotated.',
    id: { resolve: ({ id }) => id, description: 'Global id; it stays when the key is rotated.' },
    nullable: true,
    findUnique: (id, { scope: { tenantId, organizationId } }) => ({ tenantId_id: { tenantId, id }, organizationId }),
    fields: (t) => ({
      name: t.exposeString('name', { description: 'What it is for.' }),
      role: t.field({ type: enums.role, description: 'What it may do.', resolve: ({ role }) => role }),
      hint: t.exposeString('hint', { description: 'How its text begins, to recognise it.' }),
      state: t.field({
        type: state,
        description: 'Whether it works.',
        resolve: ({ revokedAt, expiresAt }, _args, { services }) => {
          if (revokedAt) return 'REVOKED';
          return expiresAt && expiresAt <= services.operations.now() ? 'EXPIRED' : 'ACTIVE';
        },
      }),
      madeBy: t.exposeString('makerName', {
        description: 'Who made it; empty: the gateway or its command line.',
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it ends; null: not by itself.',
      }),
      revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true, description: 'When it was revoked.' }),
      rotatedAt: t.expose('rotatedAt', { type: 'DateTime', nullable: true, description: 'When it was rotated last.' }),
      previousUntil: t.expose('previousUntil', {
        type: 'DateTime',
        nullable: true,
        description: 'Until when its text before the last rotation works too.',
      }),
      lastUsedAt: t.expose('lastUsedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it was used last, within a minute.',
      }),
      isMine: t.boolean({
        description: 'Whether it is the key of this call.',
        resolve: ({ id }, _args, { caller }) => caller.principal.actor.id === id,
      }),
    }),
  });

  builder.queryField('apiKeys', (t) =>
    t.connection(
      {
        type: apiKey,
        description: 'The API keys of your organization, oldest first.',
        args: {
          ended: t.arg.boolean({ description: 'With those that have expired or were revoked. Absent: without.' }),
        },
        resolve: (_root, { ended, ...page }, { services, scope }) => {
          const { db, now } = services.operations;
          const conditions = [
            Prisma.sql`t."tenantId" = ${scope.tenantId}::uuid`,
            Prisma.sql`t."organizationId" = ${scope.organizationId}::uuid`,
            ...(ended
              ? []
              : [Prisma.sql`t."revokedAt" IS NULL`, Prisma.sql`(t."expiresAt" IS NULL OR t."expiresAt" > ${now()})`]),
          ];
          return pageOf(
            page,
            keyset.cursorOf,
            (bounds) => keyset.read(db.client, '"ApiKey"', conditions, bounds),
            async () => {
              const [row] = await db.client.$queryRaw<{ count: number }[]>`
                SELECT count(*)::int AS "count" FROM "ApiKey" t WHERE ${Prisma.join(conditions, ' AND ')}`;
              return row?.count ?? 0;
            },
          );
        },
      },
      ...pageTypes(builder, apiKey, 'ApiKey'),
    ),
  );

  const load = ({ apiKeyId }: { readonly apiKeyId: string }, { scope, services }: Context) =>
    services.operations.db.client.apiKey.findFirst({ where: { ...scope, id: apiKeyId } });
  const key = { type: apiKey, description: 'The key; null when the operation was refused.', load };
  const token = {
    type: 'String',
    description: 'The text to sign in with. Keep it now: it is shown this once, and a repeated call has null.',
    load: ({ token: text }: Made) => text,
  };
  const made = (result: Acted<Made>['result'], value: Made | null): Acted<Made> => ({
    result,
    value: value ?? (result.replayedTargetId === null ? null : { apiKeyId: result.replayedTargetId, token: null }),
  });

  const createInput = builder.inputType('CreateApiKeyInput', {
    description: 'Input of createApiKey.',
    fields: (t) => ({
      name: t.string({ required: true, description: 'What it is for.' }),
      role: t.field({ type: enums.role, required: true, description: 'What it may do.' }),
      expiresAt: t.field({
        type: 'DateTime',
        description:
          'When it ends, at the latest when the key you call with ends. Absent: then; a key made by a person lasts 366 days at most.',
      }),
      ...idempotencyKey(t),
    }),
  });
  builder.mutationField('createApiKey', (t) =>
    t.field({
      type: payloadType<Made>(builder, 'CreateApiKeyPayload', { apiKey: key, token }),
      description: 'Makes an API key for your organization.',
      args: { input: t.arg({ type: createInput, required: true, description: 'What key.' }) },
      resolve: async (_root, { input }, context) => {
        const result = await context.perform(createApiKey, input);
        return made(result, result.value);
      },
    }),
  );

  const rotateInput = builder.inputType('RotateApiKeyInput', {
    description: 'Input of rotateApiKey.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The key.' }),
      overlapSeconds: t.int({
        description: 'How long its present text works on. Absent: a day; 0: it ends now; at most 30 days.',
      }),
      expiresAt: t.field({ type: 'DateTime', description: 'When the key ends. Absent: as it was.' }),
      ...idempotencyKey(t),
    }),
  });
  builder.mutationField('rotateApiKey', (t) =>
    t.field({
      type: payloadType<Made>(builder, 'RotateApiKeyPayload', { apiKey: key, token }),
      description: 'Gives an API key a new text; the one before works on for a while, so that nothing has to stop.',
      args: { input: t.arg({ type: rotateInput, required: true, description: 'Which key.' }) },
      resolve: async (_root, { input }, context) => {
        const id = decodeId(input.id, 'ApiKey');
        const result = await context.perform(rotateApiKey, { ...input, id });
        context.services.forgetKeys([id]);
        return made(result, result.value);
      },
    }),
  );

  const revokeInput = builder.inputType('RevokeApiKeyInput', {
    description: 'Input of revokeApiKey.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The key.' }),
      withMade: t.boolean({ description: 'Also those made with it, and with those. Absent: it alone.' }),
      ...idempotencyKey(t),
    }),
  });
  builder.mutationField('revokeApiKey', (t) =>
    t.field({
      type: payloadType<{ readonly apiKeyId: string }>(builder, 'RevokeApiKeyPayload', { apiKey: key }),
      description: 'Ends an API key: at once on the instance that is asked, within five seconds on the others.',
      args: { input: t.arg({ type: revokeInput, required: true, description: 'Which key.' }) },
      resolve: async (_root, { input }, context) => {
        const result = await context.perform(revokeApiKey, { ...input, id: decodeId(input.id, 'ApiKey') });
        context.services.forgetKeys(result.value?.revokedIds ?? []);
        const apiKeyId = result.value?.apiKeyId ?? result.replayedTargetId;
        return { result, value: apiKeyId === null ? null : { apiKeyId } };
      },
    }),
  );
}
