/**
 * THE contract between the gateway (the host) and a connector (a plugin for one PSA).
 *
 * Required of every connector
 *   descriptor            plain data: who it is, what it can do, what it needs
 *   connect(context)      opens a session on one connection; makes no call by itself
 *   session.diagnose      the connection doctor: one line per thing that must be right
 *   session.search, get   companies, services and contracts, in neutral shapes
 *   session.plan          reads; answers which writes would make the PSA equal to a target
 *   session.apply         makes exactly one remote write
 *   session.resolve       reads; answers whether such a write took effect
 *
 * Optional, each adds one ability (absent = no, and the API shows it as absent)
 *   session.checkMapping  vendor-specific reasons against a mapping, beyond the host's own rules
 *   session.vendorQuota   how much of the vendor's call allowance is used
 *   session.dispose       frees what the session holds
 *
 * The host owns HTTP, budget, retry, order, secrets, audit and money policy. A connector transports:
 * it never stores, never retries a write, never decides a price, never reads the clock by itself.
 *
 * Words: company, service, contract and line are neutral; `vocabulary` gives the vendor's own.
 * Amounts are decimal strings ("18.40"), contract dates are calendar dates ("2026-12-01"), never instants.
 */

import type { ErrorKind } from './errors.js';
import type { HttpClient, Json, SecretText } from './transport.js';

export type { ErrorKind } from './errors.js';
export type { HttpClient, HttpRequest, HttpResponse, Json, SecretText } from './transport.js';

/** Version of this contract. A connector built for another major version is refused at start. */
export const CONTRACT_VERSION = '1.0.0';

/** A calendar date, `YYYY-MM-DD`. It has no time zone and must never pass through a local-time `Date`. */
export type CalendarDate = string;
/** An exact decimal number as text, such as `"10.5375"`. */
export type Decimal = string;
/** ISO 4217 code, such as `"EUR"`. */
export type CurrencyCode = string;

// ---------------------------------------------------------------------------------------------------------------------
// Descriptor

/** One value an administrator types (credentials, settings) or an operator configures (options). */
export interface Field {
  /** GraphQL-safe name, `camelCase`. Stable for ever: it is stored. */
  readonly name: string;
  readonly title: string;
  readonly help: string;
  /** Secret values are sealed at rest, write-only in the API and never logged. */
  readonly secret: boolean;
  readonly required: boolean;
  readonly maxLength?: number;
  /** Anchored regular expression source the whole value must match. */
  readonly pattern?: string;
  readonly example?: string;
}

/** A field the operator sets once for the instance, through an environment variable. */
export interface OptionField extends Field {
  readonly variable: string;
  readonly default?: string;
}

/** A right the API user needs in the PSA, with the sentence shown to the person who grants it. */
export interface Permission {
  readonly id: string;
  readonly title: string;
  /** Menu path inside the PSA, outermost first. */
  readonly where: readonly string[];
  readonly access: readonly ('read' | 'create' | 'update')[];
  readonly purpose: string;
  /** `yes` = a diagnostic proves it, `partly` = only some of it, `no` = no API can tell. */
  readonly verifiable: 'yes' | 'partly' | 'no';
}

/** One step of the vendor-side set-up, as data, so that a frontend can show a wizard and tick it off. */
export interface SetupStep {
  readonly id: string;
  readonly title: string;
  readonly where: readonly string[];
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  /** Ids of the diagnostics that prove this step; empty when no API can prove it (then `unprovable` says so). */
  readonly checks: readonly string[];
  readonly unprovable?: string;
}

/** How the connector's API is limited. The host enforces it across all instances. */
export interface Limit {
  readonly id: string;
  readonly requests?: { readonly count: number; readonly perSeconds: number };
  /** At most so many requests at once for one bucket (see `HttpRequest.bucket`). */
  readonly concurrency?: number;
  readonly note: string;
}

export type BillingFrequency = 'ONE_TIME' | 'MONTHLY' | 'ANNUAL' | 'TRIENNIAL' | 'NONE';
export type LookupKind = 'company' | 'service' | 'contract';
export type ChangeKind = 'create' | 'quantity' | 'price' | 'cancel' | 'suspend' | 'resume' | 'costPush';

export interface Capabilities {
  /** Which things can be looked up live, and how text is matched. */
  readonly lookups: { readonly [K in LookupKind]?: { readonly match: 'prefix'; readonly maxPage: number } };
  /** Billing frequencies a service or contract may have; others are refused (R28). */
  readonly billingFrequencies: readonly BillingFrequency[];
  /** Kinds of change that can be written. A kind that is absent ends as a FAILED, unsupported entry (R52, R61). */
  readonly changes: {
    readonly [K in ChangeKind]?: {
      /** Remote writes one change takes. */
      readonly writes: 'one' | 'many';
      /** What the vendor does with a part of a period. */
      readonly proration: 'remote' | 'none';
    };
  };
}

/** Everything the host, the API, the console and the docs know about a connector. Plain data. */
export interface ConnectorDescriptor {
  /** Slug, stable for ever: it is stored with each connection and names the typed credentials input. */
  readonly id: string;
  readonly title: string;
  readonly vendor: string;
  readonly version: string;
  /** The contract version it was built for, such as `"1.0.0"`. */
  readonly contractVersion: string;
  readonly docsUrl?: string;
  readonly vocabulary: {
    readonly company: string;
    readonly service: string;
    readonly contract: string;
    readonly line: string;
  };
  readonly credentials: readonly Field[];
  readonly settings: readonly Field[];
  readonly capabilities: Capabilities;
  readonly permissions: readonly Permission[];
  readonly setupSteps: readonly SetupStep[];
  readonly limits: readonly Limit[];
  /** Host patterns the connector calls, for people; the rule itself is `Connector.allows`. */
  readonly egress: readonly string[];
  /**
   * How long after a send an unanswered write may still take effect, in seconds. The host waits this long before it
   * asks `resolve` (vendor time limit + margin).
   */
  readonly quarantineSeconds: number;
}

// ---------------------------------------------------------------------------------------------------------------------
// Connector and session

export interface Connector {
  readonly descriptor: ConnectorDescriptor;
  /**
   * The egress rule: may a request with secrets go to this URL? Asked by the host before every request, for discovered
   * URLs and page links too. Must be exact on the parsed host; a `false` ends the call before a byte leaves.
   */
  allows(url: URL): boolean;
  /** Opens a session. Called once per connection and process; makes no call, must not throw for bad credentials. */
  connect(context: ConnectorContext): Session;
}

/** What a session is given. Nothing else of the host is reachable. */
export interface ConnectorContext {
  /** Validated against `descriptor.credentials`. Secret fields are `SecretText`, the others plain strings. */
  readonly credentials: { readonly [name: string]: string | SecretText | undefined };
  readonly settings: { readonly [name: string]: string | undefined };
  /** The currency of the connection (R9) and its id, for messages. */
  readonly connection: { readonly id: string; readonly currency: CurrencyCode };
  readonly http: HttpClient;
  readonly now: () => Date;
}

export interface Session {
  /**
   * The connection doctor. Yields one diagnostic per check, in order, as soon as it is known; the host reports each one
   * live. Stops early only where going on is pointless or harmful (a refused secret must not be tried again).
   * Must not throw for what a diagnostic can say.
   */
  diagnose(signal?: AbortSignal): AsyncIterable<Diagnostic>;

  /** Live search by prefix, ascending by name, at most `first` rows. Throws `ConnectorError`. */
  search(query: SearchQuery, signal?: AbortSignal): Promise<SearchPage>;

  /** One record, or null when it does not exist or may not be seen. Throws `ConnectorError`. */
  get<K extends LookupKind>(kind: K, id: string, signal?: AbortSignal): Promise<RemoteRecords[K] | null>;

  /**
   * Vendor-specific reasons for or against a mapping, after the host's own rules passed. `fail` refuses the mapping,
   * `warn` is kept with it. Absent = none.
   */
  checkMapping?(proposal: MappingProposal, signal?: AbortSignal): Promise<readonly Diagnostic[]>;

  /**
   * Which writes make the line equal to the target? Reads only. Answers no steps when it is equal already.
   * Refuses with `ConnectorError('precondition')` what the vendor would refuse (closed period, ended contract, ...).
   */
  plan(change: Change, target: MappedTarget, signal?: AbortSignal): Promise<Plan>;

  /**
   * Makes exactly one remote write, never retries it. Returns when the vendor acknowledged it. Throws `ConnectorError`
   * whose `outcome` says whether it may have taken effect.
   */
  apply(step: Step, signal?: AbortSignal): Promise<Written>;

  /** Did the step take effect? Reads only. Asked right after `apply` (read-back) and after an unknown outcome. */
  resolve(step: Step, signal?: AbortSignal): Promise<Resolution>;

  /** The vendor's own count of calls. Absent = the vendor does not tell. */
  vendorQuota?(signal?: AbortSignal): Promise<VendorQuota>;

  dispose?(): Promise<void>;
}

// ---------------------------------------------------------------------------------------------------------------------
// Diagnostics

export type DiagnosticStatus = 'pass' | 'warn' | 'fail' | 'unverified';

/** One line of the connection doctor. */
export interface Diagnostic {
  /** Stable id, such as `"credentials"` or `"permission.contracts"`; `SetupStep.checks` and `Permission.id` name it. */
  readonly check: string;
  readonly status: DiagnosticStatus;
  readonly title: string;
  /** What was found, in one or two sentences for an administrator. Never a secret. */
  readonly detail: string;
  /** What to do about it and where, as a menu path of the PSA. */
  readonly action?: { readonly text: string; readonly where: readonly string[] };
  /** For `fail`: the typed reason, an upper-case code such as `SECRET_REJECTED`. */
  readonly code?: string;
  /** For `fail`: the class of the failure, which decides what the host does with the connection. */
  readonly kind?: ErrorKind;
  /** Facts worth keeping, such as the instance key or the vendor's version. Never a secret. */
  readonly facts?: { readonly [name: string]: Json };
}

export interface VendorQuota {
  readonly limit: number;
  readonly used: number;
  readonly windowSeconds: number;
}

// ---------------------------------------------------------------------------------------------------------------------
// Lookups

export interface RemoteCompany {
  readonly kind: 'company';
  readonly id: string;
  readonly name: string;
  readonly number: string | null;
  readonly active: boolean;
  /** Is it of the vendor's type for customers (R17)? `typeLabel` is the vendor's word for what it is. */
  readonly isCustomer: boolean;
  readonly typeLabel: string;
  readonly currency: CurrencyCode | null;
}

export interface RemoteService {
  readonly kind: 'service';
  readonly id: string;
  readonly name: string;
  readonly sku: string | null;
  readonly active: boolean;
  readonly recurring: boolean;
  readonly billingFrequency: BillingFrequency | null;
  readonly frequencyLabel: string;
  readonly unitPrice: Decimal;
  /** Null when the vendor does not tell; a hidden cost is never a fact. */
  readonly unitCost: Decimal | null;
}

export interface RemoteContract {
  readonly kind: 'contract';
  readonly id: string;
  readonly name: string;
  readonly number: string | null;
  readonly companyId: string;
  readonly active: boolean;
  readonly recurring: boolean;
  readonly billingFrequency: BillingFrequency | null;
  readonly frequencyLabel: string;
  readonly startDate: CalendarDate;
  readonly endDate: CalendarDate | null;
  readonly currency: CurrencyCode | null;
}

export interface RemoteRecords {
  readonly company: RemoteCompany;
  readonly service: RemoteService;
  readonly contract: RemoteContract;
}
export type RemoteRecord = RemoteCompany | RemoteService | RemoteContract;

/** A search with the mapping rules as filters; a filter that is absent does not narrow. */
export type SearchQuery = { readonly prefix: string; readonly first: number } & (
  | { readonly kind: 'company'; readonly onlyCustomers: boolean }
  | { readonly kind: 'service'; readonly billingFrequency?: BillingFrequency; readonly onlyFree?: boolean }
  | {
      readonly kind: 'contract';
      readonly companyId: string;
      readonly billingFrequency?: BillingFrequency;
      /** Only contracts that start before this date (R39). */
      readonly startsBefore?: CalendarDate;
      /** Only contracts that start on the first day of a month (R41). */
      readonly startsOnFirst?: boolean;
    }
);

export interface SearchPage {
  readonly records: readonly RemoteRecord[];
  /** True when the vendor has more matches than were asked for. */
  readonly more: boolean;
}

export type MappingProposal =
  | { readonly kind: 'customer'; readonly company: RemoteCompany }
  | { readonly kind: 'offer'; readonly service: RemoteService }
  | { readonly kind: 'subscription'; readonly contract: RemoteContract; readonly serviceId: string };

// ---------------------------------------------------------------------------------------------------------------------
// Plan, apply, resolve

/** One thing that happened to a cloud subscription, with the absolute state it must lead to. Built by the host. */
export interface Change {
  /** The operation's id; stable over retries. */
  readonly operationId: string;
  readonly kind: ChangeKind;
  /** From this day on. The host has applied its date policy already. */
  readonly effectiveDate: CalendarDate;
  /** Absolute targets, never differences. An absent price or cost stays as it is. */
  readonly quantity: number;
  readonly unitPrice?: Decimal;
  readonly unitCost?: Decimal;
  readonly currency: CurrencyCode;
}

/** Where a mapped cloud subscription lives in the PSA. */
export interface MappedTarget {
  readonly companyId: string;
  readonly serviceId: string;
  readonly contractId: string;
  /** The vendor's id of the line once known; null before the first write. */
  readonly lineRef: string | null;
}

/** What the PSA bills for a line from a date on. `evidence` is what was read, for the audit. */
export interface LineState {
  readonly date: CalendarDate;
  readonly units: number;
  /** Null when the vendor does not tell. */
  readonly unitPrice: Decimal | null;
  readonly evidence: Json;
}

/** One remote write, complete and serialisable: the host stores it before it is sent. */
export interface Step {
  /** Unique within the plan, stable for equal input. */
  readonly key: string;
  /** What it does, for people: "Change units from 5 to 7 on 2026-12-10". */
  readonly label: string;
  readonly target: MappedTarget;
  /** Opaque to the host; must hold no secret. */
  readonly payload: Json;
  /** The state it was computed from and the state it leads to. */
  readonly before: LineState;
  readonly after: LineState;
}

export interface Plan {
  readonly steps: readonly Step[];
  readonly before: LineState;
  readonly after: LineState;
  /** Equal for equal remote state and equal change; changes when either side does. */
  readonly fingerprint: string;
  /** Worth knowing but no reason to stop. */
  readonly warnings: readonly string[];
}

export interface Written {
  /** The line's id when this write made or revealed it. */
  readonly lineRef?: string;
  /** The vendor's own id of the request or record, where it gives one. */
  readonly remoteId?: string;
}

export interface Resolution {
  /**
   * applied: the PSA shows the state after. notApplied: it still shows the state before.
   * conflict: it shows neither (somebody else changed it). undetermined: it could not be told.
   */
  readonly state: 'applied' | 'notApplied' | 'conflict' | 'undetermined';
  readonly observed: LineState | null;
  readonly lineRef?: string;
  readonly evidence: string;
  /** For `applied`: something that reads otherwise than it was sent and deserves a look. */
  readonly warning?: string;
}
