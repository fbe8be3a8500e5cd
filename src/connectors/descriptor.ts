/**
 * The descriptor: everything the host, the API, the console, the docs and the conformance plan know about a connector before it
 * has made a call. Plain data; `JSON.parse(JSON.stringify(descriptor))` must equal it.
 *
 * One descriptor feeds: the check of credentials and settings, `connectors` in GraphQL and the typed credentials input, the
 * forms of the console, the vendor's limits in the host's budget, and which conformance cases run. What it does not declare
 * does not exist for any of them: a capability that is absent is shown as absent, and its conformance cases are skipped with
 * that reason.
 */

import type { BillingFrequency, ChangeKind } from './values.js';

/** One value an administrator types (credentials, settings), an operator configures (options) or an action asks for. */
export interface Field {
  /** GraphQL-safe name, `camelCase`. Stable for ever: it is stored. */
  readonly name: string;
  readonly title: string;
  readonly help: string;
  /** Secret values are sealed at rest, write-only in the API and never logged. They reach the connector as `SecretText`. */
  readonly secret: boolean;
  readonly required: boolean;
  /** Characters; absent = 1000. */
  readonly maxLength?: number;
  /** Anchored regular expression source the whole value must match. Absent = any text without control characters. */
  readonly pattern?: string;
  readonly example?: string;
}

/** A field the operator sets once for the instance, through an environment variable. */
export interface OptionField extends Field {
  /** Such as `ACME_URL`. Must not be one of the gateway's own or of another connector. */
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
  /** `Connector.limitHit` names it. */
  readonly id: string;
  readonly requests?: { readonly count: number; readonly perSeconds: number };
  /** At most so many requests at once for one bucket (see `HttpRequest.buckets`). */
  readonly concurrency?: number;
  readonly note: string;
}

export type LookupKind = 'company' | 'service' | 'contract';

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

/** A value of the vendor that the host carries and shows without understanding it. */
export interface ExtraField {
  /** GraphQL-safe name, `camelCase`, unique in its list. */
  readonly name: string;
  /** What a person reads beside the value. */
  readonly title: string;
  readonly help: string;
}

/**
 * Something a person can have the connector do beside looking up and syncing, such as "read the vendor's version". The API
 * shows it, asks for its input by a form made of `input`, and runs it through `Session.runAction`.
 */
export interface Action {
  /** GraphQL-safe name, `camelCase`, unique in the connector. */
  readonly name: string;
  readonly title: string;
  readonly help: string;
  readonly input: readonly Field[];
  /** `read` changes nothing in the PSA; `write` makes at most one remote write. */
  readonly effect: 'read' | 'write';
}

export interface ConnectorDescriptor {
  /** Slug, stable for ever: it is stored with each connection and names the typed credentials input. */
  readonly id: string;
  readonly title: string;
  readonly vendor: string;
  /** Version of the connector, for people. */
  readonly version: string;
  /** Range of contract versions it works with, such as `"^1.0.0"`. One that leaves this gateway's out stops the start. */
  readonly contractVersion: string;
  readonly docsUrl?: string;
  /** The vendor's words, for people. */
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
  /** Extension: columns its records have beyond the neutral ones, by kind; `RemoteRecord.columns` fills them. Absent = none. */
  readonly lookupColumns?: { readonly [K in LookupKind]?: readonly ExtraField[] };
  /** Extension: what it tells of a write beyond the neutral state; `Written.details` fills them. Absent = none. */
  readonly writeDetails?: readonly ExtraField[];
  /** Extension: what it can do beside; `Session.runAction` does it. Absent = nothing. */
  readonly actions?: readonly Action[];
}
