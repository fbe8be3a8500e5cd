import type { ConnectorError, HttpRequest, HttpResponse } from '../../../../src/connectors/contract.js';
import { connector, descriptor, eachStep, http, type PlantedFault, payload, session, tokenOf, wrong } from './plant.js';

/** Secrets, addresses, the doctor, limits, the descriptor. */
export const conductFaults: readonly PlantedFault[] = [
  {
    name: 'a secret stands in an error',
    caughtBy: ['credentials.wrong'],
    named: /A secret stands in the error that snapshot throws/,
    plant: session((good, context) => ({
      snapshot: (query, signal) =>
        good.snapshot(query, signal).catch((error: unknown) => {
          throw wrong((error as ConnectorError).kind, `${(error as Error).message} Token: ${tokenOf(context)}`);
        }),
    })),
  },
  {
    name: 'a secret stands in the cause of an error',
    caughtBy: ['credentials.wrong'],
    named: /A secret stands in the error that snapshot throws/,
    plant: session((good, context) => ({
      snapshot: (query, signal) =>
        good.snapshot(query, signal).catch((error: unknown) => {
          const cause = { request: { headers: { authorization: tokenOf(context) } } };
          throw wrong((error as ConnectorError).kind, (error as Error).message, { cause });
        }),
    })),
  },
  {
    name: 'what the vendor repeats of a secret is kept',
    caughtBy: ['secrets.silent'],
    named: /A secret stands in/,
    plant: http(async (request, send) => {
      const response = await send(request);
      if (response.status < 400 || response.status === 401) return response;
      throw wrong('invalid', 'Refused.', { remote: { message: response.text } });
    }),
  },
  {
    name: 'a secret stands in a step',
    caughtBy: ['apply.one', 'plan.pure'],
    named: /A secret stands in what plan answers/,
    plant: eachStep((step, context) => payload(step, { token: tokenOf(context) })),
  },
  {
    name: 'a secret stands in a line of the doctor',
    caughtBy: ['diagnose.passes'],
    named: /A secret stands in what diagnose answers/,
    plant: session((good, context) => ({
      async *diagnose(signal) {
        for await (const line of good.diagnose(signal)) yield { ...line, facts: { used: tokenOf(context) } };
      },
    })),
  },
  {
    name: 'an abort of a read is ignored',
    caughtBy: ['abort.search'],
    named: /A search whose caller gave up throws nothing/,
    plant: session((good) => ({ search: (query) => good.search(query) })),
  },
  {
    name: 'any host is allowed',
    caughtBy: ['egress.exact'],
    named: /allows lets requests with secrets go to/,
    plant: connector(() => ({ allows: () => true })),
  },
  {
    name: 'hosts are compared by a part of the address',
    caughtBy: ['egress.exact'],
    named: /allows lets requests with secrets go to/,
    plant: connector(() => ({ allows: (url: URL) => url.href.includes('127.0.0.1') })),
  },
  {
    name: 'connect makes a call',
    caughtBy: ['connect.quiet'],
    named: /connect makes a call/,
    plant: (good) => ({
      ...good,
      connect(context) {
        const real = good.connect(context);
        void real.get('company', 'a1').catch(() => null);
        return real;
      },
    }),
  },
  {
    name: 'the doctor throws',
    caughtBy: ['diagnose.wrongCredentials'],
    named: /diagnose throws/,
    plant: session((good) => ({
      async *diagnose(signal) {
        for await (const line of good.diagnose(signal)) {
          if (line.status === 'fail') throw wrong('authInvalid', line.detail);
          yield line;
        }
      },
    })),
  },
  {
    name: 'the doctor goes on with a refused secret',
    caughtBy: ['diagnose.stops'],
    named: /it sends it [3-9] times/,
    plant: session((good) => ({
      async *diagnose(signal) {
        yield* good.diagnose(signal);
        for (let more = 0; more < 3; more += 1) await good.get('company', 'a1', signal).catch(() => null);
      },
    })),
  },
  {
    name: 'the doctor goes on with a refused secret, in a form',
    caughtBy: ['diagnose.stops'],
    named: /it sends it [3-9] times/,
    plant: (good) => ({
      ...good,
      connect(context) {
        const real = good.connect(context);
        const { token = '' } = context.credentials;
        let url = '';
        const http = {
          send(request: HttpRequest) {
            url = request.url;
            return context.http.send(request);
          },
        };
        return {
          ...real,
          async *diagnose(signal) {
            yield* good.connect({ ...context, http }).diagnose(signal);
            for (let more = 0; more < 3; more += 1) {
              await context.http.send({ method: 'POST', url, form: { client_secret: token } });
            }
          },
        };
      },
    }),
  },
  {
    name: 'the doctor passes everything',
    caughtBy: ['diagnose.wrongCredentials', 'diagnose.unreachable'],
    named: /diagnose passes/,
    plant: session((good) => ({
      async *diagnose(signal) {
        for await (const line of good.diagnose(signal)) yield { ...line, status: 'pass' as const };
      },
    })),
  },
  {
    name: 'refused credentials look like an outage',
    caughtBy: ['credentials.wrong'],
    named: /throws unavailable, not authInvalid/,
    plant: http(async (request, send) => {
      const response = await send(request);
      if (response.status === 401) throw wrong('unavailable', 'Try later.');
      return response;
    }),
  },
  {
    name: 'a limit is named that is not declared',
    caughtBy: ['limits.named'],
    named: /is not a declared limit/,
    plant: connector(() => ({
      limitHit: ({ status }: HttpResponse) => (status === 429 ? { limitId: 'hour' } : undefined),
    })),
  },
  {
    name: 'limits are declared and never noticed',
    caughtBy: ['limits.named'],
    named: /limitHit is absent|for no limit/,
    plant: connector(() => ({ limitHit: undefined })),
  },
  {
    name: 'the descriptor is no plain data',
    caughtBy: ['descriptor.plain'],
    named: /The descriptor is not plain data: builtAt is a Date/,
    plant: descriptor(() => ({ builtAt: new Date(0) })),
  },
  {
    name: 'another contract',
    caughtBy: ['descriptor.valid'],
    named: /it works with contract \^2\.0\.0/,
    plant: descriptor(() => ({ contractVersion: '^2.0.0' })),
  },
  {
    name: 'a socket of its own',
    caughtBy: ['diagnose.passes'],
    named: /went through context.http/,
    plant(good) {
      let origin = '';
      const noting = http((request, send) => {
        origin = new URL(request.url).origin;
        return send(request);
      })(good);
      return session((real) => ({
        async *diagnose(signal) {
          yield* real.diagnose(signal);
          await (await fetch(`${origin}/me`)).text();
        },
      }))(noting);
    },
  },
  {
    name: 'a check is promised that is never made',
    caughtBy: ['diagnose.passes'],
    named: /promises a check "clock"/,
    plant: descriptor(({ setupSteps }) => ({ setupSteps: setupSteps.map((step) => ({ ...step, checks: ['clock'] })) })),
  },
  {
    name: 'actions are declared that nothing runs',
    caughtBy: ['actions.declared'],
    named: /runAction is absent/,
    plant: session(() => ({ runAction: undefined as never })),
  },
  {
    name: 'connect throws for wrong credentials',
    caughtBy: ['connect.quiet'],
    named: /connect throws/,
    plant: (good) => ({
      ...good,
      connect(context) {
        if (tokenOf(context).startsWith('wrong')) throw wrong('authInvalid', 'The token is wrong.');
        return good.connect(context);
      },
    }),
  },
  {
    name: 'an abort of a snapshot is ignored',
    caughtBy: ['abort.snapshot'],
    named: /A snapshot whose caller gave up throws nothing/,
    plant: session((good) => ({ snapshot: (query) => good.snapshot(query) })),
  },
  {
    name: 'a secret is logged',
    caughtBy: ['connect.quiet'],
    named: /A secret stands in what is written to the console/,
    plant: (good) => ({
      ...good,
      connect(context) {
        console.debug('token %s', tokenOf(context));
        return good.connect(context);
      },
    }),
  },
];
