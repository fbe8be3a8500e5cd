import { z } from 'zod';
import { checkFields } from '../connectors/define.js';
import type { Registry } from '../connectors/registry.js';
import type { CredentialValues } from '../delivery/sessions.js';
import { idempotencyKey } from '../marketplace/fields.js';
import { Secret } from '../storage/secret.js';
import { invalidFields, Refusal } from './refusal.js';

/** How credentials reach an operation, whichever member of the one-of input they came by. */
export const credentialsInput = z.object({
  connectorId: z.string(),
  credentials: z.unknown(),
  settings: z.unknown().optional(),
});
export type CredentialsInput = z.infer<typeof credentialsInput>;

/** ISO 4217 as far as form goes; whether the PSA uses it is a diagnostic. */
export const currencyCode = z.string().regex(/^[A-Z]{3}$/, 'A currency is three capital letters, such as EUR.');

export const aliasInput = z
  .string()
  .trim()
  .min(1, 'An alias is required.')
  .max(100, 'An alias has at most 100 characters.')
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'An alias holds no control characters.');

export const idempotencyKeyInput = idempotencyKey.nullish();

/** Checks credentials and settings against the connector's descriptor. Messages never hold a value. */
export function checkedCredentials(
  connectors: Registry,
  input: CredentialsInput,
): { connectorId: string; credentials: CredentialValues; settings: CredentialValues } {
  const connector = connectors.find(input.connectorId);
  if (!connector) {
    const known = connectors.all.map((descriptor) => descriptor.id).join(', ');
    throw new Refusal({
      type: 'InvalidInput',
      code: 'UNKNOWN_CONNECTOR',
      message: `No such connector is registered. Registered: ${known}.`,
      path: ['input', 'credentials'],
    });
  }
  const credentials = revealed(input.credentials);
  const settings = input.settings ?? {};
  const issues = [
    ...checkFields(connector.descriptor.credentials, credentials, ['input', 'credentials']),
    ...checkFields(connector.descriptor.settings, settings, ['input', 'settings']),
  ];
  if (issues.length > 0) throw invalidFields(issues);
  return {
    connectorId: input.connectorId,
    credentials: withoutAbsent(credentials as Record<string, unknown>),
    settings: withoutAbsent(settings as Record<string, unknown>),
  };
}

/** Text instead of `Secret`, to be checked and handed to a connector. */
export function revealed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, item instanceof Secret ? item.reveal() : item]),
  );
}

export function withoutAbsent(values: Record<string, unknown>): CredentialValues {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value != null && value !== ''),
  ) as CredentialValues;
}
