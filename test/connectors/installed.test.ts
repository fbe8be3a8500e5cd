import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { namedConnectors } from '../../src/config.js';
import { builtInConnectors } from '../../src/connectors/index.js';
import { createConnectors, loadConnectors } from '../../src/connectors/installed.js';
import { reference } from '../../src/connectors/kit/index.js';

const facts = { productName: 'CloudCockpit' };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connectors-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, `${name}.mjs`);
  await writeFile(path, text);
  return path;
}

const option = (variable: string) => `{ id: 'acme', options: [{ name: 'url', variable: '${variable}' }], create() {} }`;

test('packages are named by commas, loaded, and stand behind the built-in ones', async () => {
  const path = await file('good', `export const connector = ${option('ACME_URL')};`);
  const { factories, faults } = await loadConnectors(namedConnectors({ CONNECTORS: ` ${path} ,` }), builtInConnectors);
  expect(faults).toEqual([]);
  expect(factories.map(({ id }) => id)).toEqual([...builtInConnectors.map(({ id }) => id), 'acme']);
});

test.each([
  ['missing', null, /cannot be used: (Cannot find|Failed to load|Does the file exist)/i],
  ['broken', 'throw new Error("no luck");', /cannot be used: no luck\.$/],
  ['empty', 'export const other = 1;', /does not export `connector`/],
  ['twice', "export const connector = { id: 'autotask', options: [], create() {} };", /a connector "autotask" already/],
  [
    'greedy',
    `export const connector = ${option('DATABASE_URL')};`,
    /its option DATABASE_URL does not begin with ACME_/,
  ],
  ['nosy', `export const connector = ${option('AUTOTASK_INTEGRATION_CODE')};`, /does not begin with ACME_/],
])('a %s one is a fault that names it', async (name, text, fault) => {
  const path = text === null ? join(folder, 'nowhere.mjs') : await file(name, text);
  const { factories, faults } = await loadConnectors([path], builtInConnectors);
  expect(factories).toEqual(builtInConnectors);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(`CONNECTORS names "${path}", which cannot be used: `);
  expect(faults[0]).toMatch(fault);
});

test('each is made from its own options and nothing else', () => {
  const given: object[] = [];
  const spy = {
    ...reference,
    create(values: object) {
      given.push(values);
      return reference.create({ url: 'http://a' }, facts);
    },
  };
  createConnectors(
    [spy],
    { REFERENCE_URL: 'http://b', DATABASE_URL: 'postgresql://secret', AUTOTASK_X: 'secret' },
    facts,
  );
  expect(given).toEqual([{ url: 'http://b' }]);
});

test('one whose options do not fit, or that is another than it says, stops the start with its name', () => {
  const start =
    (factory: typeof reference, url = 'http://a') =>
    () =>
      createConnectors([factory], { REFERENCE_URL: url }, facts);
  expect(start(reference, 'no url')).toThrow('The connector "reference" cannot be used: REFERENCE_URL is not a URL.');
  expect(start({ ...reference, id: 'other' })).toThrow(
    '"other" cannot be used: its descriptor has the id "reference".',
  );
});
