import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from '../../support/caller.js';
import type { Gateway, Scene } from '../support/scene.js';

/** Some gateways on one database, any of which may be gone at any time. */
export interface Fleet {
  readonly size: number;
  /** Ends the gateway of a place, if there is one, and starts another in the background. */
  replace(place: number, how: 'kill' | 'stop'): Promise<void>;
  /** Ends when every place has a gateway. */
  whole(): Promise<void>;
  one(): Promise<Gateway>;
  /** Asks any gateway until one answers without an error. */
  ask(document: string, variables: object): Promise<unknown>;
  /** Exit codes of the stopped ones that were not 0. */
  readonly badExits: readonly (number | null)[];
}

export async function startFleet(scene: Scene, size: number): Promise<Fleet> {
  const places: (Gateway | null)[] = await Promise.all(Array.from({ length: size }, () => scene.start()));
  const starting = new Map<number, Promise<void>>();
  const badExits: (number | null)[] = [];
  let turn = 0;

  async function one(): Promise<Gateway> {
    for (;;) {
      for (let tried = 0; tried < size; tried += 1) {
        turn += 1;
        const gateway = places[turn % size];
        if (gateway?.isAlive()) return gateway;
      }
      await Promise.race(starting.values());
    }
  }

  async function end(gateway: Gateway, how: 'kill' | 'stop'): Promise<void> {
    if (how === 'kill') return gateway.kill();
    const code = await gateway.stop();
    if (code !== 0) badExits.push(code);
  }

  return {
    size,
    badExits,
    one,
    async replace(place, how) {
      await starting.get(place);
      const gateway = places[place];
      places[place] = null;
      const ended = gateway ? end(gateway, how) : Promise.resolve();
      // Known as starting from now on: who finds no gateway waits for it.
      const started = ended
        .then(() => scene.start())
        .then((next) => {
          places[place] = next;
          starting.delete(place);
        });
      starting.set(place, started);
      await ended;
    },
    async whole() {
      await Promise.all(starting.values());
    },
    async ask(document, variables) {
      for (const until = Date.now() + 60_000; ; ) {
        const gateway = await one();
        const answer: Answer | null = await gateway.csp.ask(document, variables).catch(() => null);
        if (answer?.status === 200 && !answer.body.errors) return answer.body.data;
        if (Date.now() > until) throw new Error(`No gateway takes it: ${answer?.text ?? 'no answer'}`);
        // It was just killed, or its database session was.
        await delay(50);
      }
    },
  };
}
