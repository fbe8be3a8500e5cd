/**
 * The contract of a source: a connector of the role `source`, for what a marketplace sells instead of what a PSA bills. It
 * uses the same transport, errors and options as one for a PSA (contract.ts), and the share of work is the same.
 *
 * REQUIRED
 *   descriptor         plain data: who it is and where it calls
 *   allows             the egress rule
 *   connect(context)   opens a session; makes no call by itself
 *   session.pull       reads the page behind a cursor
 * OPTIONAL
 *   mayBePrivate       hosts that the operator named may be addresses inside the network
 *   session.watch      tells when there may be something new, so that nobody waits for the schedule
 *   session.dispose    frees what the session holds
 *
 * THE SHARE OF WORK. The host owns HTTP, time limits, schedule, retry, order, cursor and audit. A source reads and transports: it
 * stores nothing, retries nothing, and knows nothing of what was pulled before but its cursor. The rows of a page go through
 * the same verb as a push of the API and are checked there, row by row; a source refuses only what it cannot read.
 *
 * FAILURE. As for connectors: `ConnectorError`; what may pass (`unavailable`, `rateLimited`) is tried again from the same cursor.
 */

import type { OptionField } from './descriptor.js';
import type { HttpClient } from './transport.js';

/** What a source is made of at start; `options` as in `ConnectorFactory`, secrets of the marketplace among them. */
export interface SourceFactory {
  readonly id: string;
  readonly options: readonly OptionField[];
  /** Makes no call. What it throws stops the start: one sentence that names the variable. */
  create(options: { readonly [name: string]: string | undefined }): Source;
}

export interface SourceDescriptor {
  readonly role: 'source';
  /** Slug, stable for ever: the cursor is stored under it. */
  readonly id: string;
  readonly title: string;
  readonly vendor: string;
  /** Hosts it calls, for people; the rule itself is `Source.allows`. */
  readonly egress: readonly string[];
}

export interface Source {
  readonly descriptor: SourceDescriptor;
  /** The egress rule, as `Connector.allows`. */
  allows(url: URL): boolean;
  /** As `Connector.mayBePrivate`. Absent = no. */
  mayBePrivate?(url: URL): boolean;
  /** Called once per process. Makes no call and does not throw. */
  connect(context: SourceContext): SourceSession;
}

export interface SourceContext {
  /** The only way out to the network. */
  readonly http: HttpClient;
  /** The only clock. */
  readonly now: () => Date;
}

/** In the order in which they need each other. */
export const SOURCE_KINDS = ['customers', 'offers', 'cloudSubscriptions'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** The host pushes at most so many rows at once; a page has no more. */
export const MAX_PAGE_ROWS = 500;

export interface SourceSession {
  /**
   * The page behind `cursor`; null: the first one. The same cursor gives the same page, or a later state of it, in any
   * process: after a crash it is asked for again. Once the last page was read (`more` is false), its cursor asks for what is new
   * since then; a source that cannot tell begins anew. Customers come before offers, offers before cloud subscriptions. A
   * cursor that makes no sense (any more) begins anew too. Throws `ConnectorError`.
   */
  pull(cursor: string | null, signal?: AbortSignal): Promise<SourcePage>;

  /** Calls `changed` whenever there may be something new, too often rather than never. Answers how to end that. */
  watch?(changed: () => void): () => void;

  dispose?(): Promise<void>;
}

export interface SourcePage {
  readonly kind: SourceKind;
  /** At most `MAX_PAGE_ROWS`; may be none. */
  readonly rows: readonly SourceRow[];
  /** What could not be read. It costs none of the other rows. */
  readonly refused: readonly UnreadRow[];
  readonly cursor: string;
  readonly more: boolean;
}

export interface SourceRow {
  /** Where a person finds it, such as `customers.csv:12`. */
  readonly where: string;
  /**
   * As the mutation of its kind takes it: upsertCustomers, upsertOffers, upsertCloudSubscriptions. Prices are what the marketplace
   * says, with their `priceBasis`: the host makes amounts of one billing period of them.
   */
  readonly row: { readonly [field: string]: unknown };
}

export interface UnreadRow {
  readonly where: string;
  /** The rule, never the value. */
  readonly reason: string;
}
