import type { OptionField } from './connectors/contract.js';

/** One setting of the gateway. All of them are environment variables, read here and nowhere else. */
interface Variable {
  readonly name: string;
  readonly help: string;
  readonly default?: string;
  readonly secret?: boolean;
  /** What is wrong with a value, or null. Never repeats a secret value. */
  check?(value: string): string | null;
}

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
    name: 'GATEWAY_SECRET_KEY',
    help: 'Key that seals stored credentials: 32 random bytes as base64 or hex (openssl rand -base64 32). Absent: made once and kept in the data folder. Needed where several instances share one database.',
    secret: true,
    check: (value) =>
      isKey(value) ? null : 'must be 32 random bytes as base64 or hex; make one with: openssl rand -base64 32',
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
    name: 'GATEWAY_LOG_LEVEL',
    help: 'debug, info, warn, error or silent.',
    default: 'info',
    check: (value) =>
      /^(debug|info|warn|error|silent)$/.test(value) ? null : 'must be debug, info, warn, error or silent',
  },
] as const satisfies readonly Variable[];

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  readonly secretKey: string | null;
  readonly productName: string;
  readonly quarantineSeconds: number | null;
  readonly logLevel: string;
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

/** Reads the environment once. Empty values count as absent. Throws `ConfigError` with all faults together. */
export function readConfig(env: Environment, options: readonly OptionField[]): Config {
  const faults: string[] = [];
  const variables: readonly Variable[] = [...VARIABLES, ...options.map(fromOption)];
  const values: Record<string, string | undefined> = {};
  for (const variable of variables) {
    const given = env[variable.name]?.trim();
    const value = given === undefined || given === '' ? variable.default : given;
    const fault = value === undefined ? null : (variable.check?.(value) ?? null);
    if (fault) faults.push(`${variable.name} ${fault}.`);
    values[variable.name] = value;
  }
  const known = new Set(variables.map(({ name }) => name));
  for (const name of Object.keys(env)) {
    if (name.startsWith('GATEWAY_') && !known.has(name)) faults.push(`${name} is not known; see .env.example.`);
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return {
    port: Number(values.GATEWAY_PORT),
    host: values.GATEWAY_HOST ?? '',
    dataDir: values.GATEWAY_DATA_DIR ?? '',
    databaseUrl: values.DATABASE_URL ?? null,
    secretKey: values.GATEWAY_SECRET_KEY ?? null,
    productName: values.GATEWAY_PRODUCT_NAME ?? '',
    quarantineSeconds: values.GATEWAY_QUARANTINE_SECONDS ? Number(values.GATEWAY_QUARANTINE_SECONDS) : null,
    logLevel: values.GATEWAY_LOG_LEVEL ?? 'info',
    connectorOptions: Object.fromEntries(options.map(({ variable }) => [variable, values[variable]])),
  };
}

/** The text of `.env.example`. */
export function envExample(options: readonly OptionField[]): string {
  const lines = [...VARIABLES, ...options.map(fromOption)].map((variable: Variable) => {
    const secret = variable.secret ? ' (secret)' : '';
    return `# ${variable.help}${secret}\n${variable.default === undefined ? '#' : ''}${variable.name}=${variable.default ?? ''}\n`;
  });
  return `# Generated by "npm run env-example" from src/config.ts and the connectors' options. Do not edit.\n\n${lines.join('\n')}`;
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

function isPostgresUrl(value: string): boolean {
  return /^postgres(ql)?:\/\//.test(value);
}

function isKey(value: string): boolean {
  return (
    /^[0-9a-f]{64}$/i.test(value) || (/^[\w+/-]+={0,2}$/.test(value) && Buffer.from(value, 'base64').length === 32)
  );
}
