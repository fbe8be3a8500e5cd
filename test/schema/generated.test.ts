import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import { expect, test } from 'vitest';
import config from '../../codegen.js';
import { root } from '../support/root.js';

test('client/generated is what codegen makes of schema.graphql and the documents', async () => {
  const made = (await generate({ ...config, cwd: root, silent: true }, false)) as {
    filename: string;
    content: string;
  }[];
  const wanted = Object.fromEntries(made.map(({ filename, content }) => [filename.split('/').at(-1), content]));
  const folder = join(root, 'client/generated');
  const committed = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
  expect(Object.fromEntries(committed), 'run: npm run codegen').toEqual(wanted);
}, 60_000);
