import type { ConnectorDescriptor, Field } from '../connectors/contract.js';
import type { Builder } from './builder.js';

/** What the one-of input becomes for an operation, whichever member came. */
export interface GivenCredentials {
  readonly connectorId: string;
  readonly credentials: unknown;
  readonly settings?: unknown;
}

/**
 * One `@oneOf` input: a typed member per registered connector, generated from its descriptor, and `raw`. Both roads end
 * in the same check of the descriptor, so they cannot drift apart.
 */
export function credentialsInput(builder: Builder, connectors: readonly ConnectorDescriptor[]) {
  const raw = builder.inputType('RawCredentialsInput', {
    description: 'Credentials of any registered connector, as its `credentialsSchema` describes them.',
    fields: (t) => ({
      connectorId: t.string({ required: true, description: 'Which connector.' }),
      credentials: t.field({ type: 'SealedJSON', required: true, description: 'The credentials.' }),
      settings: t.field({ type: 'JSON', description: 'The settings, as `settingsSchema` describes them.' }),
    }),
  });

  const members = connectors.map((descriptor) => ({
    name: memberName(descriptor.id),
    descriptor,
    type: builder.inputType(`${pascal(descriptor.id)}CredentialsInput`, {
      description: `Credentials and settings of ${descriptor.title}.`,
      fields: (t) =>
        Object.fromEntries(
          [...descriptor.credentials, ...descriptor.settings].map((field) => {
            const options = { required: field.required, description: describe(field) };
            return [field.name, t.field({ type: field.secret ? 'Secret' : 'String', ...options })];
          }),
        ),
    }),
  }));

  const type = builder.inputType('ConnectorCredentialsInput', {
    description: 'Exactly one member: the connector the connection is for.',
    isOneOf: true,
    fields: (t) => ({
      raw: t.field({ type: raw, description: 'Any connector, untyped.' }),
      ...Object.fromEntries(
        members.map(({ name, type, descriptor }) => [name, t.field({ type, description: `${descriptor.title}.` })]),
      ),
    }),
  });

  function given(value: unknown): GivenCredentials {
    const chosen = value as { readonly raw?: GivenCredentials } & Record<string, Record<string, unknown> | undefined>;
    if (chosen.raw) {
      const { connectorId, credentials, settings } = chosen.raw;
      return { connectorId, credentials, ...(settings != null && { settings }) };
    }
    const member = members.find(({ name }) => chosen[name]);
    const values = (member && chosen[member.name]) ?? {};
    const pick = (fields: readonly Field[]) =>
      Object.fromEntries(fields.filter(({ name }) => values[name] != null).map(({ name }) => [name, values[name]]));
    return {
      connectorId: member?.descriptor.id ?? '',
      credentials: pick(member?.descriptor.credentials ?? []),
      settings: pick(member?.descriptor.settings ?? []),
    };
  }

  return { type, given };
}

function describe(field: Field): string {
  return field.example === undefined ? field.help : `${field.help} Example: ${field.example}`;
}

function pascal(id: string): string {
  return id.replace(/(^|-)([a-z0-9])/g, (_all, _dash, letter: string) => letter.toUpperCase());
}

function memberName(id: string): string {
  const name = pascal(id);
  return name.charAt(0).toLowerCase() + name.slice(1);
}
