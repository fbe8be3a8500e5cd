import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { root } from './support/root.js';
import { importsOf, type SourceFile, sourceFiles, visit } from './support/source.js';

const src = sourceFiles('src');
const all = [...src, ...sourceFiles('simulators', 'demo', 'client', 'test', 'bench', 'scripts')];

/**
 * Who may import whom. A room is named by the longest entry that begins a path; a room may always import itself. `prisma`
 * is what Prisma generates; `types:` in front of a room means that nothing of it may be there at run time.
 */
const ARROWS: { readonly [room: string]: readonly string[] } = {
  'src/main.ts': ['src/'],
  'src/process.ts': ['src/'],
  'src/cli.ts': ['src/'],
  'src/cli': ['src/'],
  'src/boot.ts': ['src/'],
  'src/app.ts': ['src/'],
  'src/config': ['types:src/connectors/contract.ts', 'types:src/access', 'types:src/server'],
  'src/server': [
    'src/access/principal.ts',
    'types:src/access',
    'src/operations',
    'src/schema',
    'src/storage/deadline.ts',
    'src/telemetry',
  ],
  'src/schema': [
    'src/operations',
    'src/audit',
    'src/marketplace',
    'src/access/principal.ts',
    'types:src/access',
    'types:src/connectors/contract.ts',
    'src/connectors/errors.ts',
    'src/connectors/define.ts',
    'src/storage',
    'prisma',
  ],
  'src/operations': [
    'src/delivery',
    'src/marketplace',
    'src/audit',
    'src/jobs',
    'src/access',
    'src/connectors/contract.ts',
    'src/connectors/errors.ts',
    'src/connectors/registry.ts',
    'src/connectors/define.ts',
    'types:src/connectors/source.ts',
    'types:src/connectors/opened-sources.ts',
    'src/storage',
    'src/telemetry',
    'prisma',
  ],
  'src/delivery': [
    'src/marketplace',
    'src/audit',
    'src/jobs',
    'src/connectors/contract.ts',
    'src/connectors/errors.ts',
    'src/connectors/registry.ts',
    'src/connectors/http.ts',
    'src/connectors/calendar.ts',
    'src/storage',
    'src/telemetry',
    'prisma',
  ],
  'src/marketplace': ['src/storage', 'prisma'],
  'src/audit': ['src/storage', 'src/telemetry/trace.ts', 'prisma'],
  'src/jobs': ['src/storage', 'prisma'],
  'src/access': ['src/storage', 'prisma'],
  'src/telemetry': ['types:src/storage'],
  'src/storage': ['prisma'],
  'src/connectors/contract.ts': [
    'src/connectors/errors.ts',
    'types:src/connectors/descriptor.ts',
    'types:src/connectors/line.ts',
    'types:src/connectors/records.ts',
    'types:src/connectors/transport.ts',
    'types:src/connectors/values.ts',
  ],
  'src/connectors/source.ts': ['types:src/connectors/descriptor.ts', 'types:src/connectors/transport.ts'],
  'src/connectors/opened-sources.ts': ['src/connectors/source.ts', 'src/connectors/http.ts'],
  'src/connectors/line.ts': [
    'types:src/connectors/errors.ts',
    'types:src/connectors/transport.ts',
    'types:src/connectors/values.ts',
  ],
  'src/connectors/descriptor.ts': ['types:src/connectors/values.ts'],
  'src/connectors/records.ts': [
    'types:src/connectors/descriptor.ts',
    'types:src/connectors/errors.ts',
    'types:src/connectors/transport.ts',
    'types:src/connectors/values.ts',
  ],
  'src/connectors/values.ts': [],
  'src/connectors/calendar.ts': ['types:src/connectors/values.ts'],
  'src/connectors/decimal.ts': ['types:src/connectors/values.ts'],
  'src/connectors/change-checks.ts': [
    'types:src/connectors/contract.ts',
    'src/connectors/errors.ts',
    'src/connectors/calendar.ts',
    'src/connectors/decimal.ts',
  ],
  'src/connectors/transport.ts': [],
  'src/connectors/errors.ts': [],
  'src/connectors/define.ts': ['src/connectors/contract.ts', 'src/connectors/errors.ts'],
  'src/connectors/http.ts': [
    'src/connectors/contract.ts',
    'src/connectors/errors.ts',
    'src/connectors/public-addresses.ts',
  ],
  'src/connectors/public-addresses.ts': [],
  'src/connectors/registry.ts': ['src/connectors/contract.ts', 'src/connectors/define.ts'],
  'src/connectors/installed.ts': ['src/connectors/contract.ts', 'src/connectors/define.ts'],
  'src/connectors/index.ts': ['src/connectors/'],
  simulators: [],
  client: [],
  demo: ['src/', 'simulators', 'client'],
  'bench/stub': [],
  bench: ['src/', 'test', 'bench/stub'],
  scripts: ['src/'],
  test: ['src/', 'simulators', 'client', 'demo', 'prisma', 'scripts', 'bench/stub'],
};
/** Any other file of src/connectors is a connector's. */
const OF_A_CONNECTOR = [
  'contract',
  'source',
  'transport',
  'define',
  'errors',
  'http',
  'calendar',
  'decimal',
  'change-checks',
].map((name) => `src/connectors/${name}.ts`);

const within = (path: string, room: string) => path === room || path.startsWith(room.endsWith('/') ? room : `${room}/`);

function roomOf(path: string): string {
  const [, connector] = /^src\/connectors\/([\w-]+)\//.exec(path) ?? [];
  if (connector) return `src/connectors/${connector}`;
  const [, twofold] = /^src\/(server|config)(?:\.ts$|\/)/.exec(path) ?? [];
  if (twofold) return `src/${twofold}`;
  const rooms = Object.keys(ARROWS).filter((room) => within(path, room));
  return rooms.sort((a, b) => b.length - a.length)[0] ?? `no room: ${path}`;
}

function wrongArrows(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const room = roomOf(file.path);
    const allowed = ARROWS[room] ?? (room.startsWith('src/connectors/') ? OF_A_CONNECTOR : []);
    return importsOf(file)
      .filter(({ target }) => /^(src|simulators|client|demo|test|console|bench|scripts|prisma)\//.test(target))
      .filter(({ target }) => roomOf(target) !== room)
      .filter(({ target, typeOnly }) => {
        const fits = (entry: string) =>
          within(target, entry.replace('types:', '')) && (typeOnly || !entry.startsWith('types:'));
        return !allowed.some(fits);
      })
      .map(({ target }) => `${file.path} -> ${target}`);
  });
}

/** Packages a connector and a simulator may use: nothing that would let them store, answer or meddle. */
function wrongPackages(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => /^src\/connectors\/[\w-]+\//.test(path) || within(path, 'simulators'))
    .flatMap((file) =>
      importsOf(file)
        .filter(({ target }) => !/^(src|simulators|node:)/.test(target))
        .map(({ target }) => `${file.path} -> ${target}`),
    );
}

/** Every way round from a file back to itself, each named once. */
function circles(files: readonly SourceFile[]): string[] {
  const arrows = new Map(files.map((file) => [file.path, importsOf(file).map(({ target }) => target)]));
  const done = new Set<string>();
  const found: string[] = [];
  function follow(path: string, trail: readonly string[]): void {
    const at = trail.indexOf(path);
    if (at >= 0) return void found.push([...trail.slice(at), path].join(' -> '));
    if (done.has(path)) return;
    for (const next of arrows.get(path) ?? []) follow(next, [...trail, path]);
    done.add(path);
  }
  for (const { path } of files) follow(path, []);
  return found;
}

const linesOf = ({ text }: SourceFile) => text.replace(/\n$/, '').split('\n').length;

function tooLong(files: readonly SourceFile[]): string[] {
  return files
    .map((file) => ({ path: file.path, lines: linesOf(file), most: within(file.path, 'test') ? 500 : 400 }))
    .filter(({ lines, most }) => lines > most)
    .map(({ path, lines }) => `${path} has ${lines} lines`);
}

function percentile(values: readonly number[], part: number): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length * part) - 1] ?? 0;
}

/** Default exports, `any`, switched-off checks, and classes that are neither errors nor Secret. */
function wrongStyle(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const faults: string[] = [];
    const fault = (node: ts.Node, what: string) => {
      const { line } = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart());
      faults.push(`${file.path}:${line + 1} ${what}`);
    };
    visit(file, (node) => {
      const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
      if (ts.isExportAssignment(node) || modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) {
        fault(node, 'default export');
      }
      if (node.kind === ts.SyntaxKind.AnyKeyword) fault(node, 'any');
      if (ts.isClassLike(node)) {
        const parent = node.heritageClauses?.[0]?.types[0]?.expression.getText() ?? '';
        if (!parent.endsWith('Error') && node.name?.text !== 'Secret') fault(node, 'class');
      }
    });
    for (const [unchecked] of file.text.matchAll(/@ts-(ignore|expect-error|nocheck)/g))
      faults.push(`${file.path} ${unchecked}`);
    return faults;
  });
}

function readsEnvironment(files: readonly SourceFile[]): string[] {
  return files.filter(({ text }) => /\bprocess\s*\.\s*env\b|\bprocess\s*\[/.test(text)).map(({ path }) => path);
}

function namesTheVendor(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => path !== 'src/connectors/index.ts')
    .filter(({ path, text }) =>
      ['autotask', 'connectwise'].some(
        (vendor) => !within(path, `src/connectors/${vendor}`) && (path + text).toLowerCase().includes(vendor),
      ),
    )
    .map(({ path }) => path);
}

/** The amounts in that table are for one basis or another: who reads it past `joinPrice` takes those of a year for a month's. */
function readsRawPrices(files: readonly SourceFile[]): string[] {
  return files
    .filter(
      ({ path, text }) =>
        /^src\/(delivery|operations)\//.test(path) && /"SubscriptionPrice"|\.subscriptionPrice\b/.test(text),
    )
    .map(({ path }) => path);
}

function wrongNames(paths: readonly string[]): string[] {
  return paths.filter((path) => !/^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*(\.test)?\.tsx?$/.test(path));
}

/** Paths that only one machine has: the project's own place, its neighbours, a home folder. */
function namesThisMachine(files: readonly SourceFile[], places: readonly string[]): string[] {
  const known = places.filter((place) => place.split('/').length > 2);
  const outside = ['..', 'shared', ''].join('/');
  return files
    .filter(
      ({ text }) =>
        text.includes(outside) || known.some((place) => text.includes(`${place}/`) || text.includes(`${place}'`)),
    )
    .map(({ path }) => path);
}

/** What git knows or would take; in a copy without git, the sources. */
function trackedFiles(): readonly SourceFile[] {
  const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { status, stdout } = spawnSync('git', listed, { cwd: root, encoding: 'utf8' });
  if (status !== 0) return all;
  const paths = stdout.split('\0').filter((path) => statSync(join(root, path), { throwIfNoEntry: false })?.isFile());
  return paths.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

describe('the house', () => {
  test('is imported along its arrows', () => {
    expect(wrongArrows(all)).toEqual([]);
  });

  test('has connectors and simulators that use nothing but Node', () => {
    expect(wrongPackages(all)).toEqual([]);
  });

  test('has no import that leads back to itself', () => {
    expect(circles(all)).toEqual([]);
  });

  test('reads the environment at its entry only', () => {
    // The kit's time zone is set, never read for itself; the last one hands PATH, and nothing else, to PostgreSQL's programs.
    const kit = 'src/connectors/kit/time-zone.ts';
    expect(readsEnvironment(src)).toEqual(['src/cli.ts', kit, 'src/main.ts', 'src/storage/embedded/account.ts']);
  });

  test('knows no vendor outside its connector', () => {
    expect(namesTheVendor(src)).toEqual([]);
  });

  test('reads prices in one way, with their basis', () => {
    expect(readsRawPrices(src)).toEqual([]);
  });

  test('has short files', () => {
    expect(tooLong(all)).toEqual([]);
    const sizes = src.map(linesOf);
    expect(percentile(sizes, 0.5)).toBeLessThanOrEqual(100);
    expect(percentile(sizes, 0.9)).toBeLessThanOrEqual(250);
  });

  test('has no default export, no any, no class but errors', () => {
    expect(wrongStyle(src)).toEqual([]);
  });

  test('names files in kebab-case', () => {
    expect(wrongNames(all.map(({ path }) => path))).toEqual([]);
  });

  test('names nothing of the machine it was written on', () => {
    expect(namesThisMachine(trackedFiles(), [root, dirname(root), homedir()])).toEqual([]);
  });

  test('locks packages without a host', () => {
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(
      /"resolved": "(?!https:\/\/registry\.npmjs\.org\/)/,
    );
  });
});

describe('each rule fails on a file that breaks it', () => {
  const file = (path: string, text = '') => ({ path, text });

  test.each([
    ['src/audit/a.ts', "import { x } from '../operations/run.js';"],
    ['src/storage/a.ts', "import type { x } from '../audit/entry.js';"],
    ['src/operations/a.ts', "export * from '../schema/builder.js';"],
    ['src/operations/a.ts', "const a = await import('../connectors/autotask/index.js');"],
    ['src/schema/a.ts', "import { CONTRACT_VERSION } from '../connectors/contract.js';"],
    ['src/connectors/acme/a.ts', "import { x } from '../autotask/wire.js';"],
    ['src/connectors/acme/a.ts', "let a: import('../../storage/secret.js').Secret;"],
    ['src/connectors/http.ts', "import './registry.js';"],
    ['simulators/acme/a.ts', "import type { x } from '../../src/connectors/contract.js';"],
    ['src/app.ts', "import { x } from '../test/support/app.js';"],
    ['client/a.ts', "import { x } from '../src/config.js';"],
    ['src/loose.ts', "import './app.js';"],
  ])('%s: %s', (path, text) => {
    expect(wrongArrows([file(path, text)])).toHaveLength(1);
  });

  test.each([
    ['src/operations/a.ts', "import { run } from './run.js'; import 'zod'; import { y } from '../storage/ids.js';"],
    [
      'src/schema/a.ts',
      "import type { Field } from '../connectors/contract.js'; import { type Json } from '../connectors/contract.js';",
    ],
    ['src/connectors/acme/deep/a.ts', "import { x } from '../b.js'; import { y } from '../../define.js';"],
  ])('and not on %s: %s', (path, text) => {
    expect(wrongArrows([file(path, text)])).toEqual([]);
  });

  test('a connector with a package', () => {
    expect(wrongPackages([file('src/connectors/acme/a.ts', "import pg from 'pg'; import 'node:util';")])).toHaveLength(
      1,
    );
  });

  test('a circle', () => {
    const b = file('src/b.ts', "import type { C } from './c.js';");
    expect(circles([file('src/a.ts', "import './b.js';"), b, file('src/c.ts', "export * from './b.js';")])).toEqual([
      'src/b.ts -> src/c.ts -> src/b.ts',
    ]);
  });

  test('the environment and the vendor', () => {
    expect(
      readsEnvironment([file('src/a.ts', 'const { env } = process;'), file('src/b.ts', 'process.env.PORT')]),
    ).toEqual(['src/b.ts']);
    expect(
      namesTheVendor([
        file('src/a.ts', '// as AutoTask does'),
        file('src/connectors/index.ts', 'autotask'),
        file('src/connectors/autotask/a.ts', '// unlike ConnectWise'),
      ]),
    ).toEqual(['src/a.ts', 'src/connectors/autotask/a.ts']);
  });

  test('a price without its basis', () => {
    const sql = 'JOIN "SubscriptionPrice" p ON true';
    const files = [
      file('src/delivery/drift/a.ts', sql),
      file('src/operations/b.ts', 'tx.subscriptionPrice.findFirst()'),
    ];
    expect(readsRawPrices([...files, file('src/marketplace/c.ts', sql)])).toEqual(files.map(({ path }) => path));
  });

  test('a long file', () => {
    const lines = (count: number) => 'x\n'.repeat(count);
    const files = [file('src/a.ts', lines(401)), file('src/b.ts', lines(400)), file('test/c.test.ts', lines(501))];
    expect(tooLong(files)).toEqual(['src/a.ts has 401 lines', 'test/c.test.ts has 501 lines']);
    expect([percentile([5, 1, 3, 2, 4], 0.5), percentile([5, 1, 3, 2, 4], 0.9)]).toEqual([3, 5]);
  });

  test.each([
    'export default 1;',
    'export default function a() {}',
    'let a: any;',
    'const a = b as any[];',
    'class A {}',
    'const a = class extends Map {};',
    '// @ts-expect-error',
  ])('%s', (text) => {
    expect(wrongStyle([file('src/a.ts', text)])).toHaveLength(1);
  });

  test('but not an error class, nor Secret, nor the word any', () => {
    const text =
      "// any class\nexport class AError extends Error {}\nclass B extends AError {}\nclass Secret {}\nconst any = 'any';";
    expect(wrongStyle([file('src/a.ts', text)])).toEqual([]);
  });

  test('a name and a place', () => {
    expect(wrongNames(['src/goodName.ts', 'src/good-name.test.ts', 'src/Room/a.ts'])).toEqual([
      'src/goodName.ts',
      'src/Room/a.ts',
    ]);
    const outside = file('docs/a.md', `see ${['..', 'shared', 'plan.md'].join('/')}`);
    const here = file('docs/b.md', 'cd /home/somebody/gateway/src');
    expect(namesThisMachine([outside, here, file('docs/c.md', '/app/')], ['/home/somebody/gateway', '/app'])).toEqual([
      'docs/a.md',
      'docs/b.md',
    ]);
  });
});
