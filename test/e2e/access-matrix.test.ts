import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.js';
import { type Caller, createCaller } from '../support/caller.js';
import { type Issuer, startIssuer } from '../support/issuer.js';

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));
const ROLES = ['ADMINISTRATOR', 'VIEWER'] as const;

let app: TestApp;
let issuer: Issuer;
const callers = new Map<string, Caller>();

beforeAll(async () => {
  issuer = await startIssuer();
  app = await createTestApp({ oidc: issuer.settings });
  const { viewer } = await app.csp.query<{ viewer: { organization: { id: string } } }>(
    '{ viewer { organization { id } } }',
  );
  const organization = viewer.organization.id;
  callers.set('nobody', createCaller(app.url, ''));
  const customer = await issuer.sign({ organization, context: 'CUSTOMER' });
  callers.set('customer', createCaller(app.url, customer));
  for (const [name, claims] of [
    ['CSP', { organization }],
    ['Reseller', { organization: 'reseller', tenant: organization }],
  ] as const) {
    for (const role of ROLES)
      callers.set(`${name} ${role}`, createCaller(app.url, await issuer.sign({ ...claims, role })));
  }
});
afterAll(async () => {
  for (const caller of callers.values()) await caller.close();
  await app?.close();
  await issuer?.close();
});

const SCALARS: { readonly [name: string]: unknown } = {
  Int: 1,
  Boolean: true,
  Decimal: '1',
  Date: '2026-01-01',
  DateTime: '2026-01-01T00:00:00Z',
  JSON: {},
};

/** The least that the type takes. */
function leastOf(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return leastOf(type.ofType);
  if (isListType(type)) return [leastOf(type.ofType)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (!isInputObjectType(type)) return SCALARS[type.name] ?? 'x';
  const fields = Object.values(type.getFields());
  const given = type.isOneOf ? fields.slice(0, 1) : fields.filter(isRequiredInputField);
  return Object.fromEntries(given.map((field) => [field.name, leastOf(field.type)]));
}

function documentOf(kind: string, field: GraphQLField<unknown, unknown>) {
  const args = field.args.filter(isRequiredArgument);
  const outer = args.map(({ name, type }) => `$${name}: ${type}`).join(', ');
  const inner = args.map(({ name }) => `${name}: $${name}`).join(', ');
  const selection = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : '';
  return {
    text: `${kind}${outer && ` (${outer})`} { ${field.name}${inner && `(${inner})`}${selection} }`,
    variables: Object.fromEntries(args.map(({ name, type }) => [name, leastOf(type)])),
  };
}

/** What says that the caller may not; any other fault is one of the input, which was looked at. */
const REFUSED = [401, 403];

async function verdict(caller: Caller, kind: string, field: GraphQLField<unknown, unknown>): Promise<string> {
  const { text, variables } = documentOf(kind, field);
  if (kind === 'subscription') {
    return caller
      .live(text, variables)
      .next()
      .then(
        () => 'yes',
        (fault: { code?: number; message?: string }) =>
          fault.code ? `closed ${fault.code}` : (/UNAUTHENTICATED|FORBIDDEN/.exec(fault.message ?? '')?.[0] ?? 'yes'),
      );
  }
  const { status, body } = await caller.ask(text, variables);
  const codes = (body.errors ?? []).map(({ extensions }) => extensions?.code ?? 'none');
  // A document that is refused as such, or a gateway in trouble, would prove nothing.
  const empty = codes.filter((code) => /VALIDATION|PARSE|BAD_USER_INPUT|INTERNAL|AVAILABLE|OVERLOADED/.test(code));
  expect([field.name, empty]).toEqual([field.name, []]);
  return REFUSED.includes(status) ? `${codes[0]} ${status}` : 'yes';
}

it('who may ask what is what the committed table says', async () => {
  const lines = [`| | ${[...callers.keys()].join(' | ')} |`, `|---|${'---|'.repeat(callers.size)}`];
  for (const [kind, type] of [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ] as const) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const verdicts = [];
      for (const caller of callers.values()) verdicts.push(await verdict(caller, kind, field));
      lines.push(`| ${kind} ${field.name} | ${verdicts.join(' | ')} |`);
    }
  }
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('./access-matrix.snap.md');
});
