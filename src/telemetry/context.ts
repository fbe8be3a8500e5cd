import { AsyncLocalStorage } from 'node:async_hooks';

/** What the work at hand is for: it stands on every log line written meanwhile, wherever that is. Ids as the API shows them. */
export interface WorkFacts {
  readonly requestId?: string;
  readonly auditLogId?: string;
  readonly connectionId?: string;
  /** The W3C traceparent the request came with. */
  readonly traceParent?: string;
}

const facts = new AsyncLocalStorage<WorkFacts>();

/** Runs work under these facts and those around it. */
export function workingOn<T>(more: WorkFacts, work: () => T): T {
  return facts.run({ ...facts.getStore(), ...more }, work);
}

export function workFacts(): WorkFacts {
  return facts.getStore() ?? {};
}
