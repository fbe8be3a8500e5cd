import type { Change, LineSnapshot } from '../../../../src/connectors/contract.js';
import { addDays } from '../../../../src/connectors/kit/index.js';
import {
  descriptor,
  eachStep,
  failing,
  http,
  localDay,
  type PlantedFault,
  payload,
  sent,
  session,
  wrong,
} from './plant.js';

/** What is written, and what is made of an accident. */
export const writeFaults: readonly PlantedFault[] = [
  {
    name: 'apply writes twice',
    caughtBy: ['apply.one', 'change.quantity'],
    named: /makes 2 writes/,
    plant: session((good) => ({
      apply: async (step) => {
        await good.apply(step);
        return good.apply(step);
      },
    })),
  },
  {
    name: 'plan writes',
    caughtBy: ['plan.pure'],
    named: /plan is not pure: it makes a call/,
    plant: session((good) => ({
      plan(change, line) {
        const plan = good.plan(change, line);
        for (const step of plan.steps) void good.apply(step);
        return plan;
      },
    })),
  },
  {
    name: 'plan writes later, behind the back',
    caughtBy: ['plan.pure'],
    named: /plan is not pure: it makes a call|plan writes/,
    plant: session((good) => ({
      plan(change, line) {
        const plan = good.plan(change, line);
        for (const step of plan.steps) setImmediate(() => void good.apply(step));
        return plan;
      },
    })),
  },
  {
    name: 'prices lose decimals when written',
    caughtBy: ['apply.decimals'],
    named: /unitPrice "10.54" instead of "10.5375"|resolves as/,
    plant: eachStep((step) => {
      const { price } = sent(step);
      return price === null ? step : payload(step, { price: Number(price).toFixed(2) });
    }),
  },
  {
    name: 'the cost is not written',
    caughtBy: ['apply.decimals', 'change.costPush'],
    named: /unitCost|resolves as/,
    plant: eachStep((step) => payload(step, { cost: null })),
  },
  {
    name: 'HTTP 429 to a write passes for success',
    caughtBy: ['write.volume'],
    named: /A write refused by HTTP 429 throws nothing/,
    plant: session(
      failing(
        ({ kind }) => kind === 'rateLimited',
        () => 'done',
      ),
    ),
  },
  {
    name: 'dates are written by the local calendar',
    caughtBy: ['apply.days'],
    named: /In Pacific|In the|resolves as/,
    plant: eachStep((step) => payload(step, { from: localDay(sent(step).from) })),
  },
  {
    name: 'changes count from the next day',
    caughtBy: ['change.quantity'],
    named: /resolves as|10 units instead of 7/,
    plant: eachStep((step) => payload(step, { from: addDays(sent(step).from, 1) })),
  },
  {
    name: 'an aborted write counts as not sent',
    caughtBy: ['write.held'],
    named: /counts as notApplied/,
    plant: session((good) => ({
      apply: (step, signal) =>
        good.apply(step, signal).catch((error: unknown) => {
          throw signal?.aborted ? wrong('aborted', 'Given up.', { outcome: 'notApplied' }) : error;
        }),
    })),
  },
  {
    name: 'a kind of change is planned that is not declared',
    caughtBy: ['plan.undeclared'],
    named: /A plan of a resume, which is not declared, throws nothing/,
    plant: descriptor(({ capabilities }) => {
      const { resume: _gone, ...changes } = capabilities.changes;
      return { capabilities: { ...capabilities, changes } };
    }),
  },
  {
    name: 'a kind of change is declared that is not planned',
    caughtBy: ['plan.undeclared', 'change.suspend'],
    named: /suspend is declared, but plan refuses it/,
    plant: session((good) => ({
      plan(change, line) {
        if (change.kind === 'suspend') throw wrong('unsupported', 'Not written.');
        return good.plan(change, line);
      },
    })),
  },
  {
    name: 'one write is declared where two are needed',
    caughtBy: ['change.costPush'],
    named: /declared as one write, and takes 2/,
    plant: descriptor(({ capabilities }) => {
      const costPush = { writes: 'one', proration: 'none' };
      return { capabilities: { ...capabilities, changes: { ...capabilities.changes, costPush } } };
    }),
  },
  {
    name: 'a pushed cost never ends',
    caughtBy: ['change.costPush'],
    named: /After its month a pushed cost is still billed/,
    plant: session((good) => ({
      plan: ({ until: _never, ...change }: Change, line: LineSnapshot) => good.plan(change, line),
    })),
  },
  {
    name: 'a write without an answer counts as refused',
    caughtBy: ['write.lostAfter', 'write.lostBefore'],
    named: /counts as certainly not applied/,
    plant: session(
      failing(
        ({ kind }) => kind === 'unknownOutcome',
        () => wrong('unavailable', 'No answer.'),
      ),
    ),
  },
  {
    name: 'HTTP 500 to a write counts as refused',
    caughtBy: ['write.http500After'],
    named: /counts as certainly not applied/,
    plant: http(async (request, send) => {
      const response = await send(request);
      if (!request.write || response.status !== 500) return response;
      throw wrong('unavailable', 'The server failed.');
    }),
  },
  {
    name: 'HTTP 408 to a write counts as refused',
    caughtBy: ['write.http408After'],
    named: /counts as certainly not applied/,
    plant: http(async (request, send) => {
      const response = await send(request);
      if (!request.write || response.status !== 408) return response;
      throw wrong('invalid', 'Refused.');
    }),
  },
  {
    name: 'half an answer to a write passes for success',
    caughtBy: ['write.halfAnswer', 'write.webPage'],
    named: /throws nothing/,
    plant: http(async (request, send) => {
      const response = await send(request);
      return request.write && response.status < 300 ? { ...response, text: '{"id":"i1"}' } : response;
    }),
  },
  {
    name: 'a definite refusal counts as unknown',
    caughtBy: ['write.refused'],
    named: /counts as an unknown outcome/,
    plant: session(
      failing(
        ({ kind }) => kind === 'invalid',
        () => wrong('unknownOutcome', 'Who knows.'),
      ),
    ),
  },
  {
    name: 'a write without an answer is sent again',
    caughtBy: ['write.lostAfter', 'write.lostBefore'],
    named: /is sent 2 times|is sent [2-9] times/,
    plant: http((request, send) => (request.write ? send(request).catch(() => send(request)) : send(request))),
  },
  {
    name: 'a write is sent again after HTTP 503',
    caughtBy: ['write.http503After'],
    named: /is sent 2 times/,
    plant: http(async (request, send) => {
      const response = await send(request);
      return request.write && response.status === 503 ? send(request) : response;
    }),
  },
  {
    name: 'the write is not marked as one',
    caughtBy: ['apply.one'],
    named: /without `write: true`/,
    plant: http(({ write: _unmarked, ...request }, send) => send(request)),
  },
];
