// node scripts/run.mjs ENTRY.ts [arguments] runs a program of this project from one bundle of its sources, which is made
// anew when one of them changed. Loading hundreds of TypeScript files one by one would take a second more at every start.
// "--build ENTRY.ts ..." only makes the bundles. Packages stay outside. Without a bundler or a writable folder the sources are run as they are.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import './generate.mjs';

const root = join(import.meta.dirname, '..');
// Code finds files of the project by `../`, so the bundles lie one folder below its root, as the sources do.
const dist = join(root, 'dist');

const [first = '', ...others] = process.argv.slice(2);
if (first === '--build') for (const entry of others) bundle(entry);
else {
  // As if the entry itself had been started.
  process.argv.splice(1, 2, resolve(root, first));
  await import(pathToFileURL(bundle(first) ?? (await sources(first))).href);
}

/** The bundle's entry, or null when there can be none. */
function bundle(entry) {
  const name = entry.replace(/\.ts$/, '').replaceAll('/', '-');
  const manifest = join(dist, `${name}.json`);
  const last = readManifest(manifest);
  if (last && isFresh(last)) return join(dist, last.entry);
  try {
    const tsx = createRequire(createRequire(import.meta.url).resolve('tsx'));
    const { metafile, outputFiles } = tsx('esbuild').buildSync({
      absWorkingDir: root,
      entryPoints: { [name]: entry },
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      packages: 'external',
      outdir: dist,
      entryNames: '[name]-[hash]',
      chunkNames: `${name}-[name]-[hash]`,
      metafile: true,
      write: false,
      logLevel: 'silent',
    });
    const made = {
      entry: basename(Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === entry)[0]),
      outputs: outputFiles.map(({ path }) => basename(path)),
      former: last?.outputs ?? [],
      inputs: Object.fromEntries(Object.keys(metafile.inputs).map((path) => [path, stampOf(path)])),
    };
    mkdirSync(dist, { recursive: true });
    for (const { path, contents } of outputFiles) writeWhole(path, contents);
    writeWhole(manifest, JSON.stringify(made));
    // Not those of the last bundle: what was started from it may have read only a part of them.
    const kept = [...made.outputs, ...made.former];
    for (const old of last?.former ?? []) if (!kept.includes(old)) rmSync(join(dist, old), { force: true });
    return join(dist, made.entry);
  } catch {
    return null;
  }
}

async function sources(entry) {
  await import('tsx');
  return resolve(root, entry);
}

function readManifest(manifest) {
  try {
    return JSON.parse(readFileSync(manifest, 'utf8'));
  } catch {
    return null;
  }
}

function isFresh({ inputs, outputs }) {
  const changed = Object.entries(inputs).some(([path, stamp]) => stampOf(path) !== stamp);
  return !changed && outputs.every((output) => existsSync(join(dist, output)));
}

function stampOf(path) {
  const found = statSync(join(root, path), { throwIfNoEntry: false });
  return found ? `${found.mtimeMs}/${found.size}` : '';
}

/** Another start may be reading. */
function writeWhole(path, contents) {
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, contents);
  renameSync(aside, path);
}
