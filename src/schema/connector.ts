import type { ConnectorDescriptor, Diagnostic, Field, Permission, SetupStep } from '../connectors/contract.js';
import { fieldsToJsonSchema } from '../connectors/define.js';
import type { Builder } from './builder.js';

/** The installed connectors and what each needs: plain data from their descriptors. A plain list, never a page. */
export function connectorTypes(builder: Builder) {
  const fieldType = builder.objectRef<Field>('ConnectorField').implement({
    description: 'One value an administrator types.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name in the input.' }),
      title: t.exposeString('title', { description: 'What a form shows above it.' }),
      help: t.exposeString('help', { description: 'Where it is found and what it is for.' }),
      secret: t.exposeBoolean('secret', { description: 'Whether it is write-only.' }),
      required: t.exposeBoolean('required', { description: 'Whether it must be given.' }),
      example: t.string({
        nullable: true,
        description: 'An example value.',
        resolve: (field) => field.example ?? null,
      }),
    }),
  });

  const permissionType = builder.objectRef<Permission>('ConnectorPermission').implement({
    description: 'A right the API user needs in the PSA.',
    fields: (t) => ({
      id: t.exposeString('id', { description: 'The diagnostic that proves it has this id too.' }),
      title: t.exposeString('title', { description: 'What it is called.' }),
      where: t.stringList({
        description: 'Menu path in the PSA, outermost first.',
        resolve: ({ where }) => [...where],
      }),
      access: t.stringList({ description: 'read, create, update.', resolve: ({ access }) => [...access] }),
      purpose: t.exposeString('purpose', { description: 'What the gateway needs it for.' }),
      verifiable: t.exposeString('verifiable', {
        description: 'yes, partly or no: whether a diagnostic can prove it.',
      }),
    }),
  });

  const setupField = builder.objectRef<SetupStep['fields'][number]>('SetupField').implement({
    description: 'One value to set in the PSA.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'The label in the PSA.' }),
      value: t.exposeString('value', { description: 'What to set it to.' }),
    }),
  });

  const setupStep = builder.objectRef<SetupStep>('SetupStep').implement({
    description: 'One step of the set-up in the PSA, so that a frontend can show a wizard and tick it off.',
    fields: (t) => ({
      id: t.exposeString('id', { description: 'Stable name of the step.' }),
      title: t.exposeString('title', { description: 'What to do.' }),
      where: t.stringList({
        description: 'Menu path in the PSA, outermost first.',
        resolve: ({ where }) => [...where],
      }),
      fields: t.field({ type: [setupField], description: 'The values to set.', resolve: ({ fields }) => [...fields] }),
      checks: t.stringList({
        description: 'Ids of the diagnostics that prove this step; empty when no API can.',
        resolve: ({ checks }) => [...checks],
      }),
      unprovable: t.string({
        nullable: true,
        description: 'What no API can prove about this step, in a sentence.',
        resolve: (step) => step.unprovable ?? null,
      }),
    }),
  });

  const vocabulary = builder.objectRef<ConnectorDescriptor['vocabulary']>('ConnectorVocabulary').implement({
    description: "The vendor's own words.",
    fields: (t) => ({
      company: t.exposeString('company', { description: 'Its word for a company.' }),
      service: t.exposeString('service', { description: 'Its word for a service.' }),
      contract: t.exposeString('contract', { description: 'Its word for a contract.' }),
      line: t.exposeString('line', { description: 'Its word for a line of a contract.' }),
    }),
  });

  const connector = builder.objectRef<ConnectorDescriptor>('Connector').implement({
    description: 'A plugin for one PSA.',
    fields: (t) => ({
      id: t.exposeString('id', { description: 'Stable name, such as the member of the credentials input.' }),
      title: t.exposeString('title', { description: 'Its name for people.' }),
      vendor: t.exposeString('vendor', { description: 'Who makes the PSA.' }),
      version: t.exposeString('version', { description: 'Version of the connector.' }),
      contractVersion: t.exposeString('contractVersion', {
        description: 'The range of contract versions it works with.',
      }),
      docsUrl: t.string({ nullable: true, description: 'Where to read more.', resolve: (one) => one.docsUrl ?? null }),
      vocabulary: t.field({ type: vocabulary, description: "The vendor's words.", resolve: (one) => one.vocabulary }),
      capabilities: t.field({
        type: 'JSON',
        description: 'What it can do: lookups, billing frequencies, kinds of change. What is absent it cannot.',
        resolve: (one) => one.capabilities,
      }),
      credentialFields: t.field({
        type: [fieldType],
        description: 'What an administrator types.',
        resolve: (one) => [...one.credentials],
      }),
      credentialsSchema: t.field({
        type: 'JSON',
        description: 'The credentials as JSON Schema 2020-12, for `raw` credentials and generated forms.',
        resolve: (one) => fieldsToJsonSchema(one.credentials),
      }),
      settingsSchema: t.field({
        type: 'JSON',
        description: 'The settings as JSON Schema 2020-12.',
        resolve: (one) => fieldsToJsonSchema(one.settings),
      }),
      permissions: t.field({
        type: [permissionType],
        description: 'Rights the API user needs.',
        resolve: (one) => [...one.permissions],
      }),
      setupSteps: t.field({
        type: [setupStep],
        description: 'The set-up in the PSA, step by step.',
        resolve: (one) => [...one.setupSteps],
      }),
      limits: t.field({ type: 'JSON', description: "The limits of the vendor's API.", resolve: (one) => one.limits }),
      egress: t.stringList({ description: 'Hosts it calls.', resolve: (one) => [...one.egress] }),
    }),
  });

  builder.queryField('connectors', (t) =>
    t.field({
      type: [connector],
      description: 'The connectors of this gateway.',
      resolve: (_root, _args, { services }) => [...services.operations.connectors.all],
    }),
  );
  return { connector, field: fieldType };
}

/** One line of the connection doctor, wherever it is shown. */
export function diagnosticType(builder: Builder) {
  const status = builder.enumType('DiagnosticStatus', {
    description: 'How a check ended.',
    values: {
      PASS: { value: 'pass', description: 'It is right.' },
      WARN: { value: 'warn', description: 'It works, but something deserves a look.' },
      FAIL: { value: 'fail', description: 'The connection cannot be used until this is mended.' },
      UNVERIFIED: { value: 'unverified', description: 'No API can tell; look at it yourself.' },
    } as const,
  });
  return builder.objectRef<Diagnostic>('Diagnostic').implement({
    description: 'One line of the connection doctor.',
    fields: (t) => ({
      check: t.exposeString('check', {
        description: 'Stable id; `SetupStep.checks` and `ConnectorPermission.id` name it.',
      }),
      status: t.field({ type: status, description: 'How it ended.', resolve: (line) => line.status }),
      title: t.exposeString('title', { description: 'What was checked.' }),
      detail: t.exposeString('detail', { description: 'What was found.' }),
      code: t.string({
        nullable: true,
        description: 'For FAIL: the typed reason.',
        resolve: (line) => line.code ?? null,
      }),
      action: t.string({
        nullable: true,
        description: 'What to do about it.',
        resolve: (line) => line.action?.text ?? null,
      }),
      where: t.stringList({
        description: 'Menu path in the PSA where it is mended, outermost first.',
        resolve: (line) => [...(line.action?.where ?? [])],
      }),
    }),
  });
}
