import type { Session } from '../connectors/contract.js';
import { ConnectorError } from '../connectors/errors.js';

/**
 * A session that is opened at its first call, because its key is not in memory yet. Pure members need it open: whoever plans
 * has read before. What the vendor tells of its quota is not told until the next session. One that failed to open is tried
 * again at the next call.
 */
export function lazily(open: () => Promise<Session>): Session {
  let opening: Promise<Session> | null = null;
  let opened: Session | null = null;

  function ready(): Promise<Session> {
    opening ??= open().then(
      (session) => {
        opened = session;
        return session;
      },
      (error: unknown) => {
        opening = null;
        throw error;
      },
    );
    return opening;
  }

  function already(): Session {
    if (opened) return opened;
    // Whoever plans has read before, with another one: this one took its place meanwhile.
    throw new ConnectorError('unavailable', 'The connection was opened anew meanwhile; the line is read again.', {
      code: 'SESSION_REPLACED',
    });
  }

  return {
    async *diagnose(signal) {
      yield* (await ready()).diagnose(signal);
    },
    search: async (...input) => (await ready()).search(...input),
    get: async (...input) => (await ready()).get(...input),
    getMany: async (...input) => (await (await ready()).getMany?.(...input)) ?? null,
    checkMapping: async (...input) => (await (await ready()).checkMapping?.(...input)) ?? [],
    snapshot: async (...input) => (await ready()).snapshot(...input),
    plan: (...input) => already().plan(...input),
    apply: async (...input) => (await ready()).apply(...input),
    resolve: (...input) => already().resolve(...input),
    async runAction(...input) {
      const session = await ready();
      if (!session.runAction) throw new Error('This connector runs no actions.');
      return session.runAction(...input);
    },
    async dispose() {
      await (await opening)?.dispose?.();
    },
  };
}
