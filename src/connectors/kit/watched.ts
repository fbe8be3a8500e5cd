import type { Connector, ConnectorContext, HttpClient, SecretText, Session } from '../contract.js';
import { isConnectorError, NOT_IMPLEMENTED } from '../errors.js';
import { CaseFailure, must, shown } from './failure.js';
import { frozen, refuseNotPlain, refuseSecrets } from './plain.js';
import { purely } from './purity.js';
import type { Simulation } from './subject.js';
import type { Wire } from './wire.js';

/** How a session is opened. */
export interface Opening {
  readonly wrong?: boolean;
  readonly currency?: string;
}

/**
 * A session under watch. Whatever a case is about, these hold for every call: what it answers is plain data, what it throws is a
 * `ConnectorError`, neither holds a secret, it leaves its arguments alone, `plan` and `resolve` are pure.
 */
export function openWatched(wire: Wire, simulation: Simulation, currency: string, now: string, how: Opening): Session {
  const { connector } = simulation;
  for (const { name, secret } of connector.descriptor.credentials) {
    for (const values of [simulation.credentials, simulation.wrongCredentials]) {
      const value = values[name];
      if (secret && value !== undefined && value.length >= 8) wire.secrets.add(value);
    }
  }
  const context = contextOf(connector, simulation, wire.client(connector), how.currency ?? currency, now, how);
  const calls = wire.calls.length;
  const session = connector.connect(context);
  must(wire.calls.length === calls, 'connect makes a call by itself.');
  return watch(session, wire);
}

function contextOf(
  connector: Connector,
  simulation: Simulation,
  http: HttpClient,
  currency: string,
  now: string,
  how: Opening,
): ConnectorContext {
  const values = how.wrong ? simulation.wrongCredentials : simulation.credentials;
  const fields = connector.descriptor.credentials.map(({ name, secret }) => {
    const value = values[name];
    return [name, value !== undefined && secret ? hidden(value) : value] as const;
  });
  return {
    credentials: Object.fromEntries(fields),
    settings: simulation.settings ?? {},
    connection: { id: 'conformance', currency },
    http,
    now: () => new Date(now),
  };
}

function hidden(value: string): SecretText {
  const covered = () => '[redacted]';
  return Object.defineProperties({ reveal: () => value }, { toString: { value: covered }, toJSON: { value: covered } });
}

function watch(session: Session, wire: Wire): Session {
  const checked = <T>(method: string, value: T): T => {
    refuseNotPlain(value, `What ${method} answers`);
    refuseSecrets(value, wire.secrets, `what ${method} answers`);
    return value;
  };
  const thrown = (method: string, error: unknown): never => {
    if (error instanceof CaseFailure) throw error;
    if (!isConnectorError(error)) {
      const text = error instanceof Error ? `${error.name}: ${error.message}` : shown(error);
      const meddles = /read only property|not extensible|Cannot delete property/.test(text);
      throw new CaseFailure(
        meddles ? `${method} changes what it was given (${text}).` : `${method} throws no ConnectorError but ${text}.`,
      );
    }
    refuseSecrets(error, wire.secrets, `the error that ${method} throws`);
    if (error.code === NOT_IMPLEMENTED) wire.unimplemented.add(method);
    throw error;
  };
  const asked = async <T>(method: string, work: () => Promise<T>): Promise<T> => {
    let value: T;
    try {
      value = await work();
    } catch (error) {
      return thrown(method, error);
    }
    return checked(method, value);
  };
  const thought = <T>(method: string, work: () => T): T => {
    const calls = wire.calls.length;
    let value: T;
    try {
      value = purely(method, work);
    } catch (error) {
      return thrown(method, error);
    }
    must(wire.calls.length === calls, `${method} is not pure: it makes a call.`);
    return checked(method, value);
  };
  const { checkMapping, vendorQuota, runAction, dispose } = session;
  return {
    async *diagnose(signal) {
      try {
        for await (const line of session.diagnose(signal)) {
          if (line.code === NOT_IMPLEMENTED) wire.unimplemented.add('diagnose');
          yield checked('diagnose', line);
        }
      } catch (error) {
        if (error instanceof CaseFailure) throw error;
        throw new CaseFailure(`diagnose throws (${shown(error instanceof Error ? error.message : error)}).`);
      }
    },
    search: (query, signal) => asked('search', () => session.search(frozen(query), signal)),
    get: (kind, id, signal) => asked('get', () => session.get(kind, id, signal)),
    snapshot: (query, signal) => asked('snapshot', () => session.snapshot(frozen(query), signal)),
    plan: (change, line) => thought('plan', () => session.plan(frozen(change), frozen(line))),
    apply: (step, signal) => asked('apply', () => session.apply(frozen(step), signal)),
    resolve: (step, line) => thought('resolve', () => session.resolve(frozen(step), frozen(line))),
    ...(session.getMany && {
      getMany: (kind, ids, signal) => asked('getMany', () => session.getMany!(kind, frozen(ids), signal)),
    }),
    ...(checkMapping && {
      checkMapping: (proposal, signal) => asked('checkMapping', () => checkMapping.call(session, proposal, signal)),
    }),
    ...(vendorQuota && { vendorQuota: (signal) => asked('vendorQuota', () => vendorQuota.call(session, signal)) }),
    ...(runAction && {
      runAction: (name, input, signal) => asked('runAction', () => runAction.call(session, name, input, signal)),
    }),
    ...(dispose && { dispose: () => dispose.call(session) }),
  };
}
