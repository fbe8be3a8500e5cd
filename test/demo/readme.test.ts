import { existsSync, readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';

const file = (path: string) => new URL(`../../${path}`, import.meta.url);
const read = (path: string) => readFileSync(file(path), 'utf8');
const readme = read('README.md');

test('it names every variable of the configuration', () => {
  const variables = [...read('.env.example').matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name);
  expect(variables.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
});

test('its links and commands lead somewhere', () => {
  const links = [...readme.matchAll(/\]\(([^)#]+)/g)].map(([, path]) => path ?? '');
  expect(links.filter((path) => !existsSync(file(path)))).toEqual([]);
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const commands = [...readme.matchAll(/npm (?:run )?([a-z-]+)/g)].map(([, name]) => name ?? '');
  expect(commands.filter((name) => name !== 'install' && !scripts[name])).toEqual([]);
});

test('its documents are valid', () => {
  const schema = buildSchema(read('schema.graphql'));
  const documents = [...readme.matchAll(/"query":\s*"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => JSON.parse(`"${text}"`));
  expect(documents).toHaveLength(3);
  for (const text of documents) expect(validate(schema, parse(text))).toEqual([]);
});
