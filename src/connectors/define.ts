import { satisfies, validRange } from 'semver';
import { CONTRACT_VERSION, type Connector, type ConnectorDescriptor, type Field } from './contract.js';

export type { ConnectorFactory, InstanceFacts } from './contract.js';

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

/** Throws one sentence with every fault of the connector, so that a bad one stops the start and names itself. */
export function checkConnector(connector: Connector): void {
  const faults = connectorFaults(connector);
  if (faults.length > 0) {
    throw new Error(`The connector "${connector?.descriptor?.id ?? '?'}" cannot be used: ${faults.join('; ')}.`);
  }
}

/** What is wrong with a connector before it has made a call; each fault a clause that can stand after a colon. */
export function connectorFaults(connector: Connector): string[] {
  if (typeof connector?.descriptor !== 'object' || connector.descriptor === null) return ['it has no descriptor'];
  // A connector from outside was checked by no compiler of ours.
  const missing = REQUIRED.filter((name) => connector.descriptor[name] === undefined);
  const faults = missing.map((name) => `its descriptor has no ${name}`);
  for (const method of ['allows', 'connect'] as const) {
    if (typeof connector[method] !== 'function') faults.push(`${method} is not a function`);
  }
  if (missing.length > 0) return faults;
  return [...faults, ...versionFaults(connector.descriptor), ...descriptorFaults(connector.descriptor)];
}

const REQUIRED = [
  'id',
  'title',
  'vendor',
  'version',
  'contractVersion',
  'vocabulary',
  'credentials',
  'settings',
  'capabilities',
  'permissions',
  'setupSteps',
  'limits',
  'egress',
  'quarantineSeconds',
] as const satisfies readonly (keyof ConnectorDescriptor)[];

function versionFaults({ contractVersion }: ConnectorDescriptor): string[] {
  if (validRange(contractVersion) === null) {
    return [`its contractVersion "${contractVersion}" is not a range of versions, such as "^${CONTRACT_VERSION}"`];
  }
  if (satisfies(CONTRACT_VERSION, contractVersion)) return [];
  return [`it works with contract ${contractVersion}, this gateway speaks ${CONTRACT_VERSION}`];
}

const CAMEL_CASE = /^[a-z][A-Za-z0-9]*$/;

function descriptorFaults(descriptor: ConnectorDescriptor): string[] {
  const faults: string[] = [];
  if (!/^[a-z][a-z0-9-]*$/.test(descriptor.id)) faults.push('its id must be lower-case letters, digits and dashes');
  if (!(descriptor.quarantineSeconds > 0)) faults.push('its quarantineSeconds must be a number above 0');
  const actions = descriptor.actions ?? [];
  const lists = [descriptor.credentials, descriptor.settings, ...actions.map(({ input }) => input)];
  for (const fields of lists) {
    for (const field of fields) faults.push(...fieldFaults(field));
    faults.push(...repeated(fields.map(({ name }) => name)).map((name) => `the field "${name}" is there twice`));
  }
  const extras = [...Object.values(descriptor.lookupColumns ?? {}), descriptor.writeDetails ?? [], actions];
  for (const { name, title } of extras.flat()) {
    if (!CAMEL_CASE.test(name)) faults.push(`the name "${name}" is not camelCase`);
    if (!title) faults.push(`"${name}" needs a title`);
  }
  for (const step of descriptor.setupSteps) {
    if (step.checks.length === 0 && !step.unprovable) {
      faults.push(`the set-up step "${step.id}" names no check and does not say why none can prove it`);
    }
  }
  const { permissions, setupSteps, limits } = descriptor;
  for (const list of [permissions, setupSteps, limits]) {
    faults.push(...repeated(list.map(({ id }) => id)).map((id) => `the id "${id}" is there twice`));
  }
  return faults;
}

function fieldFaults(field: Field): string[] {
  const faults: string[] = [];
  if (!CAMEL_CASE.test(field.name)) faults.push(`the field name "${field.name}" is not camelCase`);
  if (!field.title || !field.help) faults.push(`the field "${field.name}" needs a title and a help text`);
  if (field.pattern === undefined) return faults;
  if (!/^\^.*\$$/s.test(field.pattern))
    faults.push(`the pattern of the field "${field.name}" is not anchored by ^ and $`);
  try {
    new RegExp(field.pattern);
  } catch {
    faults.push(`the pattern of the field "${field.name}" is not a regular expression`);
  }
  return faults;
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
}
