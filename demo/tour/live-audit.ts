import { AuditLogEvents, type LiveClient } from '../../client/index.js';
import type { Screen } from './screen.js';

const isFinal = (status: string | null | undefined): boolean => status === 'SUCCEEDED' || status === 'FAILED';

/** Prints every event of the audit log as it comes, until it is stopped. `ready` resolves when nothing can be missed. */
export function showLiveAudit(client: LiveClient, screen: Screen, seconds: () => string) {
  const events = client.follow(AuditLogEvents, {});
  let begun = () => {};
  const ready = new Promise<void>((resolve) => {
    begun = resolve;
  });
  let count = 0;
  const ended = new Set<string>();
  const waiting = new Map<string, () => void>();
  const done = (async () => {
    for await (const { auditLogEvents: event } of events) {
      if (event.type === 'CHECKPOINT') begun();
      else {
        count += 1;
        const arrow = event.fromStatus === event.toStatus ? '' : `${event.fromStatus ?? 'new'} > ${event.toStatus}`;
        screen.live([seconds(), event.auditLog?.operationLabel ?? '', arrow, event.message ?? '']);
        if (event.auditLog && isFinal(event.toStatus)) {
          ended.add(event.auditLog.id);
          waiting.get(event.auditLog.id)?.();
        }
      }
    }
  })();
  return {
    ready: Promise.race([ready, done]),
    count: () => count,
    /** Resolves when the end of this entry has been printed. */
    async shown(id: string): Promise<void> {
      const printed = new Promise<void>((resolve) => waiting.set(id, resolve));
      if (!ended.has(id)) await Promise.race([printed, done]);
    },
    async stop() {
      await events.return?.();
      await done;
    },
  };
}
