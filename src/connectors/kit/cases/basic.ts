import type { Diagnostic, Session } from '../../contract.js';
import { type Bench, errorOf } from '../bench.js';
import { CaseSkipped, must, shown } from '../failure.js';
import { equal } from '../plain.js';
import { purely } from '../purity.js';
import { type ConformanceCase, needsLookup } from './case.js';
import { readsOf } from './read.js';
import { settled } from './settled.js';

/** Credentials, addresses, the doctor, giving up. */
export const basicCases: readonly ConformanceCase[] = [
  {
    id: 'connect.quiet',
    level: 'Basic',
    capability: 'connect',
    title: 'Opening a session makes no call and does not throw, whatever the credentials are',
    async run({ open, wire, simulation }) {
      for (const wrong of [false, true]) {
        try {
          open({ wrong });
        } catch (error) {
          must(!(error instanceof Error) || error.name === 'CaseFailure', `connect throws: ${String(error)}.`);
          throw error;
        }
      }
      await settled();
      must(wire.calls.length === 0 && simulation.received().requests === 0, 'connect makes a call by itself.');
    },
  },
  {
    id: 'egress.exact',
    level: 'Basic',
    capability: 'allows',
    title: 'Requests with secrets go to the vendor and nowhere else',
    async run(bench) {
      await linesOf(bench.open());
      const { allows } = bench.simulation.connector;
      const used = [...new Set(bench.wire.calls.map(({ url }) => new URL(url).host))];
      must(used.length > 0, 'diagnose makes no call, so nothing is known about the vendor.');
      const foreign = used
        .flatMap((host) => [
          'https://attacker.example/',
          `https://${host.replace(/:\d+$/, '')}.attacker.example/`,
          `https://attacker.example/${host}/`,
          `https://attacker.example/?${host}`,
          `https://x${host.replace(/:\d+$/, '')}/`,
          'http://169.254.169.254/latest/meta-data/',
        ])
        .filter((url) => URL.canParse(url));
      const open = foreign.filter((url) =>
        purely('allows', () => allows.call(bench.simulation.connector, new URL(url))),
      );
      must(open.length === 0, `allows lets requests with secrets go to ${open[0]}.`);
    },
  },
  {
    id: 'diagnose.passes',
    level: 'Basic',
    capability: 'diagnose',
    title: 'The doctor passes a healthy connection, each check once, without a write',
    async run({ open, descriptor, writes, wire }) {
      const lines = await linesOf(open());
      const failed = lines.find(({ status }) => status === 'fail');
      must(lines.length > 0, 'diagnose says nothing about a healthy connection.');
      must(!failed, `diagnose fails a healthy connection: ${failed?.title}: ${failed?.detail}`);
      const checks = lines.map(({ check }) => check);
      const twice = checks.find((check, at) => checks.indexOf(check) !== at);
      must(twice === undefined, `diagnose yields the check "${twice}" twice.`);
      const mute = lines.find(({ check, title, detail }) => !check || !title || !detail);
      must(!mute, `A line of diagnose says nothing: ${shown(mute)}.`);
      const promised = [
        ...descriptor.permissions.filter(({ verifiable }) => verifiable === 'yes').map(({ id }) => id),
        ...descriptor.setupSteps.flatMap((step) => step.checks),
      ];
      const missing = promised.find((check) => !checks.includes(check));
      must(missing === undefined, `The descriptor promises a check "${missing}" that diagnose does not yield.`);
      must(writes() === 0 && !wire.calls.some(({ write }) => write), 'diagnose writes.');
    },
  },
  {
    id: 'diagnose.repeatable',
    level: 'Basic',
    capability: 'diagnose',
    title: 'The doctor says the same of the same connection',
    async run({ open }) {
      const session = open();
      const outline = (lines: readonly Diagnostic[]) => lines.map(({ check, status }) => `${check}: ${status}`);
      const [first, second] = [outline(await linesOf(session)), outline(await linesOf(session))];
      must(equal(first, second), `diagnose says ${shown(second)} the second time, ${shown(first)} the first.`);
    },
  },
  {
    id: 'diagnose.wrongCredentials',
    level: 'Basic',
    capability: 'diagnose',
    title: 'The doctor names refused credentials as such',
    async run({ open }) {
      const lines = await linesOf(open({ wrong: true }));
      const failed = lines.find(({ status }) => status === 'fail');
      must(failed !== undefined, 'diagnose passes credentials that the vendor refuses.');
      must(failed.kind === 'authInvalid', `diagnose fails refused credentials as ${failed.kind}, not authInvalid.`);
      must(Boolean(failed.code), 'The line about refused credentials has no code.');
    },
  },
  {
    id: 'diagnose.stops',
    level: 'Basic',
    capability: 'diagnose',
    title: 'A refused secret is not tried again, because vendors lock users',
    async run({ open, wire }) {
      await linesOf(open({ wrong: true }));
      const tried = wire.calls.filter(({ carriesSecret }) => carriesSecret).length;
      must(tried <= 2, `diagnose goes on after the secret was refused: it sends it ${tried} times.`);
    },
  },
  {
    id: 'diagnose.unreachable',
    level: 'Basic',
    capability: 'diagnose',
    title: 'The doctor of a vendor that cannot be reached says so and does not throw',
    async run({ open, wire }) {
      wire.break('read', { kind: 'unreachable' });
      const failed = (await linesOf(open())).find(({ status }) => status === 'fail');
      must(failed !== undefined, 'diagnose passes a vendor that cannot be reached.');
      must(failed.kind === 'unavailable', `diagnose calls an unreachable vendor ${failed.kind}, not unavailable.`);
    },
  },
  {
    id: 'credentials.wrong',
    level: 'Basic',
    capability: 'credentials',
    title: 'With refused credentials a read throws authInvalid, and nothing is tried again by itself',
    async run(bench) {
      for (const [method, read] of Object.entries(readsOf(bench))) {
        const asked = `A ${method} with wrong credentials`;
        const error = await errorOf(asked, () => read(bench.open({ wrong: true })));
        must(error.kind === 'authInvalid', `${asked} throws ${error.kind}, not authInvalid.`);
        must(!error.retryable, `The error of ${asked.toLowerCase()} lets the host try again.`);
      }
    },
  },
  {
    id: 'secrets.silent',
    level: 'Basic',
    capability: 'credentials',
    title: 'No secret leaves through an error, a line of the doctor or a result, even where the vendor repeats it',
    async run(bench) {
      const { wire, open } = bench;
      for (const wrong of [false, true]) {
        for (const status of [200, 400, 401, 500]) {
          for (const text of ['{"errors":["', '{"message":"', '<html>']) {
            wire.break('read', { kind: 'answer', reached: false, status, text, echo: true });
            const session = open({ wrong });
            await linesOf(session);
            await readAll(bench, session);
            wire.mend();
          }
        }
        await linesOf(open({ wrong }));
        await readAll(bench, open({ wrong }));
      }
    },
  },
  ...['search', 'get', 'snapshot'].map(
    (method): ConformanceCase => ({
      id: `abort.${method}`,
      level: 'Basic',
      capability: 'signal',
      title: `A ${method} ends when its caller gives up`,
      skip: method === 'snapshot' ? () => null : needsLookup('company'),
      async run(bench) {
        const { open, wire } = bench;
        const read = readsOf(bench)[method];
        must(read !== undefined, `There is no ${method}.`);
        const session = open();
        // Whatever it reads once and keeps is not what is given up here.
        await read(session);
        wire.break('read', { kind: 'held' });
        const caller = new AbortController();
        const work = errorOf(`A ${method} whose caller gave up`, () => read(session, caller.signal));
        await Promise.race([wire.held(), work.catch(() => undefined)]);
        caller.abort();
        const error = await work;
        must(error.kind === 'aborted', `A ${method} whose caller gave up throws ${error.kind}, not aborted.`);
      },
    }),
  ),
  {
    id: 'limits.named',
    level: 'Basic',
    capability: 'limits',
    title: 'A refusal because of volume names the limit, any other answer none',
    skip: ({ limits }) => (limits.length > 0 ? null : 'no limits are declared'),
    async run({ simulation: { connector }, descriptor }) {
      const { limitHit } = connector;
      must(limitHit !== undefined, 'Limits are declared, but limitHit is absent, so no refusal would be respected.');
      const ask = (status: number) =>
        purely('limitHit', () =>
          limitHit.call(connector, { status, headers: { 'retry-after': '7' }, text: '{}' }, new Date(0)),
        );
      const hit = ask(429);
      must(hit !== undefined, 'limitHit takes HTTP 429 for no limit.');
      must(
        descriptor.limits.some(({ id }) => id === hit.limitId),
        `limitHit names "${hit.limitId}", which is not a declared limit.`,
      );
      const wrong = [200, 401, 404, 500].find((status) => ask(status) !== undefined);
      must(wrong === undefined, `limitHit takes HTTP ${wrong} for a limit.`);
    },
  },
  {
    id: 'dispose.twice',
    level: 'Basic',
    capability: 'dispose',
    title: 'A session can be disposed of, also when it was never used, and twice',
    async run({ open }) {
      const session = open();
      if (!session.dispose) throw new CaseSkipped('dispose is absent');
      await session.dispose();
      await session.dispose();
    },
  },
  {
    id: 'actions.declared',
    level: 'Basic',
    capability: 'actions',
    title: 'Actions are declared if and only if the session can run them',
    async run({ open, descriptor }) {
      const declared = (descriptor.actions ?? []).length > 0;
      const { runAction } = open();
      must(!declared || runAction !== undefined, 'Actions are declared, but runAction is absent.');
      must(declared || runAction === undefined, 'runAction is there, but no action is declared.');
      if (!declared) throw new CaseSkipped('no actions are declared');
    },
  },
];

export async function linesOf(session: Session): Promise<Diagnostic[]> {
  const lines: Diagnostic[] = [];
  for await (const line of session.diagnose()) lines.push(line);
  return lines;
}

/** Reads in every way. Any error of the vendor is as good as another here; a fault of the connector is not. */
async function readAll(bench: Bench, session: Session): Promise<void> {
  for (const read of Object.values(readsOf(bench))) {
    await read(session).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'CaseFailure') throw error;
    });
  }
}
