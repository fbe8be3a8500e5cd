import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createStudio, type Dev, type Said } from './dev-support.js';

let studio: Awaited<ReturnType<typeof createStudio>>;
beforeAll(async () => {
  studio = await createStudio();
});
afterAll(() => studio.close());

const data = () => join(studio.folder, 'data');
const step = (dev: Dev, name: string) => dev.next(`step ${name}`, (one) => one.type === 'step' && one.step === name);
const ofType = (dev: Dev, type: string) => dev.next(type, (one) => one.type === type);
/** The next status change of a delivery. */
const delivery = (dev: Dev, status: string) =>
  dev.next(`delivery ${status}`, ({ type, event }) => {
    const { operation, toStatus } = (event ?? {}) as { operation?: string; toStatus?: string };
    return type === 'audit' && operation === 'UpdateSubscriptionOnConnection' && toStatus === status;
  });
const messageOf = ({ event }: Said) => (event as { message: string }).message;

async function ask({ graphqlUrl, apiKey }: Said): Promise<unknown> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ query: '{ cloudSubscriptions(first: 1) { totalCount } }' });
  return (await fetch(String(graphqlUrl), { method: 'POST', headers, body })).json();
}

it('shows an author what is still to be written, then each delivery, through faults and broken saves', async () => {
  const [author, complete] = await Promise.all([
    studio.scaffold('acme', 'author', false),
    studio.scaffold('acme', 'complete', true),
  ]);
  const dev = studio.start(['--package', author, '--data', data(), '--port', '0']);

  const started = await ofType(dev, 'started');
  expect(started).toMatchObject({ connector: 'Acme', apiKey: expect.stringMatching(/^cgk_/), dataDir: data() });
  expect((await ofType(dev, 'todo')).parts).toEqual([
    ...['diagnose', 'search', 'get', 'snapshot', 'plan', 'apply', 'resolve'],
  ]);
  expect(await step(dev, 'connection')).toMatchObject({ status: 'todo', code: 'NOT_IMPLEMENTED' });
  expect(await step(dev, 'change')).toMatchObject({ status: 'waiting' });
  expect(await ask(started)).toEqual({ data: { cloudSubscriptions: { totalCount: 4 } } });
  expect(await studio.databaseRuns(data())).toBe(true);

  // The author writes the parts.
  await studio.write(complete, author);
  expect((await ofType(dev, 'changed')).files).toContain('src/lines.ts');
  expect(messageOf(await delivery(dev, 'SUCCEEDED'))).toMatch(/^Bill 11 units from .* instead of 10; read back\.$/);
  expect(await step(dev, 'change')).toMatchObject({ status: 'done', message: '11 seats are billed' });

  dev.type('fault drop');
  expect(await ofType(dev, 'fault')).toEqual({ type: 'fault', fault: 'drop' });
  dev.type('seats 20');
  await delivery(dev, 'VERIFYING');
  expect(messageOf(await delivery(dev, 'SUCCEEDED'))).toContain('found applied by reading');
  dev.type('fault off');
  dev.type('fault of');
  expect((await ofType(dev, 'help')).lines).toEqual([expect.stringContaining('There is no fault "of"')]);

  // A save that cannot be used: the version before goes on.
  const lines = join(author, 'src/lines.ts');
  await studio.edit(lines, (text) => `${text}\nexport const = 1;\n`);
  expect(await ofType(dev, 'broken')).toMatchObject({
    ...{ serving: true, reason: expect.stringMatching(/^src\/lines\.ts:\d+:\d+ Expected/) },
  });
  expect(await ask(started)).toMatchObject({ data: { cloudSubscriptions: { totalCount: 4 } } });

  // The next one can. What is billed outlives the process that billed it.
  await studio.edit(lines, (text) => text.replace('\nexport const = 1;\n', '').replace('`Bill $', '`Invoice $'));
  expect(await ofType(dev, 'changed')).toEqual({ type: 'changed', files: ['src/lines.ts'] });
  await ofType(dev, 'reloaded');
  expect(messageOf(await delivery(dev, 'SUCCEEDED'))).toMatch(/^Invoice 21 units from .* instead of 20; read back\.$/);
  expect(await step(dev, 'change')).toMatchObject({ status: 'done', message: '21 seats are billed' });

  // Back to the first step, with what is there; the vendor cannot be reached meanwhile.
  dev.type('fault down');
  dev.type('again');
  expect(await step(dev, 'connection')).toMatchObject({ status: 'refused', code: 'UNREACHABLE' });
  dev.type('fault off');
  dev.type('again');
  expect(await step(dev, 'connection')).toMatchObject({ status: 'done' });
  expect(await step(dev, 'change')).toMatchObject({ status: 'done' });

  dev.interrupt();
  expect(await dev.ended).toBe(0);
  expect(dev.said.at(-1)).toEqual({ type: 'stopped' });
});

it('waits for the next save where a package cannot be used from the start, and ends when it is told to', async () => {
  const author = await studio.scaffold('bad', 'bad', true);
  const change = (text: string) => text.replace('quarantineSeconds: 60', 'quarantineSeconds: 0');
  await studio.edit(join(author, 'src/descriptor.ts'), change);
  const dev = studio.start(['--package', author, '--data', data(), '--port', '0']);
  expect(await ofType(dev, 'broken')).toEqual({
    ...{ type: 'broken', serving: false },
    reason: 'The connector "bad" cannot be used: its quarantineSeconds must be a number above 0.',
  });
  dev.type('quit');
  expect(await dev.ended).toBe(0);
  expect(dev.said.at(-1)).toEqual({ type: 'stopped' });
  expect(await studio.databaseRuns(data())).toBe(false);
});

it('says what a folder lacks that is no connector package', async () => {
  const dev = studio.start(['--package', studio.folder]);
  expect(await dev.ended).toBe(2);
  expect(dev.errors()).toContain('has no package.json. Run "dev" in the folder of a connector package');
});
