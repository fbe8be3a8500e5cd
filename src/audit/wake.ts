import pg from 'pg';

/**
 * Says that an organization's log may have grown, and nothing else: rows are always read from the table, so a wake-up may
 * come late, twice or never.
 */
export interface Wake {
  /** Calls `wake` after each change, and whenever changes may have been missed. Returns how to stop that. */
  onWake(organizationId: string, wake: () => void): () => void;
  close(): Promise<void>;
}

export interface PostgresWakeOptions {
  /** Told of every lost connection; waking goes on by itself. Absent: silent. */
  readonly onError?: (error: unknown) => void;
  /** The first pause before connecting again; it doubles up to `maxRetryMs`. */
  readonly retryMs?: number;
  readonly maxRetryMs?: number;
  readonly random?: () => number;
}

/**
 * Listens to the channel `audit_append` notifies, with one connection for the whole process, made when somebody first asks.
 * Needs a direct or session-pooled connection; behind a transaction pooler only the reader's own poll is left.
 */
export function createPostgresWake(url: string, options: PostgresWakeOptions = {}): Wake {
  const { onError = () => undefined, retryMs = 100, maxRetryMs = 5_000, random = Math.random } = options;
  const sleepers = new Map<string, Set<() => void>>();
  let client: pg.Client | undefined;
  let connecting: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let closed = false;

  return { onWake, close };

  function onWake(organizationId: string, wake: () => void): () => void {
    const group = sleepers.get(organizationId) ?? new Set();
    sleepers.set(organizationId, group.add(wake));
    if (!client && !timer && !closed) connecting = connect();
    return () => {
      group.delete(wake);
      if (group.size === 0 && sleepers.get(organizationId) === group) sleepers.delete(organizationId);
    };
  }

  async function connect(): Promise<void> {
    timer = undefined;
    const next = new pg.Client({
      connectionString: url,
      application_name: 'gateway-audit-wake',
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    client = next;
    next.on('error', onError);
    next.on('end', () => lost(next));
    next.on('notification', ({ payload }) => wakeAll(payload ? sleepers.get(payload) : undefined));
    try {
      await next.connect();
      await next.query('LISTEN audit');
      failures = 0;
      // What was committed before this moment was told to nobody.
      for (const group of sleepers.values()) wakeAll(group);
    } catch (error) {
      onError(error);
      lost(next);
      await next.end().catch(() => undefined);
    }
  }

  function lost(which: pg.Client): void {
    if (client !== which) return;
    client = undefined;
    if (closed) return;
    const pause = Math.min(maxRetryMs, retryMs * 2 ** failures) * (0.5 + random() / 2);
    failures += 1;
    timer = setTimeout(() => {
      connecting = connect();
    }, pause);
  }

  async function close(): Promise<void> {
    closed = true;
    clearTimeout(timer);
    sleepers.clear();
    await connecting;
    await client?.end().catch(() => undefined);
  }
}

export function wakeAll(group: ReadonlySet<() => void> | undefined): void {
  for (const wake of group ?? []) wake();
}
