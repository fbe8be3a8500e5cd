import { mayChange, type Principal } from '../access/principal.js';
import type { Builder } from './builder.js';
import type { EnumTypes } from './enums.js';
import { encodeId } from './ids.js';
import type { SchemaServices } from './services.js';

/** Who is asking, and what this gateway is. */
export function viewerTypes(builder: Builder, enums: EnumTypes): void {
  const organization = builder.objectRef<Principal>('Organization').implement({
    description: 'A CSP or a Reseller: what owns connections, mappings and entries.',
    fields: (t) => ({
      id: t.id({ description: 'Its id.', resolve: ({ organizationId }) => encodeId('Organization', organizationId) }),
      name: t.exposeString('organizationName', { description: 'Its name.' }),
      kind: t.field({
        type: enums.organizationKind,
        description: 'What it is.',
        resolve: (row) => row.organizationKind,
      }),
    }),
  });
  const viewer = builder.objectRef<Principal>('Viewer').implement({
    description: 'The caller.',
    fields: (t) => ({
      name: t.string({ description: 'Name of the key or person.', resolve: ({ actor }) => actor.name }),
      role: t.field({ type: enums.role, description: 'What it may do.', resolve: ({ role }) => role }),
      organization: t.field({ type: organization, description: 'For whom it acts.', resolve: (row) => row }),
      kind: t.field({
        type: 'ActorKind' as never,
        description: 'What is calling: a program with an API key, or a person with a token.',
        resolve: ({ actor }) => actor.kind as never,
      }),
      expiresAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When its key or token ends; null: not by itself.',
        resolve: ({ expiresAt }) => expiresAt ?? null,
      }),
      mutations: t.stringList({
        description: 'Names of the mutations it may use, so that a frontend shows only what works.',
        resolve: (principal, _args, _context, { schema }) =>
          mayChange(principal) ? Object.keys(schema.getMutationType()?.getFields() ?? {}).sort() : [],
      }),
      canAct: t.boolean({
        description: 'Whether it may use mutations.',
        resolve: mayChange,
      }),
    }),
  });
  const server = builder.objectRef<SchemaServices>('ServerInfo').implement({
    description: 'This gateway.',
    fields: (t) => ({
      version: t.exposeString('version', { description: 'Its version.' }),
      productName: t.exposeString('productName', { description: 'The marketplace it serves.' }),
    }),
  });
  builder.queryField('viewer', (t) =>
    t.field({ type: viewer, description: 'Who is asking.', resolve: (_root, _args, { caller }) => caller.principal }),
  );
  builder.queryField('serverInfo', (t) =>
    t.field({ type: server, description: 'What this gateway is.', resolve: (_root, _args, { services }) => services }),
  );
}
