import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTRACT_VERSION } from '../../src/connectors/contract.js';
import { reference } from '../../src/connectors/kit/index.js';
import { root } from '../support/root.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function cli(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const options = { cwd: root, env: process.env };
    const child = execFile(process.execPath, ['scripts/run.mjs', 'src/cli.ts', ...args], options, (_e, out, err) => {
      resolve({ code: child.exitCode ?? -1, out, err });
    });
  });
}

/** A module beside the kit's sources, as a package has one beside its own. */
async function subject(name: string, connector: string): Promise<string> {
  const kit = pathToFileURL(join(root, 'src/connectors/kit/index.ts')).href;
  const file = join(folder, `${name}.ts`);
  const start = `const simulation = await referenceSubject.start(world); const good = simulation.connector;`;
  await writeFile(
    file,
    `import { referenceSubject } from ${JSON.stringify(kit)};
     export const conformance = { async start(world: never) { ${start} return { ...simulation, connector: ${connector} }; } };`,
  );
  return file;
}

describe('conformance', () => {
  it('tells the table of a connector without faults, and writes it down', async () => {
    const [published, markdown] = [join(folder, 'published.json'), join(folder, 'report.md')];
    const { descriptor } = reference.create({ url: 'http://127.0.0.1:1' }, { productName: 'Test' });
    await writeFile(published, JSON.stringify(descriptor));
    const file = await subject('good', 'good');
    const { code, out } = await cli('conformance', file, '--against', published, '--markdown', markdown);
    expect(code).toBe(0);
    expect(out).toMatch(/^LEVEL +CAPABILITY +PASSED +FAILED +TO DO +SKIPPED +WHY$/m);
    expect(out).toMatch(/^Basic +dispose +0 +1 +dispose is absent$/m);
    expect(out).toContain(`Reference PSA 1.0.0, contract ${CONTRACT_VERSION}: level Compatible.`);
    expect(await readFile(markdown, 'utf8')).toContain('Level reached: **Compatible**.');
  });

  it('names the faults of one that has some, and ends with 3', async () => {
    const file = await subject('bad', '{ ...good, allows: () => true }');
    const { code, out } = await cli('conformance', file, '--level', 'Basic', '--json');
    expect(code).toBe(3);
    const { level, results } = JSON.parse(out) as {
      level: null;
      results: { id: string; status: string; reason: string }[];
    };
    expect(level).toBeNull();
    expect(results.filter(({ status }) => status === 'failed')).toMatchObject([
      { id: 'egress.exact', reason: expect.stringContaining('allows lets requests with secrets go to') },
    ]);
  });

  it('says what is missing where there is no such package', async () => {
    const { code, err } = await cli('conformance', 'no-such-package');
    expect(code).toBe(2);
    expect(err).toContain('no-such-package/conformance cannot be loaded');
  });
});
