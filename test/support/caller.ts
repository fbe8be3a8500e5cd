import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface GraphQLFault {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string };
}

export interface Answer {
  readonly status: number;
  /** As it came over the wire. */
  readonly text: string;
  readonly body: { readonly data?: unknown; readonly errors?: readonly GraphQLFault[] };
}

export interface AskOptions {
  readonly correlationId?: string;
  /** As the header. */
  readonly idempotencyKey?: string;
}

/** A client of the gateway with one API key, over real HTTP and a real WebSocket. */
export interface Caller {
  readonly key: string;
  /** The data; throws when there are errors. */
  query<Data>(document: string, variables?: object, options?: AskOptions): Promise<Data>;
  /** Whatever is answered. */
  ask(document: string, variables?: object, options?: AskOptions): Promise<Answer>;
  /** The data of a live field, message by message. */
  live<Data>(document: string, variables?: object): AsyncGenerator<Data, void>;
  /** Cuts the sockets without a goodbye, as a broken network does. */
  cutSockets(): void;
  close(): Promise<void>;
}

export function createCaller(url: string, key: string): Caller {
  const sockets = new Set<WebSocket>();
  class CountedSocket extends WebSocket {
    constructor(address: string, protocols: string | string[]) {
      super(address, protocols);
      sockets.add(this);
      this.on('close', () => sockets.delete(this));
    }
  }
  const socketClient = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: CountedSocket,
    connectionParams: { authorization: `Bearer ${key}` },
    retryAttempts: 0,
    onNonLazyError: () => undefined,
  });

  async function ask(document: string, variables: object = {}, options: AskOptions = {}): Promise<Answer> {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${key}`,
        ...(options.correlationId && { 'x-correlation-id': options.correlationId }),
        ...(options.idempotencyKey !== undefined && { 'idempotency-key': options.idempotencyKey }),
      },
      body: JSON.stringify({ query: document, variables }),
    });
    const text = await response.text();
    return { status: response.status, text, body: parsed(text) };
  }

  return {
    key,
    ask,
    async query<Data>(document: string, variables?: object, options?: AskOptions) {
      const { status, body } = await ask(document, variables, options);
      if (body.errors) throw new Error(`HTTP ${status}: ${JSON.stringify(body.errors)}`);
      return body.data as Data;
    },
    async *live<Data>(document: string, variables: object = {}) {
      const messages = socketClient.iterate<Data>({ query: document, variables: variables as Record<string, unknown> });
      for await (const { data, errors } of messages) {
        if (errors) throw new Error(JSON.stringify(errors));
        if (data) yield data;
      }
    },
    cutSockets() {
      for (const socket of sockets) socket.terminate();
    },
    async close() {
      const closed = [...sockets].map((socket) => new Promise((done) => socket.once('close', done)));
      await socketClient.dispose();
      await Promise.all(closed);
    },
  };
}

function parsed(text: string): Answer['body'] {
  try {
    return JSON.parse(text) as Answer['body'];
  } catch {
    return { errors: [{ message: `No JSON: ${text.slice(0, 500)}` }] };
  }
}

/** The first message that fits, or an error that shows the last one. The source is closed either way. */
export async function firstOf<T>(
  source: AsyncGenerator<T, void>,
  fits: (message: T) => boolean,
  what = 'the message',
  withinMs = 110_000,
): Promise<T> {
  let last: T | undefined;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, refuse) => {
    timer = setTimeout(
      () => refuse(new Error(`${what} did not come within ${withinMs} ms; the last was ${JSON.stringify(last)}`)),
      withinMs,
    );
  });
  const search = (async () => {
    for await (const message of source) {
      last = message;
      if (fits(message)) return message;
    }
    throw new Error(`The stream ended before ${what}; the last was ${JSON.stringify(last)}`);
  })();
  try {
    return await Promise.race([search, late]);
  } finally {
    clearTimeout(timer);
    void source.return();
  }
}
