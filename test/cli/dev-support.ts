import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeConnector } from '../../src/cli/new-connector-run.js';
import { root } from '../support/root.js';

/** One line of `dev --json`. */
export type Said = { readonly type: string } & { readonly [name: string]: unknown };

export interface Dev {
  readonly said: readonly Said[];
  type(line: string): void;
  /** The next event that fits, of those that nobody has waited for yet. Throws when the process ends without it. */
  next(what: string, fits: (event: Said) => boolean): Promise<Said>;
  /** As Ctrl-C does: to the whole process group. */
  interrupt(): void;
  /** The exit code, when all of its processes are gone: each holds its standard error, but the database. */
  readonly ended: Promise<number | null>;
  /** What stood on standard error. */
  errors(): string;
}

/** Folders with connector packages, and `dev` in processes of their own; `close` ends and removes all. */
export async function createStudio() {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-dev-'));
  const running: ChildProcess[] = [];
  // As if the gateway were installed beside the packages, by its sources.
  const installed = join(folder, 'node_modules/connector-gateway');
  await mkdir(installed, { recursive: true });
  await symlink(join(root, 'src'), join(installed, 'src'));
  const exports = { './connector': './src/connectors/contract.ts', './kit': './src/connectors/kit/index.ts' };
  await writeFile(join(installed, 'package.json'), JSON.stringify({ name: 'connector-gateway', exports }));

  return {
    folder,
    async scaffold(id: string, place: string, complete: boolean): Promise<string> {
      await makeConnector(root, id, join(folder, place), { complete });
      return join(folder, place);
    },
    /** Several files of another package, saved in one go. */
    write: (from: string, to: string) => cp(join(from, 'src'), join(to, 'src'), { recursive: true }),
    async edit(file: string, change: (text: string) => string): Promise<void> {
      await writeFile(file, change(await readFile(file, 'utf8')));
    },
    /** By the server's own lock file. As root it lies elsewhere, and the data folder says where. */
    async databaseRuns(data: string): Promise<boolean> {
      const elsewhere = await readFile(join(data, 'postgres-location'), 'utf8').catch(() => '');
      const home = elsewhere.trim() || join(data, 'postgres');
      return access(join(home, 'data/postmaster.pid')).then(
        () => true,
        () => false,
      );
    },
    start(args: readonly string[]): Dev {
      const child = spawn(process.execPath, ['scripts/gateway.mjs', 'dev', '--json', ...args], {
        cwd: root,
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe'],
        env: withoutSettings(process.env),
      });
      running.push(child);
      return follow(child);
    },
    async close(): Promise<void> {
      for (const child of running) {
        if (child.exitCode === null && child.signalCode === null) {
          child.kill('SIGTERM');
          await once(child, 'exit');
        }
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function follow(child: ChildProcessWithoutNullStreams): Dev {
  const { stdin, stdout, stderr } = child;
  const said: Said[] = [];
  let heard = 0;
  let wake = () => {};
  let code: number | null | undefined;
  let errors = '';
  stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  const ended = once(child, 'close').then(([exit]) => {
    code = exit as number | null;
    wake();
    return code;
  });
  createInterface(stdout).on('line', (line) => {
    said.push(JSON.parse(line) as Said);
    wake();
  });
  return {
    said,
    ended,
    errors: () => errors,
    type: (line) => void stdin.write(`${line}\n`),
    interrupt: () => void process.kill(-(child.pid ?? 0), 'SIGINT'),
    async next(what, fits) {
      for (;;) {
        for (; heard < said.length; heard += 1) {
          const event = said[heard];
          if (!event || !fits(event)) continue;
          heard += 1;
          return event;
        }
        if (code !== undefined)
          throw new Error(`It ended with ${code} before ${what}:\n${[errors, ...said.map(plain)].join('\n')}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

const plain = (event: Said) => JSON.stringify(event).slice(0, 300);

function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(([name]) => !/^(GATEWAY_|DATABASE_|npm_|VITEST|NODE_)/.test(name));
  return Object.fromEntries(own);
}
