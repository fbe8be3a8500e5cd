import {
  CONTRACT_VERSION,
  type Connector,
  type ConnectorDescriptor,
  type Field,
  type OptionField,
} from './contract.js';

/** What the operator's configuration gives to a built-in connector before it exists. */
export interface InstanceFacts {
  /** The product's name as customers know it; it appears in set-up steps. */
  readonly productName: string;
}

/** A connector that is made from operator options, which `config.ts` reads from the environment by their `variable`. */
export interface ConnectorFactory {
  readonly id: string;
  readonly options: readonly OptionField[];
  /** Throws with one sentence per fault when options do not fit. */
  create(options: { readonly [name: string]: string | undefined }, facts: InstanceFacts): Connector;
}

export interface FieldIssue {
  readonly path: readonly string[];
  readonly code: 'MISSING' | 'UNKNOWN' | 'TYPE' | 'TOO_LONG' | 'PATTERN' | 'CONTROL_CHARACTER';
  readonly message: string;
}

/**
 * Checks values against fields. Messages name fields and rules, never a value: one of them is a secret.
 * Null and undefined count as absent; an empty text counts as missing where the field is required.
 */
export function checkFields(fields: readonly Field[], values: unknown, path: readonly string[] = []): FieldIssue[] {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    return [{ path, code: 'TYPE', message: 'An object is expected here.' }];
  }
  const issues: FieldIssue[] = [];
  const known = new Map(fields.map((field) => [field.name, field]));
  for (const name of Object.keys(values)) {
    if (!known.has(name)) {
      const names = fields.map((field) => field.name).join(', ');
      issues.push({
        path,
        code: 'UNKNOWN',
        message: `There is a field that is not known here. Known fields: ${names}.`,
      });
    }
  }
  for (const field of fields) {
    const value = (values as Record<string, unknown>)[field.name];
    const at = [...path, field.name];
    if (value === undefined || value === null || value === '') {
      if (field.required) issues.push({ path: at, code: 'MISSING', message: `${field.title} is required.` });
      continue;
    }
    if (typeof value !== 'string') {
      issues.push({ path: at, code: 'TYPE', message: `${field.title} must be text.` });
    } else if (value.length > (field.maxLength ?? 1000)) {
      issues.push({ path: at, code: 'TOO_LONG', message: `${field.title} is longer than ${field.maxLength ?? 1000}.` });
    } else if (/[\u0000-\u001f\u007f]/.test(value)) {
      issues.push({ path: at, code: 'CONTROL_CHARACTER', message: `${field.title} holds a control character.` });
    } else if (field.pattern && !new RegExp(field.pattern).test(value)) {
      issues.push({ path: at, code: 'PATTERN', message: `${field.title} does not have the expected form.` });
    }
  }
  return issues;
}

/** The fields as JSON Schema 2020-12, for forms and for clients that send `raw` credentials. */
export function fieldsToJsonSchema(fields: readonly Field[]): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    additionalProperties: false,
    required: fields.filter((field) => field.required).map((field) => field.name),
    properties: Object.fromEntries(
      fields.map((field) => [
        field.name,
        {
          type: 'string',
          title: field.title,
          description: field.help,
          maxLength: field.maxLength ?? 1000,
          ...(field.required && { minLength: 1 }),
          ...(field.secret && { writeOnly: true }),
          ...(field.pattern !== undefined && { pattern: field.pattern }),
          ...(field.example !== undefined && { examples: [field.example] }),
        },
      ]),
    ),
  };
}

/** Throws one sentence per fault of the descriptor, so that a bad connector stops the start and names itself. */
export function checkConnector(connector: Connector): void {
  const faults = descriptorFaults(connector.descriptor);
  for (const method of ['allows', 'connect'] as const) {
    if (typeof connector[method] !== 'function') faults.push(`${method} is not a function`);
  }
  if (faults.length > 0) {
    throw new Error(`The connector "${connector.descriptor?.id ?? '?'}" cannot be used: ${faults.join('; ')}.`);
  }
}

function descriptorFaults(descriptor: ConnectorDescriptor): string[] {
  const faults: string[] = [];
  if (!/^[a-z][a-z0-9-]*$/.test(descriptor.id)) faults.push('its id must be lower-case letters, digits and dashes');
  const major = (version: string): string => version.split('.')[0] ?? '';
  if (major(descriptor.contractVersion) !== major(CONTRACT_VERSION)) {
    faults.push(`it was built for contract ${descriptor.contractVersion}, this gateway speaks ${CONTRACT_VERSION}`);
  }
  for (const field of [...descriptor.credentials, ...descriptor.settings]) {
    if (!/^[a-z][A-Za-z0-9]*$/.test(field.name)) faults.push(`the field name "${field.name}" is not camelCase`);
    if (field.title === '' || field.help === '') faults.push(`the field "${field.name}" needs a title and a help text`);
  }
  for (const step of descriptor.setupSteps) {
    if (step.checks.length === 0 && !step.unprovable) {
      faults.push(`the set-up step "${step.id}" names no check and does not say why none can prove it`);
    }
  }
  return faults;
}
