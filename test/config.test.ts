import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, envExample, readConfig } from '../src/config.js';
import { builtInOptions } from '../src/connectors/index.js';

const root = join(import.meta.dirname, '..');
const options = builtInOptions;
const KEY = randomBytes(32).toString('base64');

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env, options);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults;
  }
}

describe('a configuration', () => {
  test('may be empty', () => {
    expect(readConfig({}, options)).toMatchObject({
      ...{
        port: 4000,
        host: '127.0.0.1',
        databaseUrl: null,
        secretKey: null,
        quarantineSeconds: null,
        vendorShare: { percent: 40, reserve: 20 },
        reconcileCron: '0 3 * * *',
        logLevel: 'info',
      },
    });
  });

  test.each([
    ['off', null],
    ['*/15 * * * *', '*/15 * * * *'],
    ['0 3,15 1-7/2 * 1-5', '0 3,15 1-7/2 * 1-5'],
  ])('takes %s as the time to reconcile', (text, cron) => {
    expect(readConfig({ GATEWAY_RECONCILE_CRON: text }, options).reconcileCron).toBe(cron);
  });

  test.each(['daily', '0 3 * *', '60 3 * * *', '0 3 0 * *', '0 3 * * 7', '0 3/2 * * *', '5-5 3 * * *', '0 3 * * MON'])(
    'does not take %s as the time to reconcile',
    (text) => {
      expect(() => readConfig({ GATEWAY_RECONCILE_CRON: text }, options)).toThrow(/GATEWAY_RECONCILE_CRON must be/);
    },
  );

  test.each([
    ['GATEWAY_VENDOR_SHARE', '0'],
    ['GATEWAY_VENDOR_SHARE', '101'],
    ['GATEWAY_VENDOR_SHARE', '12.5'],
    ['GATEWAY_VENDOR_RESERVE', '91'],
    ['GATEWAY_VENDOR_RESERVE', '-1'],
  ])('does not take %s=%s', (name, value) => {
    expect(faultsOf({ [name]: value })).toEqual([expect.stringMatching(`^${name} must be a whole number of percent`)]);
  });

  test('is read with blanks around its values, and blank values are absent', () => {
    expect(readConfig({ GATEWAY_PORT: ' 4100 ', GATEWAY_HOST: '  ', GATEWAY_SECRET_KEY: '' }, options)).toMatchObject({
      ...{ port: 4100, host: '127.0.0.1', secretKey: null },
    });
  });

  test('takes the key as base64, base64url or hex', () => {
    const bytes = Buffer.from(KEY, 'base64');
    for (const key of [KEY, bytes.toString('base64url'), bytes.toString('hex'), bytes.toString('hex').toUpperCase()]) {
      expect(readConfig({ GATEWAY_SECRET_KEY: key }, options).secretKey).toBe(key);
    }
  });

  test('knows the options of the connectors by their variables', () => {
    const { connectorOptions } = readConfig({ AUTOTASK_EXTRA_HOSTS: 'psa.example.com' }, options);
    expect(connectorOptions.AUTOTASK_EXTRA_HOSTS).toBe('psa.example.com');
    expect(Object.keys(connectorOptions).sort()).toEqual(options.map(({ variable }) => variable).sort());
  });
});

describe('what is wrong', () => {
  const faulty: readonly (readonly [string, string])[] = [
    ['GATEWAY_PORT', '70000'],
    ['GATEWAY_PORT', 'http'],
    ['GATEWAY_HOST', 'a b'],
    ['DATABASE_URL', 'mysql://root:hunter2@db/gateway'],
    ['GATEWAY_SECRET_KEY', 'hunter2'],
    ['GATEWAY_PRODUCT_NAME', 'x'.repeat(61)],
    ['GATEWAY_QUARANTINE_SECONDS', '-1'],
    ['GATEWAY_LOG_LEVEL', 'loud'],
    ['GATEWAY_PROT', '4000'],
    ['GATEWAY_OIDC_ALGORITHMS', 'RS256,HS256'],
    ['GATEWAY_OIDC_ALGORITHMS', 'none'],
    ['GATEWAY_OIDC_CLOCK_SKEW_SECONDS', '61'],
    ['GATEWAY_OIDC_CLAIMS', 'password=x'],
    ['GATEWAY_OIDC_ROLES', 'admins=OWNER'],
    ...options.map(({ variable, maxLength }) => [variable, 'x'.repeat((maxLength ?? 1000) + 1)] as const),
  ];

  test.each(faulty)('%s=%s is named', (name, value) => {
    const faults = faultsOf({ [name]: value });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${name} `));
    expect(faults[0]).not.toContain('hunter2');
  });

  test.each(['http://login.example.com/keys', 'https://a:hunter2@login.example.com/', 'keys', 'file:///keys'])(
    'keys of an issuer at %s',
    (address) => {
      const oidc = { GATEWAY_OIDC_ISSUER: 'https://login.example.com/', GATEWAY_OIDC_AUDIENCE: 'gateway' };
      const faults = faultsOf({ ...oidc, GATEWAY_OIDC_JWKS_URL: address });
      expect(faults).toEqual(['GATEWAY_OIDC_JWKS_URL must be an https:// address.']);
      expect(faultsOf({ ...oidc, GATEWAY_OIDC_JWKS_URL: 'http://127.0.0.1:8080/keys' })).toEqual([]);
    },
  );

  test('is an issuer without the rest', () => {
    const faults = faultsOf({ GATEWAY_OIDC_ISSUER: 'https://login.example.com/' });
    expect(faults.map((fault) => fault.split(' ', 1)[0])).toEqual(['GATEWAY_OIDC_AUDIENCE', 'GATEWAY_OIDC_JWKS_URL']);
  });

  test('is said all at once', () => {
    const faults = faultsOf({
      GATEWAY_PORT: 'x',
      GATEWAY_LOG_LEVEL: 'x',
      GATEWAY_SECRET_KEY: 'x',
      GATEWAY_NONSENSE: 'x',
    });
    expect(faults.map((fault) => fault.split(' ', 1)[0])).toEqual([
      ...['GATEWAY_PORT', 'GATEWAY_SECRET_KEY', 'GATEWAY_LOG_LEVEL', 'GATEWAY_NONSENSE'],
    ]);
  });
});

test('the process says every fault, repeats no secret and exits with 2', async () => {
  const env = {
    ...clean(process.env),
    GATEWAY_PORT: 'x',
    GATEWAY_SECRET_KEY: 'hunter2',
    DATABASE_URL: 'mysql://a:hunter2@b/c',
  };
  const { code, out } = await run(env);
  expect(code).toBe(2);
  expect(out).toContain('3 fault(s)');
  for (const name of ['GATEWAY_PORT', 'GATEWAY_SECRET_KEY', 'DATABASE_URL']) expect(out).toContain(`- ${name} must be`);
  expect(out).not.toContain('hunter2');
});

test('.env.example is what the configuration says of itself', () => {
  const text = readFileSync(join(root, '.env.example'), 'utf8');
  expect(text, 'run: npm run env-example').toBe(envExample(options));
  const set = Object.fromEntries([...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  expect(readConfig(set, options)).toEqual(readConfig({}, options));
});

function clean(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !/^(GATEWAY_|DATABASE_URL)/.test(entry[0]),
    ),
  );
}

function run(env: Record<string, string>): Promise<{ code: number | null; out: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--import', 'tsx', 'src/main.ts'],
      { cwd: root, env },
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode, out: stdout + stderr });
      },
    );
  });
}
