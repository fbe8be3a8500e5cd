import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { CommandError, EXIT } from './errors.js';

export interface Made {
  readonly folder: string;
  readonly files: readonly string[];
}

export interface MakeOptions {
  /** With the parts of the reference connector, instead of parts that are still to be written. */
  readonly complete?: boolean;
}

/**
 * The reference connector as a package of its own: its sources with other names and with the published imports, its parts
 * replaced by the skeleton's. So a new package fits the contract of this version, and needs no template that nobody compiles.
 */
export async function makeConnector(
  root: string,
  id: string,
  folder: string,
  { complete = false }: MakeOptions = {},
): Promise<Made> {
  if (!/^[a-z][a-z0-9-]*$/.test(id)) {
    throw new CommandError('The id must be lower-case letters, digits and dashes, such as acme.', EXIT.wrongUse);
  }
  if (await stat(folder).catch(() => null)) throw new CommandError(`${folder} exists already.`, EXIT.wrongUse);
  const files = { ...(await sourcesOf(root, id, complete)), ...(await packageOf(root, id, folder, complete)) };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return { folder, files: Object.keys(files).sort() };
}

type Files = { readonly [path: string]: string };

/** Of the reference connector, what only its complete parts need. */
const PARTS = ['lines.ts', 'records.ts'];

async function sourcesOf(root: string, id: string, complete: boolean): Promise<Files> {
  const kit = join(root, 'src/connectors/kit');
  const read = async (path: string, name: string) =>
    [`src/${name}`, renamed(await readFile(join(kit, path, name), 'utf8'), id)] as const;
  const all = async (path: string) => Promise.all((await readdir(join(kit, path))).map((name) => read(path, name)));
  const helpers = await Promise.all(['days.ts', 'decimal.ts'].map((name) => read('.', name)));
  const reference = await all('reference');
  const own = complete
    ? reference
    : [...reference.filter(([path]) => !PARTS.includes(basename(path))), ...(await all('skeleton'))];
  return Object.fromEntries([...own, ...helpers]);
}

function renamed(text: string, id: string): string {
  const word = id
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
  return (
    text
      .replace(/'(?:\.\.\/)+contract\.js'/g, "'connector-gateway/connector'")
      .replace(/'\.\.\/(days|decimal)\.js'/g, "'./$1.js'")
      .replace(/'\.\.\/(?:subject|world)\.js'/g, "'connector-gateway/kit'")
      .replace(/'\.\.\/reference\/(\w+)\.js'/g, "'./$1.js'")
      // What it says of the reference connector is not true of this one.
      .replace(/^\/\*\*\n \* The reference connector:[\s\S]*?\*\/\n/, '')
      .replace(/\breferenceSubject\b/g, 'conformance')
      .replace(/\bexport const reference\b/g, 'export const connector')
      .replace(/\bimport \{ reference \}/g, 'import { connector }')
      .replace(/\breference\.create\b/g, 'connector.create')
      .replaceAll('REFERENCE_', `${id.toUpperCase().replaceAll('-', '_')}_`)
      .replaceAll('ReferencePsa', `${word}Psa`)
      .replaceAll('Reference PSA', word)
      .replaceAll('reference PSA', word)
      .replaceAll("'Reference'", `'${word}'`)
      .replaceAll("'reference'", `'${id}'`)
      .replaceAll("'reference-", `'${id}-`)
  );
}

async function packageOf(root: string, id: string, folder: string, complete: boolean): Promise<Files> {
  const own = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest;
  const name = `connector-gateway-connector-${id}`;
  const range = `^${own.version}`;
  // A registry has none that is private: then it is the one that makes the package.
  const from = own.private ? `file:${relative(resolve(folder), root)}` : range;
  const { typescript = '*', vitest = '*', '@types/node': node = '*' } = own.devDependencies;
  const manifest = {
    name,
    version: '0.1.0',
    type: 'module',
    keywords: ['connector-gateway-connector'],
    exports: {
      '.': { source: './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
      './conformance': {
        ...{ source: './src/simulator.ts', types: './dist/simulator.d.ts', default: './dist/simulator.js' },
      },
    },
    files: ['dist'],
    scripts: {
      build: 'tsc',
      prepare: 'tsc',
      test: 'vitest run',
      dev: 'connector-gateway dev',
      conformance: 'connector-gateway conformance src/simulator.ts',
    },
    peerDependencies: { 'connector-gateway': range },
    devDependencies: { 'connector-gateway': from, '@types/node': node, typescript, vitest },
  };
  const compilerOptions = {
    ...{ target: 'ES2022', lib: ['ES2023'], module: 'NodeNext', strict: true, noUncheckedIndexedAccess: true },
    ...{ verbatimModuleSyntax: true, skipLibCheck: true, types: ['node'] },
    ...{ rootDir: 'src', outDir: 'dist', declaration: true },
  };
  return {
    'package.json': json(manifest),
    'tsconfig.json': json({ compilerOptions, include: ['src'] }),
    '.gitignore': 'node_modules/\ndist/\n.gateway/\n',
    '.github/workflows/test.yml': WORKFLOW,
    'test/conformance.test.ts': TEST,
    'README.md': readme(name, id, complete),
  };
}

interface Manifest {
  readonly version: string;
  readonly private?: boolean;
  readonly devDependencies: { readonly [name: string]: string };
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const TEST = `import { conformanceSuite, unimplementedParts } from 'connector-gateway/kit';
import { afterAll, describe, test } from 'vitest';
import { conformance } from '../src/simulator.js';

for (const part of await unimplementedParts(conformance)) test.todo(\`\${part} is not implemented yet\`);

// One test for each rule of the contract. What the connector does not declare, and what needs a part that is still to be
// written, is skipped with that reason.
conformanceSuite({ describe, test, afterAll }, conformance);
`;

const WORKFLOW = `name: test
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 20
      - run: npm install
      - run: npm test
      - run: npm run conformance -- --markdown conformance.md
`;

const STATE = {
  complete: (
    id: string,
  ) => `A connector of connector-gateway for ${id}. So far it is the reference connector under another name: it works
against a PSA that exists only in memory. Turn it into yours in this order, and keep the tests green:`,
  toWrite: (
    id: string,
  ) => `A connector of connector-gateway for ${id}, its parts still to be written; its simulator is of a PSA that exists only in
memory. The tests are green at once and list each part as a thing to do. Go in this order, and keep them green:`,
};

const PARTS_OF = {
  complete: `4. \`src/records.ts\`: companies, services, contracts.
5. \`src/lines.ts\`, \`src/session.ts\`: what is billed for a line, and the one write that changes it.`,
  toWrite: `4. \`src/session.ts\`: diagnose, then search and get, then snapshot, plan, apply and resolve. With each one that is written more
   rules are checked, and \`npm run dev\` gets a step further.`,
};

const readme = (name: string, id: string, complete: boolean): string => `# ${name}

${STATE[complete ? 'complete' : 'toWrite'](id)}

1. \`src/descriptor.ts\`: what it is, which credentials it needs, what it can do. Take a capability out and its tests are skipped;
   put it in and they must pass.
2. \`src/simulator.ts\`, \`src/database.ts\`: your vendor's API instead of this one, as strict as the vendor. \`conformance\` at the end
   of the file is what the tests need of it.
3. \`src/client.ts\`: how your vendor signs requests and says no. Money depends on it: what is not a clear yes or no to a write
   is an unknown outcome.
${PARTS_OF[complete ? 'complete' : 'toWrite']}

\`\`\`sh
npm install
npm run dev              # a gateway with data to play with, on the simulator; reloads on save
npm test                 # every rule of the contract, one test each
npm run conformance      # the same as a table by capability and level
\`\`\`

The contract is \`node_modules/connector-gateway/src/connectors/contract.ts\`, to be read from the top; a complete connector
\`node_modules/connector-gateway/src/connectors/kit/reference/\`; \`node_modules/connector-gateway/docs/writing-a-connector.md\` has
the rules.

In the gateway: install this package beside it and set \`CONNECTORS=${name}\`.
`;
