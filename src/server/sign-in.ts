import { type Principal, RefusedCallerError, sameRights } from '../access/principal.js';
import type { ServerOptions } from './options.js';

/** A live caller is looked at again this often, also when nothing happens. */
export const LOOK_AGAIN_MS = 12_000;
/** The longest a timer can wait. */
const LONGEST_MS = 2 ** 31 - 1;

/** ENDED: come back with a fresh token. REFUSED: there is no use in coming back. */
export type Ending = 'ENDED' | 'REFUSED';

export interface SignInWatch {
  /** Before each message: null while the caller may go on. Cheap, because whoever authenticates remembers for seconds. */
  check(): Promise<Ending | null>;
  /** Resolves when the key or token ends, is revoked, or means another caller than at first. Never after `stop`. */
  readonly over: Promise<Ending>;
  stop(): void;
}

/** Watches over a token for as long as something live depends on it, and looks again the moment it ends. */
export function watchSignIn(
  { authenticate, log }: Pick<ServerOptions, 'authenticate' | 'log'>,
  token: string,
): SignInWatch {
  let first: Principal | null = null;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let tell: (ending: Ending) => void = () => undefined;
  const over = new Promise<Ending>((resolve) => {
    tell = resolve;
  });

  async function check(): Promise<Ending | null> {
    try {
      const principal = await authenticate(token);
      first ??= principal;
      if (principal && first && sameRights(first, principal)) return null;
      return ended('ENDED');
    } catch (error) {
      if (error instanceof RefusedCallerError) return ended('REFUSED');
      // Not being able to tell is no reason to end: what cannot be read is not sent either.
      log('warn', 'A live caller could not be looked at again.', { fault: (error as Error).name });
      return null;
    }
  }

  function ended(ending: Ending): Ending {
    stop();
    tell(ending);
    return ending;
  }

  async function lookAgain(): Promise<void> {
    if ((await check()) !== null || stopped) return;
    const left = first?.expiresAt ? first.expiresAt.getTime() - Date.now() : LONGEST_MS;
    timer = setTimeout(() => void lookAgain(), Math.min(LOOK_AGAIN_MS, Math.max(left, 0) + 1));
  }

  function stop(): void {
    stopped = true;
    clearTimeout(timer);
  }

  void lookAgain();
  return { check, over, stop };
}
