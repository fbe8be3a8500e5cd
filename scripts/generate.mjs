// Makes the Prisma client and the Pothos types when they are missing or older than the schema.
// The Prisma CLI insists on fetching its native schema engine although `generate` never runs it;
// naming any existing executable keeps it offline (Node's own is portable).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const stamp = join(root, 'prisma/generated/.schema-hash');
const lock = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).dependencies['@prisma/client'];
const wanted = createHash('sha256')
  .update(lock)
  .update(readFileSync(join(root, 'prisma/schema.prisma')))
  .digest('hex');
const current = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';

if (current !== wanted || process.argv.includes('--force')) {
  const bin = join(root, 'node_modules/.bin');
  const result = spawnSync('prisma', ['generate'], {
    cwd: root,
    shell: process.platform === 'win32',
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    },
  });
  if (result.status !== 0) {
    process.stderr.write(
      `prisma generate failed:\n${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}\n`,
    );
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}
