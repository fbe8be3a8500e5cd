import type { Principal } from '../access/principal.js';
import { notFound, Refusal } from './refusal.js';
import type { Work } from './run.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** A person's token says nothing about when the person leaves, so keys made with one end by themselves. */
const BY_PERSON_MS = 366 * DAY_MS;

export type StoredKey = NonNullable<Awaited<ReturnType<Work['db']['client']['apiKey']['findFirst']>>>;

/** A key of the caller's organization; unknown and foreign ids are answered alike. */
export async function ownKey(work: Pick<Work, 'db' | 'scope'>, id: string): Promise<StoredKey> {
  const row = await work.db.client.apiKey.findFirst({ where: { ...work.scope, id } });
  if (!row) throw notFound('API key', ['input', 'id']);
  return row;
}

/**
 * When a key ends that this caller makes or rotates: never later than the caller's own key, so that nobody can make
 * something out of a key that outlives it. Nothing is outranked either: only administrators get here.
 */
export function endOfKey(caller: Principal, wanted: Date | null, now: Date): Date | null {
  // Whoever has the command line has the database too, and comes without a token: nothing bounds that one.
  const byToken = caller.actor.kind === 'USER' && caller.expiresAt !== undefined;
  const latest = byToken ? new Date(now.getTime() + BY_PERSON_MS) : (caller.expiresAt ?? null);
  if (wanted && wanted <= now) throw refusedEnd('EXPIRY_IN_THE_PAST', 'The key would have ended already.');
  if (!latest || (wanted && wanted <= latest)) return wanted;
  const least = `at ${latest.toISOString()} at the latest`;
  if (wanted) throw refusedEnd('KEY_OUTLIVES_MAKER', `A key ends no later than who makes it: ${least}.`);
  return latest;
}

function refusedEnd(code: string, message: string): Refusal {
  return new Refusal({ type: 'InvalidInput', code, message, path: ['input', 'expiresAt'] });
}
