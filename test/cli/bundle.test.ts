import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../support/root.js';

let folder: string;
const started: ChildProcess[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gateway-bundle-'));
  await mkdir(join(folder, 'scripts'));
  await copyFile(join(root, 'scripts/run.mjs'), join(folder, 'scripts/run.mjs'));
  await writeFile(join(folder, 'scripts/generate.mjs'), '');
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(
    join(folder, 'main.ts'),
    `process.stdin.once('data', async () => {
      console.log((await import('./late.ts')).text);
      process.exit();
    });
    console.log('begun');`,
  );
});
afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

const say = (text: string) => writeFile(join(folder, 'late.ts'), `export const text = '${text}';`);

/** A start that has read its entry, and not what it loads later. Answers what that says. */
async function begin(): Promise<() => Promise<string>> {
  const child = spawn(process.execPath, ['scripts/run.mjs', 'main.ts'], { cwd: folder });
  started.push(child);
  const lines = createInterface({ input: child.stdout });
  await once(lines, 'line');
  return async () => {
    const said = Promise.race([once(lines, 'line'), once(child, 'close').then(() => ['ended without a word'])]);
    child.stdin.end('go');
    return (await said)[0];
  };
}

it('a start finds all of its bundle, also when another one has made it anew meanwhile', async () => {
  await say('before');
  const earlier = await begin();
  await say('behind it');
  expect(await (await begin())()).toBe('behind it');
  expect(await earlier()).toBe('before');
});
