/**
 * THE contract between the gateway (the host) and a connector (a plugin for one PSA). Read this file from the top; it is all an
 * author needs. An outside package imports it as `connector-gateway/connector`, its test kit as `connector-gateway/kit`.
 *
 * REQUIRED of every connector
 *   descriptor            plain data: who it is, what it can do, what it needs (descriptor.ts)
 *   allows                the egress rule: to which URLs may a request with secrets go?
 *   connect(context)      opens a session on one connection; makes no call by itself
 *   session.diagnose      the connection doctor: one line per thing that must be right
 *   session.search, get   companies, services and contracts, in neutral shapes (records.ts)
 *   session.snapshot      reads what the PSA shows of some lines, together, in as few calls as its queries allow (line.ts)
 *   session.plan          pure; answers which writes would make a line equal to a target, from a snapshot
 *   session.apply         makes exactly one remote write
 *   session.resolve       pure; answers from a later snapshot whether such a write took effect
 *
 * OPTIONAL, each adds one ability. Absent = no, and the API, the console and the conformance table show it as absent.
 *   in the descriptor
 *     capabilities.lookups.<kind>    people can search and map this kind of record
 *     capabilities.changes.<kind>    changes of this kind are written; others fail as unsupported and are never planned
 *     limits                         the host keeps calls below them, over all instances
 *     setupSteps, permissions        the console shows a set-up wizard and what each right is for
 *     lookupColumns                  records show further columns of the vendor
 *     writeDetails                   audit entries show further facts of a write
 *     actions (+ session.runAction)  people can run named operations of the vendor
 *   in the connector
 *     mayBePrivate          hosts that the operator named may be addresses inside the network
 *     limitHit              a refusal because of volume is respected by all instances
 *   in the session
 *     getMany               the nightly comparison looks again at every mapped company and service
 *     checkMapping          vendor-specific reasons against a mapping, beyond the host's own rules
 *     vendorQuota           how much of the vendor's call allowance is used
 *     dispose               frees what the session holds
 *
 * THE SHARE OF WORK. The host owns HTTP, budget, time limits, retry, order, secrets, audit and money policy. A connector
 * transports: it never stores, never retries a write, never decides a price, never reads the clock, opens no socket of its own.
 * Because only `snapshot` reads and `plan` and `resolve` are pure, the host decides how fresh a decision is and shares one read
 * among many lines.
 *
 * WORDS. Company, service, contract and line are neutral; `descriptor.vocabulary` gives the vendor's own. Amounts are decimal
 * strings ("18.40"), never floats; contract dates are calendar dates ("2026-12-01"), never instants. "Now" is `context.now()`.
 *
 * FAILURE. The only error a connector throws is `ConnectorError` (errors.ts); its kind decides what the host does. Anything else
 * that is thrown counts as a fault of the connector: `protocol` for a read, an unknown outcome for a write.
 *
 * SLOWNESS. Every call goes through `context.http`, which gives up after a time (60 s unless the request says otherwise). So a
 * method is as slow as its calls, and one that makes none must answer at once. `signal`, where it is given, means that nobody
 * waits any more: pass it on with every request and let the error through.
 *
 * VERSION. `CONTRACT_VERSION` is the version of everything exported here. A new optional member is a new minor version, a new
 * duty or a changed meaning a new major one. `descriptor.contractVersion` is the range a connector works with; one that leaves
 * this gateway's version out is refused at start. 1.1 added `HttpRequest.form`; who sends one names `^1.1.0`. 1.2 added
 * `Step.restores`, `Session.getMany` and `LineSnapshot.contract.recurring`; nobody needs to name it.
 */

import type { ConnectorDescriptor, LookupKind, OptionField } from './descriptor.js';
import type { Change, LineSnapshot, Plan, Resolution, SnapshotQuery, Step, Written } from './line.js';
import type { Diagnostic, MappingProposal, RemoteRecords, SearchPage, SearchQuery, VendorQuota } from './records.js';
import type { HttpClient, HttpResponse, Json, SecretText } from './transport.js';
import type { CurrencyCode } from './values.js';

export type {
  Action,
  Capabilities,
  ConnectorDescriptor,
  ExtraField,
  Field,
  Limit,
  LookupKind,
  OptionField,
  Permission,
  SetupStep,
} from './descriptor.js';
export { ConnectorError, type ConnectorErrorDetail, type ErrorKind, type WriteOutcome } from './errors.js';
export type {
  BillingPeriod,
  Change,
  LineFact,
  LineProblem,
  LineSnapshot,
  LineState,
  MappedTarget,
  Plan,
  Resolution,
  SnapshotQuery,
  Step,
  Written,
} from './line.js';
export type {
  Diagnostic,
  DiagnosticStatus,
  MappingProposal,
  RemoteCompany,
  RemoteContract,
  RemoteRecord,
  RemoteRecords,
  RemoteService,
  SearchPage,
  SearchQuery,
  VendorQuota,
} from './records.js';
export type { HttpClient, HttpRequest, HttpResponse, Json, SecretText } from './transport.js';
export type { BillingFrequency, CalendarDate, ChangeKind, CurrencyCode, Decimal } from './values.js';

export const CONTRACT_VERSION = '1.2.0';

// ---------------------------------------------------------------------------------------------------------------------
// What a package exports

/** What a connector package exports, as `connector`. The gateway makes one connector of it at start. */
export interface ConnectorFactory {
  /** Equal to `descriptor.id`. */
  readonly id: string;
  /** What the operator may set, by environment variable; empty when nothing. Never credentials of a tenant. */
  readonly options: readonly OptionField[];
  /**
   * Called once at start with the options' values by name. Must answer at once and make no call. What it throws stops the
   * start: one sentence per fault, naming the variable.
   */
  create(options: { readonly [name: string]: string | undefined }, facts: InstanceFacts): Connector;
}

/** What the operator's configuration tells a connector before it exists. */
export interface InstanceFacts {
  /** The product's name as customers know it; it appears in set-up steps. */
  readonly productName: string;
}

export interface Connector {
  /** Read at start and whenever somebody asks; must not change while the gateway runs. */
  readonly descriptor: ConnectorDescriptor;

  /**
   * The egress rule: may a request with secrets go to this URL? Asked by the host before every request, for discovered URLs and
   * page links too. Must be pure and exact on the parsed host (no `includes`, no `endsWith`). False ends the call before a byte
   * leaves, as `egressRefused`. What it throws counts as a fault of the connector.
   */
  allows(url: URL): boolean;

  /**
   * Did the operator name the host of this allowed URL in the configuration? Only then may it lead to an address inside the
   * network: the host refuses to connect to private, loopback and metadata addresses otherwise. Absent = no.
   */
  mayBePrivate?(url: URL): boolean;

  /**
   * Pure: which of `descriptor.limits` refused a call, by its answer; undefined for every other answer. Asked of every answer
   * that comes, before the connector sees it, so that a limit is respected by all instances from then on. Absent = the vendor
   * refuses no calls because of volume, as far as the host knows: each connection runs into them by itself.
   */
  limitHit?(response: HttpResponse, now: Date): LimitHit | undefined;

  /**
   * Opens a session. Called once per connection and process, and anew when its credentials change. Makes no call and does not
   * throw, whatever the credentials are: what is wrong with them is for `diagnose` to say. What a session remembers (a zone,
   * picklists) it keeps in itself; two sessions may work side by side in two processes.
   */
  connect(context: ConnectorContext): Session;
}

/** What a session is given. Nothing else of the host is reachable: no database, no environment, no other connection. */
export interface ConnectorContext {
  /** Checked against `descriptor.credentials`. Secret fields are `SecretText`, the others plain strings; absent = not given. */
  readonly credentials: { readonly [name: string]: string | SecretText | undefined };
  /** Checked against `descriptor.settings`. */
  readonly settings: { readonly [name: string]: string | undefined };
  /** The currency of the connection (R9), and its id, for messages. */
  readonly connection: { readonly id: string; readonly currency: CurrencyCode };
  /** The only way out. See `HttpClient`. */
  readonly http: HttpClient;
  /** The only clock. */
  readonly now: () => Date;
}

/** A call the vendor refused because of one of its limits. */
export interface LimitHit {
  /** `Limit.id`. Of one with `requests`, the host stops all calls to this instance for `retryAfterSeconds`. */
  readonly limitId: string;
  readonly retryAfterSeconds?: number;
}

// ---------------------------------------------------------------------------------------------------------------------
// Session

export interface Session {
  /**
   * The connection doctor. Called when a connection is made, when its credentials change and when a person asks. Yields one
   * diagnostic per check, in order, as soon as it is known; the host reports each one live and takes the connection into use
   * when none is `fail`. Makes no write. Stops early only where going on is pointless or harmful: a refused secret must not be
   * tried again, because vendors lock users.
   * Throws nothing that a diagnostic can say; what it throws becomes one more failed line, without a reason.
   */
  diagnose(signal?: AbortSignal): AsyncIterable<Diagnostic>;

  /**
   * Live search while a person types: records whose name begins with `prefix`, ascending by name (letters in either case), at most
   * `first`. Called for the kinds in `capabilities.lookups` only. Every filter of the query must hold for every record. No match =
   * no records, not an error. Throws `ConnectorError`; the person sees its message and hint.
   */
  search(query: SearchQuery, signal?: AbortSignal): Promise<SearchPage>;

  /**
   * One record by the vendor's id, when a mapping is made or looked at again. Null when it does not exist or may not be seen,
   * and for an id that cannot be one; the id may come from outside, so it must not become part of a path or a query unchecked.
   * Throws `ConnectorError` where the question could not be answered.
   */
  get<K extends LookupKind>(kind: K, id: string, signal?: AbortSignal): Promise<RemoteRecords[K] | null>;

  /**
   * Records by their ids, in any order, each as `get` answers it; those that `get` answers null for are left out. Asked every
   * night for all that is mapped: so there is to be a call for as many ids as the vendor takes at once, not one for each. Null
   * where the vendor cannot be asked like that; absent = always. Throws as `get` does.
   */
  getMany?<K extends 'company' | 'service'>(
    kind: K,
    ids: readonly string[],
    signal?: AbortSignal,
  ): Promise<readonly RemoteRecords[K][] | null>;

  /**
   * Vendor-specific reasons for or against a mapping, after the host's own rules passed. `fail` refuses the mapping, `warn` is
   * kept with it. Throws `ConnectorError`: then the mapping is not made. Absent = the host's rules are all there is.
   */
  checkMapping?(proposal: MappingProposal, signal?: AbortSignal): Promise<readonly Diagnostic[]>;

  /**
   * What the PSA shows of some lines, in the order of `targets`, one for each. Called before a plan, to read a write back, to
   * settle an unknown outcome, and for hundreds of lines at once to find drift: so the number of calls must grow with the
   * vendor's page size, not with the number of lines. A line that cannot be read does not spoil the others: its `problem` says
   * why. Throws `ConnectorError` only where nothing could be read; the operations wait or fail by its kind.
   */
  snapshot(query: SnapshotQuery, signal?: AbortSignal): Promise<readonly LineSnapshot[]>;

  /**
   * Pure: which writes make the line equal to the target? From the two arguments alone: no call, no clock, no memory; equal
   * input gives an equal plan. No steps when the line is equal already. Called before each write, and for previews. After each
   * applied step the host asks again with a fresh snapshot, so a plan of several steps needs no memory; it sends the first one.
   * Throws `ConnectorError`: `unsupported` for a kind that is not in `capabilities.changes`, `precondition` for what the vendor
   * would refuse (closed period, ended contract, another currency), and the snapshot's `problem` where it has one.
   */
  plan(change: Change, line: LineSnapshot): Plan;

  /**
   * Makes exactly one remote write, never repeats it. The step was stored before, perhaps by another process: it is all there
   * is. Returns when the vendor acknowledged it; the host then reads the line back. Throws `ConnectorError` whose `outcome` says
   * whether it may have taken effect: `notApplied` only where the vendor certainly did nothing. Errors of `context.http` know
   * that already; let them through. An answer that is not a clear yes or no (5xx, a web page, half a body) is `unknownOutcome`.
   * What else it throws counts as an unknown outcome.
   */
  apply(step: Step, signal?: AbortSignal): Promise<Written>;

  /**
   * Pure: did the step take effect? `line` was read after it was sent: as read-back, or after an unknown outcome once
   * `quarantineSeconds` are over. Must not say `applied` or `notApplied` on anything but what the snapshot shows; `conflict`
   * and `undetermined` cost a person's time, a wrong verdict costs money. What it throws counts as `undetermined`.
   */
  resolve(step: Step, line: LineSnapshot): Resolution;

  /**
   * The vendor's own count of calls, asked now and then so that the budget knows what other integrations use. Throws
   * `ConnectorError`: then the last known count stays. Absent = the vendor does not tell; only the gateway's own calls count.
   */
  vendorQuota?(signal?: AbortSignal): Promise<VendorQuota>;

  /**
   * Runs one of `descriptor.actions`; `input` has been checked against its fields. Absent, or for a name that is not declared:
   * the API answers that there is no such action and never calls it. Throws `ConnectorError`; the entry fails with it.
   */
  runAction?(
    name: string,
    input: { readonly [field: string]: string | undefined },
    signal?: AbortSignal,
  ): Promise<ActionResult>;

  /** Called once, when the session is no longer used; it may be called while a call is under way. Absent = nothing to free. */
  dispose?(): Promise<void>;
}

export interface ActionResult {
  /** One sentence for the person who asked. */
  readonly message: string;
  /** Values worth showing, by a name for people. Never a secret. */
  readonly details?: { readonly [title: string]: Json };
}
