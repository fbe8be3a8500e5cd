import type { GraphQLSchema } from 'graphql';
import { createRandom, type Random } from '../sim/random.js';
import { leaks } from '../support/leaks.js';
import { randomDocument } from './documents.js';
import { createText, damaged, randomBody } from './values.js';

export interface FuzzOptions {
  readonly url: string;
  readonly key: string;
  readonly schema: GraphQLSchema;
  readonly ids: readonly string[];
  readonly inputs: number;
  readonly seed: number;
  /** Requests under way at once. */
  readonly atOnce?: number;
  readonly onProgress?: (done: number) => void;
}

export interface Failure {
  /** Replays it: `--inputs 1 --seed <this>`. */
  readonly seed: number;
  readonly why: string;
  readonly body: string;
  readonly answer: string;
}

export interface Fuzzed {
  readonly inputs: number;
  /** By HTTP status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
}

/** What only a gateway's inside knows, and "Did you mean": in no answer. */
const INSIDE =
  /node_modules|\bat \S+ \(|\/src\/|prisma|SELECT "|violates|Did you mean|Maximum call stack|"code":"INTERNAL"/i;

/** Sends inputs, each from a seed of its own, and tells every answer that is a fault or tells what it should not. */
export async function fuzz(options: FuzzOptions): Promise<Fuzzed> {
  const statuses: Record<string, number> = {};
  const failures: Failure[] = [];
  let next = 0;
  async function work(): Promise<void> {
    while (next < options.inputs) {
      const seed = (options.seed + next++) >>> 0;
      const body = inputOf(createRandom(seed), options);
      const failure = await send(body, seed);
      if (failure) failures.push(failure);
      options.onProgress?.(next);
    }
  }

  async function send(body: string | Uint8Array, seed: number): Promise<Failure | null> {
    const told = (why: string, answer: string) => ({ seed, why, body: String(body).slice(0, 4_000), answer });
    try {
      const response = await fetch(options.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${options.key}` },
        body: body as string,
      });
      const text = await response.text();
      statuses[response.status] = (statuses[response.status] ?? 0) + 1;
      if (response.status >= 500) return told(`status ${response.status}`, text);
      const leaked = leaks(text);
      if (leaked.length > 0) return told(`the secret came back as ${leaked}`, text);
      const inside = INSIDE.exec(withoutEchoes(text));
      return inside ? told(`it tells "${inside[0]}"`, text) : null;
    } catch (error) {
      return told(`no answer: ${(error as Error).message}`, '');
    }
  }

  await Promise.all(Array.from({ length: options.atOnce ?? 4 }, work));
  return { inputs: options.inputs, statuses, failures };
}

/** Names that callers gave may be anything. */
const withoutEchoes = (text: string) => text.replace(/"(name|summary|alias|message|companyName)":"([^"\\]|\\.)*"/g, '');

function inputOf(random: Random, { schema, ids }: FuzzOptions): string | Uint8Array {
  const text = createText(random);
  const kind = random.next();
  if (kind < 0.2) return randomBody(random, text);
  const request = randomDocument({ schema, random, text, ids });
  if (kind < 0.4) return JSON.stringify({ ...request, query: damaged(random, request.query) });
  return JSON.stringify(request);
}
