import { Redis } from 'ioredis';
import { type Wake, wakeAll } from './wake.js';

/** Redis in the place of LISTEN/NOTIFY: for many instances, or behind a pooler that takes no LISTEN. */
export interface RedisWake extends Wake {
  /** Tells all instances that an organization's log has grown. A word that is lost costs one poll of the reader. */
  announce(organizationId: string): void;
}

const CHANNEL = 'connector-gateway:audit';
const LONGEST_PAUSE_MS = 5_000;

/** Carries nothing but ids of organizations; rows are always read from the table, so nothing is lost while Redis is away. */
export function createRedisWake(url: string, onError: (error: unknown) => void = () => undefined): RedisWake {
  const sleepers = new Map<string, Set<() => void>>();
  const options = {
    lazyConnect: true,
    // What was not said in time need not be said: readers look by themselves.
    enableOfflineQueue: false,
    retryStrategy: (tries: number) => Math.min(LONGEST_PAUSE_MS, 100 * 2 ** Math.min(tries, 10)),
  };
  const listener = new Redis(url, { ...options, autoResubscribe: false });
  const speaker = new Redis(url, options);
  for (const redis of [listener, speaker]) {
    redis.on('error', onError);
    redis.connect().catch(() => undefined);
  }
  listener.on('ready', () => {
    listener.subscribe(CHANNEL).then(() => {
      // What was said before this moment was told to nobody.
      for (const group of sleepers.values()) wakeAll(group);
    }, onError);
  });
  listener.on('message', (_channel, organizationId) => wakeAll(sleepers.get(organizationId)));

  return {
    onWake(organizationId, wake) {
      const group = sleepers.get(organizationId) ?? new Set();
      sleepers.set(organizationId, group.add(wake));
      return () => {
        group.delete(wake);
        if (group.size === 0 && sleepers.get(organizationId) === group) sleepers.delete(organizationId);
      };
    },
    announce(organizationId) {
      if (speaker.status === 'ready') speaker.publish(CHANNEL, organizationId).catch(onError);
    },
    async close() {
      sleepers.clear();
      for (const redis of [listener, speaker]) redis.disconnect();
    },
  };
}
