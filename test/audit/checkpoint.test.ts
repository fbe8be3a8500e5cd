import { createPublicKey, verify as verifySignature } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Scope } from '../../src/audit/entry.js';
import { createCheckpoints } from '../../src/audit/proof/checkpoint-writer.js';
import { pemOf, publicKeyOf, signingKey } from '../../src/audit/proof/key.js';
import { fillLog } from './support/filled-log.js';
import { createScope } from './support/log.js';
import { createProof, type Proof, remade } from './support/proof.js';

let proof: Proof;
let scope: Scope;
beforeAll(async () => {
  proof = await createProof();
});
afterAll(() => proof.close());
beforeEach(async () => {
  scope = await createScope(proof.db);
  await writeFile(proof.file, '');
});

const only = () => [scope.organizationId];
const here = () => `"organizationId" = '${scope.organizationId}'`;

describe('a checkpoint', () => {
  it('is made of each log that has grown, once, and linked to the one before', async () => {
    await fillLog(proof.test.url, scope, 2);
    const checkpoints = proof.checkpoints();
    expect(await checkpoints.make(only())).toEqual({ made: 1, delivered: 1, findings: [] });
    expect(await checkpoints.make(only())).toEqual({ made: 0, delivered: 0, findings: [] });
    await fillLog(proof.test.url, scope, 1);
    expect(await checkpoints.make(only())).toEqual({ made: 1, delivered: 1, findings: [] });
    const [first, second] = await proof.written();
    expect(first?.statement).toMatchObject({ number: 1, seq: 6, previous: null, period: null, floor: null, ...scope });
    expect(second?.statement).toMatchObject({ number: 2, seq: 9, period: null });
    expect(second?.statement.previous).toMatch(/^[0-9a-f]{64}$/);
    const { verified, findings } = await proof.verify(scope, { outside: true });
    expect([verified.checkpoints, findings]).toEqual([2, []]);
  });

  it('is checked by whoever has the public key, without this code', async () => {
    await fillLog(proof.test.url, scope, 1);
    await proof.checkpoints().make(only());
    const [line = ''] = (await readFile(proof.file, 'utf8')).split('\n');
    const { statement, signature } = JSON.parse(line) as { statement: string; signature: string };
    const key = createPublicKey(pemOf(publicKeyOf(proof.key)));
    const signed = Buffer.from(signature, 'base64');
    expect(verifySignature(null, Buffer.from(statement), key, signed)).toBe(true);
    expect(verifySignature(null, Buffer.from(`${statement} `), key, signed)).toBe(false);
  });

  it('is not made of a log that does not verify', async () => {
    await fillLog(proof.test.url, scope, 2);
    await proof.checkpoints().make(only());
    await fillLog(proof.test.url, scope, 2);
    await proof.secretly(`UPDATE "AuditLogEvent" SET "message" = 'x' WHERE ${here()} AND "seq" = 8`);
    const { made, findings } = await proof.checkpoints().make(only());
    expect([made, findings.map(({ kind, seq }) => [kind, seq])]).toEqual([0, [['ALTERED', '8']]]);
  });

  it('made by several at once has each number once', async () => {
    await fillLog(proof.test.url, scope, 3);
    const all = await Promise.all([1, 2, 3].map(() => proof.checkpoints().make(only())));
    expect(all.map(({ made }) => made).sort()).toEqual([0, 0, 1]);
  });

  it('closes each month that is over at its last event', async () => {
    await fillLog(proof.test.url, scope, 1, '2025-01-31T23:59:59.999Z');
    await fillLog(proof.test.url, scope, 2, '2025-02-01T00:00:00.000Z');
    await fillLog(proof.test.url, scope, 1);
    await proof.checkpoints().make(only());
    expect((await proof.written()).map(({ statement }) => [statement.period, statement.seq])).toEqual([
      ['2025-01', 3],
      ['2025-02', 9],
      [null, 12],
    ]);
    expect((await proof.verify(scope, { outside: true })).findings).toEqual([]);
  });

  it('closes a month in which nothing came after the last one', async () => {
    await fillLog(proof.test.url, scope, 1, '2025-01-31T20:00:00Z');
    await proof.checkpoints({ now: new Date('2025-01-31T21:00:00Z') }).make(only());
    await proof.checkpoints({ now: new Date('2025-02-01T00:00:00Z') }).make(only());
    expect((await proof.written()).map(({ statement }) => statement.period)).toEqual([null, '2025-01']);
    expect((await proof.checkpoints({ now: new Date('2025-02-01T01:00:00Z') }).make(only())).made).toBe(0);
  });
});

describe('the database', () => {
  beforeEach(async () => {
    await fillLog(proof.test.url, scope, 1);
    await proof.checkpoints().make(only());
  });

  it.each([
    `UPDATE "AuditCheckpoint" SET "statement" = '{}'`,
    `UPDATE "AuditCheckpoint" SET "deliveredAt" = NULL`,
    `UPDATE "AuditCheckpoint" SET "deliveredAt" = now()`,
    `DELETE FROM "AuditCheckpoint"`,
    `TRUNCATE "AuditCheckpoint"`,
    `DELETE FROM "AuditLogEvent"`,
  ])('refuses %s', async (statement) => {
    await expect(proof.test.sql(statement)).rejects.toThrow(/append-only/);
  });

  it('refuses a checkpoint of an event that is not there, and a floor in an open month', async () => {
    const copy = (change: string) =>
      proof.test.sql(`
      INSERT INTO "AuditCheckpoint" SELECT (jsonb_populate_record(c, '{"number": 9}'::jsonb || ${change})).* FROM "AuditCheckpoint" c WHERE ${here()}`);
    await expect(copy(`'{"seq": 99}'`)).rejects.toThrow(/no such event/);
    await expect(copy(`jsonb_build_object('floor', 3, 'floorHash', c."hash", 'floorAt', now())`)).rejects.toThrow(
      /closed months/,
    );
  });
});

describe('whoever can do everything in the database but sign', () => {
  beforeEach(async () => {
    await fillLog(proof.test.url, scope, 2);
    await proof.checkpoints().make(only());
    await fillLog(proof.test.url, scope, 2);
    await proof.checkpoints().make(only());
    await fillLog(proof.test.url, scope, 1);
  });

  const found = async (outside: boolean) =>
    (await proof.verify(scope, { outside })).findings.map(({ kind, seq }) => [kind, seq]);
  const forget = () => `DELETE FROM "AuditCheckpoint" WHERE ${here()}`;

  it('is found by a checkpoint when the log is made anew', async () => {
    await proof.secretly(remade(scope, 8, `"message" = 'nothing happened'`));
    expect(await found(false)).toEqual([['CHECKPOINT', '12']]);
  });

  it('is found by what was written outside when the checkpoints are removed too', async () => {
    await proof.secretly(remade(scope, 2, `"message" = 'nothing happened'`), forget());
    expect(await found(false)).toEqual([]);
    expect(await found(true)).toEqual([
      ['CHECKPOINT', null],
      ['CHECKPOINT', null],
      ['CHECKPOINT', '6'],
    ]);
  });

  it('is found when the end is cut off, or everything', async () => {
    await proof.secretly(
      `DELETE FROM "AuditLogEvent" WHERE ${here()} AND "seq" > 9`,
      `UPDATE "AuditHead" SET "seq" = 9, "hash" = (SELECT "hash" FROM "AuditLogEvent" WHERE ${here()} AND "seq" = 9) WHERE ${here()}`,
    );
    expect((await found(false)).filter(([kind]) => kind === 'DELETED')).toEqual([['DELETED', '10']]);
    await proof.secretly(
      ...['AuditLogEvent', 'AuditLog', 'AuditHead', 'AuditCheckpoint'].map(
        (table) => `DELETE FROM "${table}" WHERE ${here()}`,
      ),
    );
    expect((await found(true)).filter(([kind]) => kind === 'DELETED')).toEqual([['DELETED', '1']]);
  });

  it.each([
    ['another hash in the row', `UPDATE "AuditCheckpoint" SET "hash" = sha256('x') WHERE`],
    [
      'another statement',
      `UPDATE "AuditCheckpoint" SET "statement" = replace("statement", '"seq":6', '"seq":5') WHERE "number" = 1 AND`,
    ],
    ['another signature', `UPDATE "AuditCheckpoint" SET "signature" = sha512('x') WHERE "number" = 2 AND`],
    ['a checkpoint less', `DELETE FROM "AuditCheckpoint" WHERE "number" = 1 AND`],
  ])('is found: %s', async (_what, statement) => {
    await proof.secretly(`${statement} ${here()}`);
    expect((await found(false)).map(([kind]) => kind)).toContain('CHECKPOINT');
  });

  it('is found when checkpoints are signed with another key', async () => {
    await proof.secretly(remade(scope, 8, `"message" = 'nothing happened'`), forget());
    await proof.checkpoints({ key: signingKey(Buffer.alloc(32, 8)) }).make(only());
    const { findings } = await proof.verify(scope);
    expect(findings.map(({ message }) => message).join()).toMatch(
      /signed by the key [0-9a-f]{16}, which is not known here/,
    );
  });

  it('is found, even with the key, by what was written outside before', async () => {
    await proof.secretly(remade(scope, 8, `"message" = 'nothing happened'`), forget());
    const before = await readFile(proof.file);
    await proof.checkpoints().make(only());
    await writeFile(proof.file, before);
    expect(await found(false)).toEqual([]);
    expect(await found(true)).toContainEqual(['CHECKPOINT', '12']);
  });
});

describe('the place outside', () => {
  it('says which of its lines cannot be believed', async () => {
    await fillLog(proof.test.url, scope, 1);
    await proof.checkpoints().make(only());
    const [line = ''] = (await readFile(proof.file, 'utf8')).split('\n');
    await appendFile(proof.file, `nonsense\n${line.replace('\\"seq\\":3', '\\"seq\\":2')}\n${line}\n`);
    const { findings } = await proof.verify(scope, { outside: true });
    expect(findings.map(({ message }) => message.replace(proof.file, 'F'))).toEqual([
      'Line 2 of F: it cannot be read.',
      'Line 3 of F: its signature is not valid.',
    ]);
  });

  it('is found when lines of it are gone, or all of them', async () => {
    for (let round = 0; round < 4; round += 1) {
      await fillLog(proof.test.url, scope, 1);
      await proof.checkpoints().make(only());
    }
    const lines = (await readFile(proof.file, 'utf8')).trim().split('\n');
    const without = async (...gone: readonly number[]) => {
      await writeFile(proof.file, lines.map((line, at) => (gone.includes(at + 1) ? '' : `${line}\n`)).join(''));
      const { findings } = await proof.verify(scope, { outside: true });
      return findings.map(({ kind, organizationId, message }) => [kind, organizationId, message]);
    };
    const missing = (which: string) => [
      'CHECKPOINT',
      scope.organizationId,
      `What was written outside lacks the delivered ${which}.`,
    ];
    expect(await without(2)).toEqual([missing('checkpoint 2')]);
    expect(await without(1, 3, 4)).toEqual([missing('checkpoint 1'), missing('checkpoints 3 to 4')]);
    expect(await without(1, 2, 3, 4)).toEqual([missing('checkpoints 1 to 4')]);
    const { verified, findings } = await proof.verify(scope, { outside: true, part: true });
    expect([verified.notOutside, findings]).toEqual([4, []]);
    expect(await without()).toEqual([]);
  });

  it('need not have what was never brought there, or was while it was being read', async () => {
    await fillLog(proof.test.url, scope, 1);
    await proof.checkpoints().make(only());
    await fillLog(proof.test.url, scope, 1);
    const nowhere = { name: 'nowhere', deliver: () => Promise.reject(new Error('nowhere')) };
    const { db, key } = proof;
    const undelivered = createCheckpoints({ db, key, outside: nowhere, now: () => new Date() });
    await expect(undelivered.make(only())).rejects.toThrow('nowhere');
    expect((await proof.verify(scope, { outside: true })).findings).toEqual([]);
    const { verified, findings } = await proof.verify(scope, {
      outside: true,
      meanwhile: async () => {
        await fillLog(proof.test.url, scope, 1);
        await proof.checkpoints().make(only());
      },
    });
    expect([verified.checkpoints, findings]).toEqual([3, []]);
  });

  it('drops what a power cut left half written', async () => {
    await fillLog(proof.test.url, scope, 1);
    await proof.checkpoints().make(only());
    const whole = await readFile(proof.file, 'utf8');
    await appendFile(proof.file, whole.slice(0, 50));
    await fillLog(proof.test.url, scope, 1);
    await proof.checkpoints().make(only());
    expect((await proof.written()).map(({ statement }) => statement.seq)).toEqual([3, 6]);
  });

  it('may be a webhook: what it does not take stays, signed, and is brought again in order', async () => {
    await using hook = await startHook();
    await fillLog(proof.test.url, scope, 1);
    hook.status = 500;
    await expect(proof.checkpoints({ outside: hook.url.replace('http:', 'HTTP:') }).make(only())).rejects.toThrow(
      'it answered with 500',
    );
    await fillLog(proof.test.url, scope, 1);
    hook.status = 302;
    await expect(proof.checkpoints({ outside: hook.url }).make(only())).rejects.toThrow('did not take a checkpoint');
    hook.status = 204;
    expect((await proof.checkpoints({ outside: hook.url }).make(only())).delivered).toBe(2);
    expect(hook.taken.map(({ statement }) => (JSON.parse(statement) as { seq: number }).seq)).toEqual([3, 6]);
    await writeFile(proof.file, hook.taken.map((one) => `${JSON.stringify(one)}\n`).join(''));
    expect((await proof.verify(scope, { outside: true })).findings).toEqual([]);
  });
});

interface Hook extends AsyncDisposable {
  readonly url: string;
  readonly taken: { statement: string }[];
  status: number;
}

async function startHook(): Promise<Hook> {
  const taken: { statement: string }[] = [];
  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (hook.status === 204) taken.push(JSON.parse(body) as { statement: string });
    response.writeHead(hook.status, { location: '/elsewhere' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const hook: Hook = {
    url: `http://127.0.0.1:${port}/checkpoints`,
    taken,
    status: 204,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return hook;
}
