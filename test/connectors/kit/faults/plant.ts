import type {
  Connector,
  ConnectorContext,
  ConnectorDescriptor,
  HttpRequest,
  HttpResponse,
  SearchQuery,
  Session,
  Step,
} from '../../../../src/connectors/contract.js';
import { ConnectorError, isConnectorError } from '../../../../src/connectors/errors.js';
import { type ConformanceSubject, referenceSubject } from '../../../../src/connectors/kit/index.js';

/** One thing that an author can get wrong, planted into the reference connector. */
export interface PlantedFault {
  readonly name: string;
  /** The cases that must fail because of it; others may. */
  readonly caughtBy: readonly string[];
  /** What the reason of the first of them must say. */
  readonly named: RegExp;
  plant(good: Connector): Connector;
}

export function withFault({ plant }: PlantedFault): ConformanceSubject {
  return {
    async start(world) {
      const simulation = await referenceSubject.start(world);
      return { ...simulation, connector: plant(simulation.connector) };
    },
  };
}

export type Changed = (good: Session, context: ConnectorContext) => Partial<Session>;
export const session =
  (changed: Changed) =>
  (good: Connector): Connector => ({
    ...good,
    connect(context) {
      const real = good.connect(context);
      return { ...real, ...changed(real, context) };
    },
  });

export type Send = (
  request: HttpRequest,
  send: (request: HttpRequest) => Promise<HttpResponse>,
) => Promise<HttpResponse>;
export const http =
  (changed: Send) =>
  (good: Connector): Connector => ({
    ...good,
    connect: (context) =>
      good.connect({ ...context, http: { send: (request) => changed(request, (each) => context.http.send(each)) } }),
  });

export const descriptor =
  (changed: (good: ConnectorDescriptor) => object) =>
  (good: Connector): Connector => ({ ...good, descriptor: { ...good.descriptor, ...changed(good.descriptor) } });

export const connector = (changed: (good: Connector) => object) => (good: Connector) => ({ ...good, ...changed(good) });

/** The payload of a step as the reference connector writes it. */
export const payload = (step: Step, changed: object): Step => ({
  ...step,
  payload: { ...(step.payload as { readonly [name: string]: string | number | null }), ...changed },
});
export const eachStep = (changed: (step: Step, context: ConnectorContext) => Step) =>
  session((good, context) => ({
    plan: (change, line) => {
      const plan = good.plan(change, line);
      return { ...plan, steps: plan.steps.map((step) => changed(step, context)) };
    },
  }));
export const sent = (step: Step) =>
  step.payload as { from: string; units: number; price: string | null; cost: string | null };
export const localDay = (date: string) =>
  new Date(new Date(`${date}T00:00:00Z`).toDateString()).toISOString().slice(0, 10);
export const wrong = (kind: ConnectorError['kind'], message: string, more: object = {}) =>
  new ConnectorError(kind, message, { code: 'PLANTED', ...more });
export const tokenOf = ({ credentials: { token } }: ConnectorContext) =>
  typeof token === 'string' ? token : (token?.reveal() ?? '');
export const everything = (query: SearchQuery): SearchQuery => ({ ...query, prefix: '', first: 500 });
export const failing =
  (when: (error: ConnectorError) => boolean, then: (error: ConnectorError, step: Step) => unknown): Changed =>
  (good) => ({
    apply: async (step, signal) => {
      try {
        return await good.apply(step, signal);
      } catch (error) {
        if (!isConnectorError(error) || !when(error)) throw error;
        const made = then(error, step);
        if (made instanceof Error) throw made;
        return {};
      }
    },
  });
