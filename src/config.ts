import type { OidcSettings } from './access/oidc.js';
import { AUDIT_VARIABLES, type AuditSettings, auditSettingsOf } from './config/audit.js';
import { isCron } from './config/cron.js';
import { OIDC_VARIABLES, oidcOf } from './config/oidc.js';
import { OPERATIONS_VARIABLES, type OperationsSettings, operationsOf } from './config/operations.js';
import { REQUEST_VARIABLES, requestPolicyOf } from './config/requests.js';
import { SOURCE_VARIABLES, type SourceSettings, sourcesOf } from './config/sources.js';
import { listOf, type Variable } from './config/variable.js';
import type { OptionField } from './connectors/contract.js';

const VARIABLES = [
  {
    name: 'GATEWAY_PORT',
    help: 'Port of the HTTP server; 0 takes a free one.',
    default: '4000',
    check: (value) => (/^\d{1,5}$/.test(value) && Number(value) <= 65_535 ? null : 'must be a port number, 0 to 65535'),
  },
  {
    name: 'GATEWAY_HOST',
    help: 'Address the HTTP server listens on. 0.0.0.0 opens it to the network.',
    default: '127.0.0.1',
    check: (value) => (/^[\w.:-]+$/.test(value) ? null : 'must be a host name or an address'),
  },
  {
    name: 'GATEWAY_DATA_DIR',
    help: 'Folder for the embedded database and the generated key.',
    default: '.gateway',
  },
  {
    name: 'DATABASE_URL',
    help: 'PostgreSQL 15 or newer to use instead of the embedded one, such as postgresql://user:password@host:5432/gateway.',
    secret: true,
    check: (value) => (isPostgresUrl(value) ? null : 'must be a URL that begins with postgresql:// or postgres://'),
  },
  {
    name: 'DATABASE_OWNER_URL',
    help: 'The same database as the user who owns its tables; used for migrations alone, so that the user of DATABASE_URL need not own anything. Absent: DATABASE_URL.',
    secret: true,
    check: (value) => (isPostgresUrl(value) ? null : 'must be a URL that begins with postgresql:// or postgres://'),
  },
  {
    name: 'GATEWAY_SECRET_KEY',
    help: 'Key that seals stored credentials: 32 random bytes as base64 or hex (openssl rand -base64 32). Absent: made once and kept in the data folder. Needed where several instances share one database.',
    secret: true,
    check: (value) =>
      isKey(value) ? null : 'must be 32 random bytes as base64 or hex; make one with: openssl rand -base64 32',
  },
  {
    name: 'GATEWAY_SECRET_KEYS_ACCEPTED',
    help: 'Further keys that open what they have sealed, separated by commas: the ones before, or the next one before it takes over.',
    secret: true,
    check: (value) => (listOf(value).every(isKey) ? null : 'must be keys like GATEWAY_SECRET_KEY, separated by commas'),
  },
  {
    name: 'GATEWAY_PRODUCT_NAME',
    help: 'Name of the marketplace as people know it; set-up steps use it.',
    default: 'CloudCockpit',
    check: (value) => (value.trim() !== '' && value.length <= 60 ? null : 'must be a name of at most 60 characters'),
  },
  {
    name: 'GATEWAY_QUARANTINE_SECONDS',
    help: "How long after an unanswered write it may still take effect. Absent: the connector's own figure.",
    check: (value) => (/^\d{1,5}$/.test(value) ? null : 'must be a whole number of seconds'),
  },
  {
    name: 'GATEWAY_VENDOR_SHARE',
    help: "Percent of a PSA's hourly calls, which all integrations share, that the gateway may use.",
    default: '40',
    check: (value) => (isWhole(value, 1, 100) ? null : 'must be a whole number of percent, 1 to 100'),
  },
  {
    name: 'GATEWAY_VENDOR_RESERVE',
    help: 'Percent of that share which background work leaves to people: searches, mapping, checks, previews.',
    default: '20',
    check: (value) => (isWhole(value, 0, 90) ? null : 'must be a whole number of percent, 0 to 90'),
  },
  {
    name: 'GATEWAY_NETTING_SECONDS',
    help: 'So many seconds a change of quantity waits for a later one of the same day, which then goes out alone; 0 sends at once.',
    default: '2',
    check: (value) => (/^\d{1,3}$/.test(value) ? null : 'must be a whole number of seconds, at most 999'),
  },
  {
    name: 'GATEWAY_RECONCILE_CRON',
    help: 'When all connections are compared with what their PSA bills: a cron line of five fields in UTC; off: only when asked. Connections begin spread over the hour that follows.',
    default: '0 3 * * *',
    check: (value) => (value === 'off' || isCron(value) ? null : 'must be five cron fields, such as 0 3 * * *, or off'),
  },
  {
    name: 'GATEWAY_LOG_LEVEL',
    help: 'debug, info, warn, error or silent.',
    default: 'info',
    check: (value) =>
      /^(debug|info|warn|error|silent)$/.test(value) ? null : 'must be debug, info, warn, error or silent',
  },
  ...OPERATIONS_VARIABLES,
  {
    name: 'CONNECTORS',
    help: 'Further connectors, separated by commas: names of packages installed beside the gateway, or paths. They run as part of it.',
  },
  ...SOURCE_VARIABLES,
  ...AUDIT_VARIABLES,
  ...REQUEST_VARIABLES,
  ...OIDC_VARIABLES,
] as const satisfies readonly Variable[];

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  /** Null: the user of `databaseUrl` owns the tables. */
  readonly databaseOwnerUrl: string | null;
  readonly secretKey: string | null;
  readonly acceptedKeys: readonly string[];
  readonly productName: string;
  readonly quarantineSeconds: number | null;
  /** How much of a vendor's allowance is used, and how much of that is kept for people. */
  readonly vendorShare: { readonly percent: number; readonly reserve: number };
  readonly nettingSeconds: number;
  /** Null: off. */
  readonly reconcileCron: string | null;
  readonly logLevel: string;
  readonly operations: OperationsSettings;
  readonly audit: AuditSettings;
  readonly sources: SourceSettings;
  readonly requests: ReturnType<typeof requestPolicyOf>;
  /** Null: API keys only. */
  readonly oidc: OidcSettings | null;
  /** Values of the connectors' own options, by variable. */
  readonly connectorOptions: { readonly [variable: string]: string | undefined };
}

/** Everything that is wrong with the configuration, in one go. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The configuration has ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

type Environment = { readonly [name: string]: string | undefined };

/** The connector packages of the configuration; their options are settings too, so they are asked for before the rest. */
export const namedConnectors = (env: Environment): string[] => listOf(env.CONNECTORS);

/** Reads the environment once. Empty values count as absent. Throws `ConfigError` with all faults together. */
export function readConfig(env: Environment, options: readonly OptionField[]): Config {
  const faults: string[] = [];
  const variables: readonly Variable[] = [...VARIABLES, ...options.map(fromOption)];
  const values: Record<string, string | undefined> = {};
  for (const variable of variables) {
    const { value, fault } = readVariable(variable, env);
    if (fault) faults.push(`${variable.name} ${fault}.`);
    values[variable.name] = value;
  }
  for (const name of unknownNames(env, variables)) faults.push(`${name} is not known; see .env.example.`);
  const oidc = oidcOf(values, faults);
  const requests = requestPolicyOf(values, faults);
  const operations = operationsOf(values, faults);
  if (faults.length > 0) throw new ConfigError(faults);
  return {
    port: Number(values.GATEWAY_PORT),
    host: values.GATEWAY_HOST ?? '',
    dataDir: values.GATEWAY_DATA_DIR ?? '',
    databaseUrl: values.DATABASE_URL ?? null,
    databaseOwnerUrl: values.DATABASE_OWNER_URL ?? null,
    secretKey: values.GATEWAY_SECRET_KEY ?? null,
    acceptedKeys: listOf(values.GATEWAY_SECRET_KEYS_ACCEPTED),
    productName: values.GATEWAY_PRODUCT_NAME ?? '',
    quarantineSeconds: values.GATEWAY_QUARANTINE_SECONDS ? Number(values.GATEWAY_QUARANTINE_SECONDS) : null,
    vendorShare: { percent: Number(values.GATEWAY_VENDOR_SHARE), reserve: Number(values.GATEWAY_VENDOR_RESERVE) },
    nettingSeconds: Number(values.GATEWAY_NETTING_SECONDS),
    reconcileCron: values.GATEWAY_RECONCILE_CRON === 'off' ? null : (values.GATEWAY_RECONCILE_CRON ?? null),
    logLevel: values.GATEWAY_LOG_LEVEL ?? 'info',
    operations,
    audit: auditSettingsOf(values),
    requests,
    sources: sourcesOf(values),
    oidc,
    connectorOptions: Object.fromEntries(options.map(({ variable }) => [variable, values[variable]])),
  };
}

/** One setting as `config check` shows it. */
export interface Setting {
  readonly name: string;
  /** Null when there is none; a secret is never shown. */
  readonly value: string | null;
  readonly source: 'environment' | 'default' | 'absent';
  readonly fault: string | null;
  readonly help: string;
}

/** Every setting and where its value comes from, faults and unknown names included. */
export function describeConfig(env: Environment, options: readonly OptionField[]): Setting[] {
  const variables: readonly Variable[] = [...VARIABLES, ...options.map(fromOption)];
  const missing: string[] = [];
  const values = Object.fromEntries(variables.map((one) => [one.name, readVariable(one, env).value]));
  oidcOf(values, missing);
  if (variables.every((one) => !readVariable(one, env).fault)) {
    requestPolicyOf(values, missing);
    operationsOf(values, missing);
  }
  const known = variables.map((variable): Setting => {
    const read = readVariable(variable, env);
    const { value, given } = read;
    const absent = missing.find((text) => text.startsWith(`${variable.name} `));
    const fault = read.fault ?? absent?.slice(variable.name.length + 1).replace(/\.$/, '') ?? null;
    const shown = value === undefined ? null : variable.secret ? '(secret)' : (variable.shown?.(value) ?? value);
    const source = given ? 'environment' : value === undefined ? 'absent' : 'default';
    return { name: variable.name, value: shown, source, fault, help: variable.help };
  });
  const unknown = unknownNames(env, variables).map((name): Setting => {
    return { name, value: null, source: 'environment', fault: 'is not known; see .env.example', help: '' };
  });
  return [...known, ...unknown];
}

/** The text of `.env.example`. */
export function envExample(options: readonly OptionField[]): string {
  const lines = [...VARIABLES, ...options.map(fromOption)].map((variable: Variable) => {
    const secret = variable.secret ? ' (secret)' : '';
    return `# ${variable.help}${secret}\n${variable.default === undefined ? '#' : ''}${variable.name}=${variable.default ?? ''}\n`;
  });
  return `# Generated by "npm run env-example" from src/config.ts and the connectors' options. Do not edit.\n\n${lines.join('\n')}`;
}

function readVariable(variable: Variable, env: Environment) {
  const given = env[variable.name]?.trim() || undefined;
  const value = given ?? variable.default;
  const fault = value === undefined ? null : (variable.check?.(value) ?? null);
  return { value, given: given !== undefined, fault };
}

function unknownNames(env: Environment, variables: readonly Variable[]): string[] {
  const known = new Set(variables.map(({ name }) => name));
  return Object.keys(env).filter((name) => name.startsWith('GATEWAY_') && !known.has(name));
}

function fromOption(option: OptionField): Variable {
  return {
    name: option.variable,
    help: option.help,
    secret: option.secret,
    ...(option.default !== undefined && { default: option.default }),
    check: (value) => {
      if (value.length > (option.maxLength ?? 1000)) return `must have at most ${option.maxLength ?? 1000} characters`;
      return option.pattern && !new RegExp(option.pattern).test(value) ? 'does not have the expected form' : null;
    },
  };
}

function isWhole(value: string, low: number, high: number): boolean {
  return /^\d{1,3}$/.test(value) && Number(value) >= low && Number(value) <= high;
}

function isPostgresUrl(value: string): boolean {
  return /^postgres(ql)?:\/\//.test(value);
}

function isKey(value: string): boolean {
  return (
    /^[0-9a-f]{64}$/i.test(value) || (/^[\w+/-]+={0,2}$/.test(value) && Buffer.from(value, 'base64').length === 32)
  );
}
