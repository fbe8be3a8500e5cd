import type { Session } from '../connectors/contract.js';
import { givenUp } from '../connectors/http.js';
import { currentDeadline } from '../storage/deadline.js';

/**
 * A session whose reads end with the deadline of the request that waits for them. A write has its own limit and no other: who
 * gave up waiting for it would not know what it did. What the session remembers for all, it loads under nobody's deadline;
 * only the waiting for it ends.
 */
export function underDeadline(session: Session): Session {
  const { checkMapping } = session;
  return Object.assign(Object.create(session) as Session, {
    diagnose: (signal) => session.diagnose(signal ?? currentDeadline()),
    search: (query, signal) => ending(signal, (until) => session.search(query, until)),
    get: (kind, id, signal) => ending(signal, (until) => session.get(kind, id, until)),
    snapshot: (query, signal) => ending(signal, (until) => session.snapshot(query, until)),
    ...(session.getMany && {
      getMany: (kind, ids, signal) => ending(signal, (until) => session.getMany!(kind, ids, until)),
    }),
    ...(checkMapping && {
      checkMapping: (proposal, signal) => ending(signal, (until) => checkMapping.call(session, proposal, until)),
    }),
  } satisfies Partial<Session>);
}

function ending<T>(given: AbortSignal | undefined, read: (until?: AbortSignal) => Promise<T>): Promise<T> {
  const until = given ?? currentDeadline();
  if (!until) return read();
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(givenUp(until));
    if (until.aborted) return giveUp();
    until.addEventListener('abort', giveUp, { once: true });
    read(until)
      .then(resolve, reject)
      .finally(() => until.removeEventListener('abort', giveUp));
  });
}
