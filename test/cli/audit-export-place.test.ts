import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPlace } from '../../src/cli/audit-export-place.js';
import { newId } from '../../src/storage/ids.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gateway-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('two exports to one file: who finds the work of the other in it gives up, and nothing is lost', async () => {
  const organizationId = newId();
  const scope = { tenantId: organizationId, organizationId };
  const [out, cursorFile] = [join(folder, 'out'), join(folder, 'cursor')];
  const open = () => openPlace({ format: 'ndjson', out, cursorFile }, [scope]);
  const first = await open();
  await first.file?.append('1\n');
  const second = await open();
  await expect(first.keep(new Map([[organizationId, 1n]]))).rejects.toThrow('another export');
  await second.file?.append('1\n');
  await second.keep(new Map([[organizationId, 1n]]));
  await first.file?.close();
  await second.file?.close();
  expect(await readFile(out, 'utf8')).toBe('1\n');
  expect((await open()).after).toEqual(new Map([[organizationId, 1n]]));
});
