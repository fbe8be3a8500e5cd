import { afterEach } from 'vitest';
import {
  type ConnectWiseSimulator,
  type ConnectWiseSimulatorOptions,
  sampleWorld,
  startConnectWiseSimulator,
  type World,
} from '../../../simulators/connectwise/index.js';

export const NOW = '2026-07-20T10:00:00Z';

const running: ConnectWiseSimulator[] = [];

/** A simulator with a fixed clock and, unless told otherwise, the sample world; closed after the test. */
export async function start(options: ConnectWiseSimulatorOptions = {}): Promise<ConnectWiseSimulator> {
  const simulator = await startConnectWiseSimulator({ clock: () => new Date(NOW), ...options });
  running.push(simulator);
  return simulator;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

// biome-ignore lint/suspicious/noExplicitAny: answers are read as any client would read them, field by field
export type Answer = { status: number; headers: Headers; text: string; body: any };

const sample = sampleWorld();
const [first] = sample.members;
export const CLIENT_ID = sample.clientIds[0] ?? '';

export function basic(
  company = sample.companyId,
  key = first?.publicKey ?? '',
  secret = first?.privateKey ?? '',
): string {
  return `Basic ${Buffer.from(`${company}+${key}:${secret}`).toString('base64')}`;
}

/** A client as a stranger would write one. */
export function client(simulator: ConnectWiseSimulator, more: Record<string, string | undefined> = {}) {
  async function call(method: string, path: string, body?: unknown): Promise<Answer> {
    const headers = new Headers({ clientId: CLIENT_ID, authorization: basic() });
    if (body !== undefined) headers.set('content-type', 'application/json');
    for (const [name, value] of Object.entries(more)) {
      if (value === undefined) headers.delete(name);
      else headers.set(name, value);
    }
    const url = path.startsWith('http') ? path : `${simulator.apiUrl}/${path}`;
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const response = await fetch(url, { method, headers, ...sent });
    const text = await response.text();
    let parsed: unknown = null;
    try {
      parsed = JSON.parse(text);
    } catch {
      parsed = null;
    }
    return { status: response.status, headers: response.headers, text, body: parsed };
  }
  const list = (path: string, query: Record<string, string> = {}) =>
    call('GET', `${path}?${new URLSearchParams(query)}`);
  return {
    call,
    list,
    ids: async (path: string, query: Record<string, string> = {}): Promise<number[]> =>
      ((await list(path, query)).body as { id: number }[]).map(({ id }) => id),
    add: (body: unknown, agreement = 1001) => call('POST', `finance/agreements/${agreement}/additions`, body),
    patch: (id: number, body: unknown) => call('PATCH', `finance/agreements/1001/additions/${id}`, body),
  };
}

export const worldWith = (changes: Partial<World>): World => ({ ...sampleWorld(), ...changes });

/** The field errors of a refusal. */
export const faults = ({ body }: Answer): string[] =>
  ((body.errors ?? []) as { field: string; code: string }[]).map(({ field, code }) => `${field} ${code}`);
