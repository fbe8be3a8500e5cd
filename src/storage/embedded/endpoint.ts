import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { hasCode } from './errors.js';
import { type Home, prepareSocketFolder } from './home.js';

/** Where a server listens: `host` is a socket folder, or on Windows 127.0.0.1 with a password. */
export type Endpoint = { readonly host: string; readonly port: number; readonly password?: string };

/** What a running server wrote into `postmaster.pid`; the endpoint is read from there, whoever started it. */
export type Running = { readonly pid: number; readonly endpoint: Endpoint };

const windows = process.platform === 'win32';

export async function chooseEndpoint(home: Home): Promise<Endpoint> {
  if (!windows) return { host: await prepareSocketFolder(home), port: 5432 };
  return { host: '127.0.0.1', port: await freePort(), password: await passwordOf(home) };
}

export function listenSettings({ host, port }: Endpoint): Record<string, string> {
  const shared = { port: String(port), unix_socket_permissions: '0700' };
  if (windows) return { port: String(port), listen_addresses: host };
  return { ...shared, listen_addresses: '', unix_socket_directories: quoteListItem(host) };
}

export async function readRunning(home: Home): Promise<Running | undefined> {
  const text = await readFile(pidFile(home), 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return '';
    throw error;
  });
  const [pid, , , port, socketFolder] = text.split('\n');
  if (!Number(pid) || !Number(port)) return undefined;
  const endpoint = windows
    ? { host: '127.0.0.1', port: Number(port), password: await passwordOf(home) }
    : { host: socketFolder ?? '', port: Number(port) };
  return endpoint.host === '' ? undefined : { pid: Number(pid), endpoint };
}

export const pidFile = (home: Home) => join(home.path, 'data/postmaster.pid');

/** A URL every reader takes: the `host` parameter wins over the host part, which is there because URL parsers want one. */
export function urlOf({ host, port, password }: Endpoint, database: string): string {
  if (password !== undefined) return `postgresql://postgres:${password}@${host}:${port}/${database}`;
  return `postgresql://postgres@localhost/${database}?host=${encodeURIComponent(host)}&port=${port}`;
}

export type Probe = 'ready' | 'starting' | 'silent';

/** Asks the server. `starting` also covers shutting down and full; `silent` = nobody listens. */
export async function probe(endpoint: Endpoint): Promise<Probe> {
  const client = new pg.Client({ connectionString: urlOf(endpoint, 'postgres'), connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return 'ready';
  } catch (error) {
    // 57P03 cannot connect now, 53300 too many connections.
    if (hasCode(error, '57P03') || hasCode(error, '53300')) return 'starting';
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ECONNREFUSED')) return 'silent';
    if (hasCode(error, 'ECONNRESET') || hasCode(error, 'EPIPE')) return 'starting';
    if (error instanceof Error && /timeout|terminated unexpectedly/i.test(error.message)) return 'starting';
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Windows only: the password every local program would need, in a file of the private home. */
export async function passwordOf(home: Home): Promise<string> {
  const file = join(home.path, 'password');
  await writeFile(file, randomBytes(24).toString('hex'), { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error;
  });
  return (await readFile(file, 'utf8')).trim();
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** unix_socket_directories is a comma separated list of quoted names. */
const quoteListItem = (path: string) => `"${path.replaceAll('"', '""')}"`;
