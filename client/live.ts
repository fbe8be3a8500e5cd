import type { FormattedExecutionResult } from 'graphql';
import { type Client, createClient, type EventListener, type Sink, type SubscribePayload } from 'graphql-ws';
import type { TypedDocumentString } from './generated/graphql.js';

export interface LiveOptions {
  /** The GraphQL address, `http(s)://` or `ws(s)://`. */
  readonly url: string;
  /** An API key or token; a function is asked anew at every connect, so that an expired token can be replaced. */
  readonly apiKey: string | (() => string | Promise<string>);
  /** For Node 20 and older, which have no WebSocket of their own: that of the package `ws`. */
  readonly webSocketImpl?: unknown;
  /** A silent socket is asked for a sign of life this often, and dropped when none comes within half of it. */
  readonly pingMs?: number;
  /** Told whenever a socket is lost; the client comes back by itself. */
  readonly onLost?: (reason: unknown) => void;
}

export interface LiveClient extends Client {
  /** The results of a live document, for `for await`. Throws what ends it; returning ends it on the server too. */
  follow<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): AsyncIterableIterator<Result, void>;
}

const LONGEST_WAIT_MS = 5_000;
const FORBIDDEN = 4403;

/**
 * A graphql-ws client that survives: it comes back after every loss, notices sockets that died silently, and resumes the
 * audit feed where it was. Give it to Apollo (`GraphQLWsLink`), urql or Relay, or use `follow`.
 */
export function createLiveClient({ url, apiKey, webSocketImpl, pingMs = 10_000, onLost }: LiveOptions): LiveClient {
  let deadline: ReturnType<typeof setTimeout> | undefined;
  const lost: EventListener<'closed'> = (event) => {
    clearTimeout(deadline);
    onLost?.(event);
  };
  const client: Client = createClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: async () => ({ apiKey: typeof apiKey === 'function' ? await apiKey() : apiKey }),
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: (retries) => delay(Math.min(LONGEST_WAIT_MS, 100 * 2 ** Math.min(retries, 10)) * (0.5 + Math.random())),
    // Also what is no close event, such as a refused connection. A key that was refused stays refused.
    shouldRetry: (reason) => typeof apiKey === 'function' || codeOf(reason) !== FORBIDDEN,
    keepAlive: pingMs,
    on: {
      ping: (received) => {
        if (!received) deadline = setTimeout(() => client.terminate(), pingMs / 2);
      },
      pong: (received) => {
        if (received) clearTimeout(deadline);
      },
      closed: lost,
    },
    ...(webSocketImpl !== undefined && { webSocketImpl }),
  });
  const wrapped = resumable(client);
  return {
    ...wrapped,
    follow: <Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables) =>
      resultsOf<Result>((sink) =>
        wrapped.subscribe({ query: document.toString(), variables: variables as Record<string, unknown> }, sink),
      ),
  };
}

/**
 * Makes live documents with a variable `$after` resumable. graphql-ws sends the payload again at every retry, so `after` is
 * a getter over the newest cursor seen: the server goes on behind it, and nothing is lost or doubled. A plain value would be
 * sent again as it was, and every loss of the socket would double what had come since.
 */
export function resumable(client: Client): Client {
  const subscribe: Client['subscribe'] = (payload, sink) => {
    if (!/\$after\b/.test(payload.query)) return client.subscribe(payload, sink);
    return client.subscribe(...fromNewest(payload, sink as Sink<Result>));
  };
  return {
    ...client,
    subscribe,
    iterate: ((payload: SubscribePayload) => resultsOf((sink) => subscribe(payload, sink), true)) as Client['iterate'],
  };
}

type Result = FormattedExecutionResult<Record<string, unknown>, unknown>;

function fromNewest(payload: SubscribePayload, sink: Sink<Result>): [SubscribePayload, Sink<Result>] {
  let newest = payload.variables?.after as string | null | undefined;
  const variables = {
    ...payload.variables,
    get after() {
      return newest;
    },
  };
  const next = (result: Result) => {
    const message = messageOf(result);
    if (message) {
      // A checkpoint repeats the cursor; an event that does was there before.
      if (message.type !== 'CHECKPOINT' && newest != null && !isNewer(message.cursor, newest)) return;
      newest = message.cursor;
    }
    sink.next(result);
  };
  return [
    { ...payload, variables },
    { next, error: (error) => sink.error(error), complete: () => sink.complete() },
  ];
}

interface Message {
  readonly cursor: string;
  readonly type?: unknown;
}

function messageOf({ data }: Result): Message | null {
  const found = Object.values(data ?? {}).find(
    (value) => typeof (value as Partial<Message> | null)?.cursor === 'string',
  );
  return (found as Message | undefined) ?? null;
}

/** Cursors of the feed are growing numbers as text. */
const isNewer = (a: string, b: string): boolean => (a.length === b.length ? a > b : a.length > b.length);

function resultsOf<R>(start: (sink: Sink<Result>) => () => void, whole = false): AsyncIterableIterator<R, void> {
  const waiting: R[] = [];
  const end: { reached?: true; error?: unknown } = {};
  let wake = () => {};
  const finish = (error?: unknown) => {
    if (error !== undefined) end.error = error;
    end.reached = true;
    wake();
  };
  const sink: Sink<Result> = {
    next(result) {
      if (!whole && result.errors) return finish(new LiveError(result.errors));
      waiting.push((whole ? result : result.data) as R);
      wake();
    },
    error: (error) => finish(Array.isArray(error) ? new LiveError(error) : (error ?? new Error('The socket is gone.'))),
    complete: () => finish(),
  };
  const stop = start(sink);
  const results = {
    async next(): Promise<IteratorResult<R, void>> {
      while (waiting.length === 0 && !end.reached) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (waiting.length > 0) return { done: false, value: waiting.shift() as R };
      stop();
      if (end.error !== undefined) throw end.error;
      return { done: true, value: undefined };
    },
    async return(): Promise<IteratorResult<R, void>> {
      waiting.length = 0;
      stop();
      finish();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => results,
  };
  return results;
}

/** The server refused the document or ended the stream with an error; its code is in `codes`. */
export class LiveError extends Error {
  override readonly name = 'LiveError';
  readonly codes: readonly string[];

  constructor(errors: readonly { readonly message: string; readonly extensions?: object }[]) {
    super(errors.map(({ message }) => message).join(' '));
    this.codes = errors.flatMap(({ extensions }) => (extensions as { code?: string } | undefined)?.code ?? []);
  }
}

const codeOf = (reason: unknown): unknown => (reason as { code?: unknown } | null)?.code;
const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
