import { afterEach } from 'vitest';
import {
  type AutotaskSimulator,
  type AutotaskSimulatorOptions,
  type Row,
  sampleWorld,
  startAutotaskSimulator,
  type World,
  type WorldUser,
} from '../../../simulators/autotask/index.js';

export const NOW = '2026-07-20T10:00:00Z';
export const MONTHLY = 29_681_001;
export const YEARLY = 29_681_002;
export const FROM_THE_2ND = 29_681_003;
export const EURO = 29_681_004;
export const OTHER_BUSINESS = 29_681_005;
export const INACTIVE = 29_681_006;
export const HOURS = 29_681_007;
export const BASIC = 101;
/** The seeded lines, in the order of the sample world. */
export const BASIC_LINE = 8000;
export const PREMIUM_LINE = 8001;

const running: AutotaskSimulator[] = [];

/** A simulator with no service time, a fixed clock and, unless told otherwise, the sample world; closed after the test. */
export async function start(options: AutotaskSimulatorOptions = {}): Promise<AutotaskSimulator> {
  const simulator = await startAutotaskSimulator({
    clock: () => new Date(NOW),
    ...options,
    switches: { latencyMs: 0, ...options.switches },
  });
  running.push(simulator);
  return simulator;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

// biome-ignore lint/suspicious/noExplicitAny: answers are read as any client would read them, field by field
export type Answer = { status: number; headers: Headers; text: string; body: any };

export async function call(
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: body === undefined ? headers : { 'Content-Type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  let parsed: unknown = null;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = null;
  }
  return { status: response.status, headers: response.headers, text, body: parsed };
}

export const credentials = (user: WorldUser = firstUser()): Record<string, string> => ({
  ApiIntegrationCode: user.integrationCode,
  UserName: user.username,
  Secret: user.secret,
});

export const firstUser = (): WorldUser => sampleWorld().users[0] as WorldUser;

export const worldWith = (changes: Partial<World>): World => ({ ...sampleWorld(), ...changes });

/** A client as a stranger would write one: a base url, three headers, JSON. */
export function client(simulator: AutotaskSimulator, headers: Record<string, string> = credentials()) {
  const to = (path: string): string =>
    path.startsWith('http')
      ? path
      : `${simulator.discoveryUrl.replace('atservicesrest', 'ATServicesRest')}/V1.0/${path}`;
  const query = (entity: string, filter: unknown[], more: Record<string, unknown> = {}) =>
    call('POST', to(`${entity}/query`), { filter, ...more }, headers);
  return {
    get: (path: string) => call('GET', to(path), undefined, headers),
    post: (path: string, body: unknown) => call('POST', to(path), body, headers),
    patch: (path: string, body: unknown) => call('PATCH', to(path), body, headers),
    put: (path: string, body: unknown) => call('PUT', to(path), body, headers),
    delete: (path: string) => call('DELETE', to(path), undefined, headers),
    query,
    ids: async (entity: string, filter: unknown[]): Promise<number[]> =>
      (await query(entity, filter)).body.items.map((item: Row) => item.id),
    adjust: (contractID: number, body: Record<string, unknown>) =>
      call('POST', to(`Contracts/${contractID}/ServiceAdjustments`), body, headers),
    /** `['2026-07-01..2026-07-16 10 34.06', ...]` of one line, in date order. */
    units: async (lineID: number, from = '0', to2 = '9'): Promise<string[]> =>
      (await query('ContractServiceUnits', [{ op: 'eq', field: 'contractServiceID', value: lineID }])).body.items
        .map((row: Record<string, string>) => ({
          ...row,
          start: row.startDate?.slice(0, 10),
          end: row.endDate?.slice(0, 10),
        }))
        .filter((row: Record<string, string>) => (row.start as string) >= from && (row.start as string) <= to2)
        .sort((a: Record<string, string>, b: Record<string, string>) =>
          `${a.start}${a.id}` < `${b.start}${b.id}` ? -1 : 1,
        )
        .map((row: Record<string, string>) => `${row.start}..${row.end} ${row.units} ${row.price}`),
  };
}

export type Client = ReturnType<typeof client>;
export const ALL = [{ op: 'gte', field: 'id', value: 0 }];
