import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeConnector } from '../../src/cli/new-connector-run.js';
import { root } from '../support/root.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'new-connector-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a new package imports what is published and nothing else, under its own names', async () => {
  const made = await makeConnector(root, 'acme-one', join(folder, 'acme'));
  const sources = (await readdir(join(folder, 'acme/src'))).map((name) => join(folder, 'acme/src', name));
  const texts = await Promise.all(sources.map((file) => readFile(file, 'utf8')));
  const imports = texts.flatMap((text) => [...text.matchAll(/from '([^']+)'/g)].map(([, from = '']) => from));
  const foreign = imports.filter(
    (from) => !/^(\.\/[\w-]+\.js|node:\w+|connector-gateway\/(connector|kit))$/.test(from),
  );
  expect(foreign).toEqual([]);
  const all = texts.join('\n');
  expect(all).toContain("id: 'acme-one'");
  expect(all).toContain('ACME_ONE_URL');
  expect(all).toContain('export const connector');
  expect(all).toContain('export const conformance');
  expect(made.files).toEqual(
    expect.arrayContaining(['package.json', 'README.md', 'test/conformance.test.ts', '.github/workflows/test.yml']),
  );
  const { name, exports } = JSON.parse(await readFile(join(folder, 'acme/package.json'), 'utf8')) as Record<
    string,
    object
  >;
  expect(name).toBe('connector-gateway-connector-acme-one');
  expect(Object.keys(exports ?? {})).toEqual(['.', './conformance']);
});

test('a new package has its parts still to be written, or with --complete those of the reference connector', async () => {
  const parts = async (place: string, complete: boolean) => {
    const { files } = await makeConnector(root, 'acme', join(folder, place), { complete });
    const session = await readFile(join(folder, place, 'src/session.ts'), 'utf8');
    return {
      written: files.includes('src/lines.ts'),
      todo: session.match(/throw notImplemented\('\w+'\)/g)?.length ?? 0,
    };
  };
  expect(await parts('to-write', false)).toEqual({ written: false, todo: 6 });
  expect(await parts('complete', true)).toEqual({ written: true, todo: 0 });
});

test.each([
  ['Acme', 'The id must be lower-case letters'],
  ['../acme', 'The id must be lower-case letters'],
  ['again', 'exists already'],
])('%s is refused', async (id, reason) => {
  await expect(makeConnector(root, id, folder)).rejects.toThrow(reason);
});
