import { requestPull } from './pull-source.js';
import type { Services } from './services.js';

const GATHER_MS = 300;

/** Asks for a pull of a source that says it changed; many changes in a row ask once. Answers how to end that. */
export function watchSources(services: Services): () => Promise<void> {
  const timers = new Map<string, NodeJS.Timeout>();
  let asking: Promise<unknown> = Promise.resolve();
  const ends = services.sources.all.map(({ id, session }) =>
    session.watch?.(() => {
      if (timers.has(id)) return;
      const ask = () => {
        timers.delete(id);
        // Without the database the schedule asks again.
        asking = Promise.all([asking, requestPull(services, id).catch(() => undefined)]);
      };
      timers.set(id, setTimeout(ask, GATHER_MS));
    }),
  );
  return async () => {
    for (const end of ends) end?.();
    for (const timer of timers.values()) clearTimeout(timer);
    await asking;
  };
}
