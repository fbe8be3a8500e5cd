import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, envExample, readConfig } from '../src/config.js';
import { builtInConnectors } from '../src/connectors/index.js';

const root = join(import.meta.dirname, '..');
const options = builtInConnectors.flatMap((factory) => factory.options);
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
        logLevel: 'info',
      },
    });
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
    ...options.map(({ variable, maxLength }) => [variable, 'x'.repeat((maxLength ?? 1000) + 1)] as const),
  ];

  test.each(faulty)('%s=%s is named', (name, value) => {
    const faults = faultsOf({ [name]: value });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${name} `));
    expect(faults[0]).not.toContain('hunter2');
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
