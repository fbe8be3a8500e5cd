import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Demo } from '../../demo/demo.js';
import { startEmbeddedPostgres } from '../../src/storage/embedded-postgres.js';

export type Announced = Pick<Demo, 'graphqlUrl' | 'keys' | 'simulator'>;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Run {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** The first line on stdout. Throws when it ends without one. */
  firstLine(): Promise<string>;
  /** As Ctrl-C does: to the whole process group. */
  interrupt(): Promise<Ended>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const DEMO = [process.execPath, 'scripts/run.mjs', 'demo/main.ts', '--json'];

/** Processes and folders of these tests; `close` ends and removes them, also after a failure. */
export function createDemos() {
  const runs: Run[] = [];
  const folders: string[] = [];

  async function folder(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'gateway-demo-'));
    folders.push(path);
    return path;
  }

  /** Runs a program of the project in a group of its own, with nothing of this process's own settings. */
  function run(command: readonly string[], env: Record<string, string> = {}): Run {
    const kept = Object.fromEntries(
      Object.entries(process.env).filter(
        ([name]) => !/^(GATEWAY_|AUTOTASK_|DATABASE_URL|npm_|VITEST|NODE_)/.test(name),
      ),
    );
    const [file = '', ...args] = command;
    const child = spawn(file, args, {
      cwd: root,
      env: { ...kept, ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      said.stdout += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said.stderr += chunk;
    });
    const ended = once(child, 'close').then(([code]) => ({ code, ...said }) as Ended);
    const line = once(createInterface(child.stdout), 'line').then(([text]) => String(text));
    const made: Run = {
      process: child,
      ended,
      firstLine: () =>
        Promise.race([
          line,
          ended.then(({ code, stderr }) => {
            throw new Error(`It ended with ${code} and without a line: ${stderr}`);
          }),
        ]),
      interrupt: () => {
        signalGroup(child, 'SIGINT');
        return ended;
      },
    };
    runs.push(made);
    return made;
  }

  /** A demo on free ports, ready for use. */
  async function start(dataDir: string, command = DEMO): Promise<{ readonly run: Run; readonly said: Announced }> {
    const made = run(command, { GATEWAY_PORT: '0', GATEWAY_DATA_DIR: dataDir });
    return { run: made, said: JSON.parse(await made.firstLine()) as Announced };
  }

  async function close(): Promise<void> {
    for (const { process: child, ended } of runs) {
      signalGroup(child, 'SIGKILL');
      await ended;
    }
    for (const path of folders) {
      const names = await readdir(path);
      // A killed demo leaves its database running: adopted here, to be stopped.
      if (names.includes('postgres') || names.includes('postgres-location')) {
        const database = await startEmbeddedPostgres({ dataDir: path });
        await database.stop();
        await rm(database.home, { recursive: true, force: true });
      }
      await rm(path, { recursive: true, force: true });
    }
  }

  return { folder, run, start, close };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-(child.pid ?? 0), signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Processes whose command line or environment names a folder. Empty on systems without /proc. */
export async function processesOf(folder: string): Promise<number[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter(
    (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
  );
  const found = await Promise.all(
    pids.map(async (pid) => {
      const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
      return (await read('cmdline')).includes(folder) || (await read('environ')).includes(folder) ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

export async function until<T>(what: () => Promise<T | null | undefined | false>, withinMs = 60_000): Promise<T> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await delay(50)) {
    const found = await what();
    if (found) return found;
  }
  throw new Error(`Not so within ${withinMs} ms.`);
}
