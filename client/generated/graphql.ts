/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** What a message of the feed is. */
export type AuditEventType =
  /** No event: where the feed stands. Keep its cursor. */
  | 'CHECKPOINT'
  /** A step of an entry was reported. */
  | 'REPORT'
  /** The status of an entry changed. */
  | 'STATUS';

/** Which entries (R76). Every member that is given must hold; of a list one value must hold. */
export type AuditLogFilter = {
  /** On these connections. */
  connectionIds?: Array<string | number> | null | undefined;
  /** Of one request. */
  correlationId?: string | null | undefined;
  /** At or after. */
  createdFrom?: string | null | undefined;
  /** Before. */
  createdTo?: string | null | undefined;
  /** A part of the customer's name. */
  customerName?: string | null | undefined;
  /** Only planned, or only done. */
  dryRun?: boolean | null | undefined;
  /** Operation codes. */
  operations?: Array<string> | null | undefined;
  /** The model's three values. */
  outcomes?: Array<AuditOutcome> | null | undefined;
  /** A part of the summary. */
  search?: string | null | undefined;
  /** Where they stand. */
  statuses?: Array<AuditStatus> | null | undefined;
  /** About these objects. */
  targetIds?: Array<string | number> | null | undefined;
};

/** The model's three values. */
export type AuditOutcome =
  /** Ended without effect. */
  | 'FAILED'
  /** Not ended. */
  | 'PROCESSING'
  /** Ended well. */
  | 'SUCCEEDED';

/** Where an operation stands. */
export type AuditStatus =
  /** Given up before it began. */
  | 'CANCELED'
  /** Refused or impossible. */
  | 'FAILED'
  /** A person must say what is true. */
  | 'NEEDS_REVIEW'
  /** Accepted, not begun. */
  | 'PENDING'
  /** Refused for a passing reason; tried again by itself. */
  | 'RETRYING'
  /** Being worked on. */
  | 'RUNNING'
  /** Done, and read back where it wrote to a PSA. */
  | 'SUCCEEDED'
  /** A write got no trustworthy answer; being settled by reading. */
  | 'VERIFYING';

/** Credentials and settings of Autotask PSA. */
export type AutotaskCredentialsInput = {
  /** The tracking identifier chosen on the API user. */
  integrationCode?: string | null | undefined;
  /** The generated secret of the API user. */
  password: string;
  /** The generated user name of the API user. It looks like an e-mail address. Example: abc123def456@EXAMPLE.COM */
  username: string;
};

/** How often it is billed. */
export type BillingFrequency =
  /** Every year. */
  | 'ANNUAL'
  /** Every month. */
  | 'MONTHLY'
  /** Never. */
  | 'NONE'
  /** Once. */
  | 'ONE_TIME'
  /** Every three years. */
  | 'TRIENNIAL';

/** What happened to a cloud subscription. */
export type ChangeKind =
  /** Automatic renewal was switched; not synchronised (R52). */
  | 'AUTO_RENEW'
  /** It is billed at another frequency; not synchronised (R52). */
  | 'BILLING_FREQUENCY'
  /** It was cancelled (R57). */
  | 'CANCEL'
  /** It was renamed; not synchronised (R52). */
  | 'FRIENDLY_NAME'
  /** Cost or price changed (R53). */
  | 'PRICE'
  /** A promotion began or ended (R51). */
  | 'PROMOTION'
  /** Units were bought or given back (R49). */
  | 'QUANTITY'
  /** It was renewed; not synchronised (R61). */
  | 'RENEWAL'
  /** It was resumed (R59). */
  | 'RESUME'
  /** A change was scheduled; not synchronised (R61). */
  | 'SCHEDULED_CHANGE'
  /** It was suspended (R58, R60). */
  | 'SUSPEND'
  /** It was upgraded; not synchronised (R61). */
  | 'UPGRADE';

/** Which cloud subscriptions. */
export type CloudSubscriptionFilter = {
  /** One of your connections. Needed with mapped. */
  connectionId?: string | number | null | undefined;
  /** Of one customer. */
  customerId?: string | number | null | undefined;
  /** With connectionId: mapped on it, or not. */
  mapped?: boolean | null | undefined;
  /** First characters of the name, in either case. */
  prefix?: string | null | undefined;
  /** Absent: DIRECT (R38). */
  soldBy?: SoldBy | null | undefined;
  /** In one of these states. */
  statuses?: Array<CloudSubscriptionStatus> | null | undefined;
};

/** State of a cloud subscription. */
export type CloudSubscriptionStatus =
  /** Running. */
  | 'ACTIVE'
  /** Cancelled. */
  | 'CANCELLED'
  /** Deleted. */
  | 'DELETED'
  /** Disabled by the provider. */
  | 'DISABLED'
  /** Its term has ended. */
  | 'EXPIRED'
  /** Ordered, not running yet. */
  | 'PENDING'
  /** Suspended; the provider still bills it. */
  | 'SUSPENDED';

/** State of a connection. Mapping and sync need ACTIVE. */
export type ConnectionStatus =
  /** It works. */
  | 'ACTIVE'
  /** The PSA fails for a passing reason. */
  | 'DEGRADED'
  /** Deleted; its secret is erased. */
  | 'DELETED'
  /** Switched off by a person. */
  | 'DISABLED'
  /** A check failed; mend it and test it again. */
  | 'INVALID'
  /** Being checked. */
  | 'VALIDATING';

/** Exactly one member: the connector the connection is for. */
export type ConnectorCredentialsInput =
  {   /** Autotask PSA. */
  autotask: AutotaskCredentialsInput; raw?: never; }
  |  { autotask?: never;   /** Any connector, untyped. */
  raw: RawCredentialsInput; };

/** Input of createConnectionCustomerMapping. */
export type CreateConnectionCustomerMappingInput = {
  /** The PSA's id of the company. */
  companyId: string | number;
  /** One of your connections; it must be ACTIVE. */
  connectionId: string | number;
  /** The customer. */
  customerId: string | number;
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. */
  idempotencyKey?: string | null | undefined;
};

/** Input of createConnectionOfferMapping. */
export type CreateConnectionOfferMappingInput = {
  /** One of your connections; it must be ACTIVE. */
  connectionId: string | number;
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. */
  idempotencyKey?: string | null | undefined;
  /** The offer variant. */
  offerVariantId: string | number;
  /** The PSA's id of the service. */
  serviceId: string | number;
};

/** Input of createConnectionSubscriptionMapping. */
export type CreateConnectionSubscriptionMappingInput = {
  /** The cloud subscription. */
  cloudSubscriptionId: string | number;
  /** One of your connections; it must be ACTIVE. */
  connectionId: string | number;
  /** The PSA's id of the contract. */
  contractId: string | number;
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. */
  idempotencyKey?: string | null | undefined;
};

/** Input of createConnectorConnection. */
export type CreateConnectorConnectionInput = {
  /** Friendly name, unique in your organization. */
  alias: string;
  /** Which connector, and its credentials. */
  credentials: ConnectorCredentialsInput;
  /** Three capital letters. One connection per currency (R8, R9). */
  currency: string;
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. */
  idempotencyKey?: string | null | undefined;
};

/** Which customers. */
export type CustomerFilter = {
  /** One of your connections. With hideMapped: those not mapped on it; else those mapped. */
  connectionId?: string | number | null | undefined;
  /** With connectionId: only those not mapped. */
  hideMapped?: boolean | null | undefined;
  /** First characters of the name, in either case. */
  prefix?: string | null | undefined;
  /** Absent: DIRECT. */
  soldBy?: SoldBy | null | undefined;
};

/** State of a mapping. */
export type MappingState =
  /** It was deleted; kept for the audit. */
  | 'DELETED'
  /** It stands. */
  | 'MAPPED'
  /** Its first line is being written to the PSA. */
  | 'PROCESSING'
  /** Its object in the PSA vanished or changed. */
  | 'STALE';

/** What kind of thing is sold. */
export type OfferType =
  /** A single Azure subscription of the old kind; it cannot be mapped. */
  | 'AZURE_LEGACY'
  /** An Azure plan, billed by usage. */
  | 'AZURE_PLAN'
  /** An Azure reservation; its cost is added to the plan. */
  | 'AZURE_RESERVATION'
  /** An Azure savings plan; its cost is added to the plan. */
  | 'AZURE_SAVINGS_PLAN'
  /** A licence of the new commerce experience. */
  | 'LICENSE'
  /** A licence of the old one; it cannot be mapped. */
  | 'LICENSE_LEGACY'
  /** Something else. */
  | 'OTHER'
  /** Software bought once. */
  | 'PERPETUAL_SOFTWARE'
  /** A software subscription. */
  | 'SOFTWARE_SUBSCRIPTION';

/** Which offer variants. */
export type OfferVariantFilter = {
  /** One of your connections. */
  connectionId?: string | number | null | undefined;
  /** With connectionId: without those mapped on it (R31). Absent: true. */
  hideMapped?: boolean | null | undefined;
  /** Only those bought in your context (R30). Absent: true. */
  onlyBought?: boolean | null | undefined;
  /** First characters of the name, in either case. */
  prefix?: string | null | undefined;
};

/** What an organization is. */
export type OrganizationKind =
  /** A cloud solution provider: the root of a tenant. */
  | 'CSP'
  /** A reseller under a CSP. */
  | 'RESELLER';

/** Credentials of any registered connector, as its `credentialsSchema` describes them. */
export type RawCredentialsInput = {
  /** Which connector. */
  connectorId: string;
  /** The credentials. */
  credentials: unknown;
  /** The settings, as `settingsSchema` describes them. */
  settings?: unknown;
};

/** Input of recordSubscriptionChange. Values are absolute: what holds after the change. */
export type RecordSubscriptionChangeInput = {
  /** For AUTO_RENEW. */
  autoRenewEnabled?: boolean | null | undefined;
  /** For BILLING_FREQUENCY. */
  billingFrequency?: BillingFrequency | null | undefined;
  /** From when it counts. Absent: the day of occurredAt, else today (UTC). */
  effectiveDate?: string | null | undefined;
  /** For RENEWAL. */
  endDate?: string | null | undefined;
  /** Names the event; the same event sent again changes nothing. */
  eventId: string;
  /** The marketplace's id of it; or subscriptionId. */
  externalId?: string | null | undefined;
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. */
  idempotencyKey?: string | null | undefined;
  /** What happened. */
  kind: ChangeKind;
  /** For FRIENDLY_NAME. */
  name?: string | null | undefined;
  /** When it happened. */
  occurredAt?: string | null | undefined;
  /** For QUANTITY: the units after it. */
  quantity?: number | null | undefined;
  /** The cloud subscription; or externalId. */
  subscriptionId?: string | number | null | undefined;
  /** For PRICE and PROMOTION. */
  unitCost?: string | null | undefined;
  /** For PRICE and PROMOTION. */
  unitPrice?: string | null | undefined;
};

/** What a caller may do. */
export type Role =
  /** Reads and acts. */
  | 'ADMINISTRATOR'
  /** Reads; changes nothing and never sees a secret. */
  | 'VIEWER';

/** Whom an offer is for. */
export type Segment =
  /** Companies. */
  | 'COMMERCIAL'
  /** Schools and universities. */
  | 'EDUCATION'
  /** Public bodies. */
  | 'GOVERNMENT'
  /** Charities. */
  | 'NON_PROFIT';

/** Whose sales a CSP sees. A Reseller has direct sales only. */
export type SoldBy =
  /** Both. */
  | 'ANY'
  /** Sold by your organization itself. */
  | 'DIRECT'
  /** Sold by your Resellers, where you take part. */
  | 'RESELLERS';

/** The badge of a mapped cloud subscription. */
export type SyncState =
  /** A person must say what is true in the PSA. */
  | 'NEEDS_REVIEW'
  /** An operation failed; later ones wait behind it. */
  | 'OUT_OF_SYNC'
  /** An operation is on its way. */
  | 'PENDING'
  /** Every supported operation reached the PSA. */
  | 'SYNCED';

/** How long it is committed for. */
export type Term =
  /** Five years. */
  | 'FIVE_YEARS'
  /** No commitment. */
  | 'NO_TERM'
  /** One month. */
  | 'ONE_MONTH'
  /** One year. */
  | 'ONE_YEAR'
  /** Three years. */
  | 'THREE_YEARS';

export type AuditLogEventsSubscriptionVariables = Exact<{
  after?: string | null | undefined;
  filter?: AuditLogFilter | null | undefined;
}>;


export type AuditLogEventsSubscription = { auditLogEvents: { type: AuditEventType, cursor: string, at: string | null, fromStatus: AuditStatus | null, toStatus: AuditStatus | null, message: string | null, data: unknown, auditLog: { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null } | null } };

export type AuditLogStatusChangedSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type AuditLogStatusChangedSubscription = { auditLogStatusChanged: { details: unknown, attempts: number, id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null, error: { code: string, message: string, hint: string | null } | null } };

export type AuditLogsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: AuditLogFilter | null | undefined;
}>;


export type AuditLogsQuery = { auditLogs: { streamCursor: string, nodes: Array<{ id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type AuditLogLineFragment = { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null };

export type SetupQueryVariables = Exact<{ [key: string]: never; }>;


export type SetupQuery = { viewer: { name: string, role: Role, organization: { name: string, kind: OrganizationKind } }, connectors: Array<{ id: string, title: string, vendor: string, setupSteps: Array<{ id: string, title: string, where: Array<string>, checks: Array<string>, fields: Array<{ name: string, value: string }> }> }> };

export type CreateConnectorConnectionMutationVariables = Exact<{
  input: CreateConnectorConnectionInput;
}>;


export type CreateConnectorConnectionMutation = { createConnectorConnection: { connection: { id: string, alias: string, connectorId: string, currency: string, status: ConnectionStatus, statusReason: string | null } | null, auditLog: { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null }, userErrors: Array<
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'VendorError', hint: string | null, where: Array<string>, retryable: boolean, code: string, message: string, path: Array<string> | null }
    > } };

export type ConnectionsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ConnectionsQuery = { connections: { nodes: Array<{ id: string, alias: string, connectorId: string, currency: string, status: ConnectionStatus, statusReason: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ConnectionLineFragment = { id: string, alias: string, connectorId: string, currency: string, status: ConnectionStatus, statusReason: string | null };

type Refusal_ConnectionNotReadyError_Fragment = { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null };

type Refusal_CurrencyMismatchError_Fragment = { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null };

type Refusal_DuplicateAliasError_Fragment = { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null };

type Refusal_IdempotencyConflictError_Fragment = { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null };

type Refusal_InUseError_Fragment = { __typename: 'InUseError', code: string, message: string, path: Array<string> | null };

type Refusal_InvalidInputError_Fragment = { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null };

type Refusal_MappingConflictError_Fragment = { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null };

type Refusal_MappingRuleError_Fragment = { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null };

type Refusal_NotFoundError_Fragment = { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null };

type Refusal_UnsupportedError_Fragment = { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null };

type Refusal_VendorError_Fragment = { __typename: 'VendorError', hint: string | null, where: Array<string>, retryable: boolean, code: string, message: string, path: Array<string> | null };

export type RefusalFragment =
  | Refusal_ConnectionNotReadyError_Fragment
  | Refusal_CurrencyMismatchError_Fragment
  | Refusal_DuplicateAliasError_Fragment
  | Refusal_IdempotencyConflictError_Fragment
  | Refusal_InUseError_Fragment
  | Refusal_InvalidInputError_Fragment
  | Refusal_MappingConflictError_Fragment
  | Refusal_MappingRuleError_Fragment
  | Refusal_NotFoundError_Fragment
  | Refusal_UnsupportedError_Fragment
  | Refusal_VendorError_Fragment
;

export type RemoteCompaniesQueryVariables = Exact<{
  connectionId: string | number;
  prefix?: string | null | undefined;
  first?: number | null | undefined;
}>;


export type RemoteCompaniesQuery = { remoteCompanies: Array<{ remoteId: string, name: string, number: string | null, type: string, currency: string | null }> };

export type RemoteServicesQueryVariables = Exact<{
  connectionId: string | number;
  offerVariantId?: string | number | null | undefined;
  prefix?: string | null | undefined;
  first?: number | null | undefined;
}>;


export type RemoteServicesQuery = { remoteServices: Array<{ remoteId: string, name: string, billingFrequency: BillingFrequency | null, unitPrice: string }> };

export type RemoteContractsQueryVariables = Exact<{
  connectionId: string | number;
  cloudSubscriptionId?: string | number | null | undefined;
  companyId?: string | number | null | undefined;
  first?: number | null | undefined;
}>;


export type RemoteContractsQuery = { remoteContracts: Array<{ remoteId: string, name: string, billingFrequency: BillingFrequency | null, startDate: string, endDate: string | null }> };

export type CreateConnectionCustomerMappingMutationVariables = Exact<{
  input: CreateConnectionCustomerMappingInput;
}>;


export type CreateConnectionCustomerMappingMutation = { createConnectionCustomerMapping: { mapping: { id: string, state: MappingState, remoteName: string } | null, auditLog: { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null }, userErrors: Array<
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'VendorError', hint: string | null, where: Array<string>, retryable: boolean, code: string, message: string, path: Array<string> | null }
    > } };

export type CreateConnectionOfferMappingMutationVariables = Exact<{
  input: CreateConnectionOfferMappingInput;
}>;


export type CreateConnectionOfferMappingMutation = { createConnectionOfferMapping: { mapping: { id: string, state: MappingState, remoteName: string } | null, auditLog: { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null }, userErrors: Array<
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'VendorError', hint: string | null, where: Array<string>, retryable: boolean, code: string, message: string, path: Array<string> | null }
    > } };

export type CreateConnectionSubscriptionMappingMutationVariables = Exact<{
  input: CreateConnectionSubscriptionMappingInput;
}>;


export type CreateConnectionSubscriptionMappingMutation = { createConnectionSubscriptionMapping: { mapping: { id: string, state: MappingState, remoteName: string, syncState: SyncState | null } | null, auditLog: { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null }, userErrors: Array<
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'VendorError', hint: string | null, where: Array<string>, retryable: boolean, code: string, message: string, path: Array<string> | null }
    > } };

export type SubscriptionMappingStateQueryVariables = Exact<{
  id: string | number;
}>;


export type SubscriptionMappingStateQuery = { mapping:
    | { __typename: 'CustomerMapping', id: string, state: MappingState, remoteId: string, remoteName: string }
    | { __typename: 'OfferMapping', id: string, state: MappingState, remoteId: string, remoteName: string }
    | { __typename: 'SubscriptionMapping', syncState: SyncState | null, id: string, state: MappingState, remoteId: string, remoteName: string, cloudSubscription: { name: string, quantity: number, customer: { companyName: string } | null } | null }
   | null };

export type CustomersQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: CustomerFilter | null | undefined;
}>;


export type CustomersQuery = { customers: { totalCount: number, nodes: Array<{ id: string, externalId: string, companyName: string, currency: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type OfferVariantsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: OfferVariantFilter | null | undefined;
}>;


export type OfferVariantsQuery = { offerVariants: { totalCount: number, nodes: Array<{ id: string, offerName: string, offerType: OfferType, segment: Segment, term: Term, billingFrequency: BillingFrequency }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CloudSubscriptionsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: CloudSubscriptionFilter | null | undefined;
}>;


export type CloudSubscriptionsQuery = { cloudSubscriptions: { totalCount: number, nodes: Array<{ id: string, externalId: string, name: string, status: CloudSubscriptionStatus, quantity: number, startDate: string, creationDate: string, currency: string, syncState: SyncState | null, price: { unitCost: string, unitPrice: string } | null, offerVariant: { id: string, offerName: string, offerType: OfferType, term: Term, billingFrequency: BillingFrequency } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type RecordSubscriptionChangeMutationVariables = Exact<{
  input: RecordSubscriptionChangeInput;
}>;


export type RecordSubscriptionChangeMutation = { recordSubscriptionChange: { cloudSubscription: { id: string, quantity: number, syncState: SyncState | null } | null, auditLog: { correlationId: string, id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null }, userErrors: Array<
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'VendorError', hint: string | null, where: Array<string>, retryable: boolean, code: string, message: string, path: Array<string> | null }
    > } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const AuditLogLineFragmentDoc = new TypedDocumentString(`
    fragment AuditLogLine on AuditLog {
  id
  operation
  operationLabel
  status
  outcome
  summary
  createdAt
  finishedAt
}
    `, {"fragmentName":"AuditLogLine"}) as unknown as TypedDocumentString<AuditLogLineFragment, unknown>;
export const ConnectionLineFragmentDoc = new TypedDocumentString(`
    fragment ConnectionLine on Connection {
  id
  alias
  connectorId
  currency
  status
  statusReason
}
    `, {"fragmentName":"ConnectionLine"}) as unknown as TypedDocumentString<ConnectionLineFragment, unknown>;
export const RefusalFragmentDoc = new TypedDocumentString(`
    fragment Refusal on UserError {
  __typename
  code
  message
  path
  ... on MappingRuleError {
    rule
    expected
    actual
  }
  ... on VendorError {
    hint
    where
    retryable
  }
}
    `, {"fragmentName":"Refusal"}) as unknown as TypedDocumentString<RefusalFragment, unknown>;
export const AuditLogEventsDocument = new TypedDocumentString(`
    subscription AuditLogEvents($after: String, $filter: AuditLogFilter) {
  auditLogEvents(after: $after, filter: $filter) {
    type
    cursor
    at
    fromStatus
    toStatus
    message
    data
    auditLog {
      ...AuditLogLine
    }
  }
}
    fragment AuditLogLine on AuditLog {
  id
  operation
  operationLabel
  status
  outcome
  summary
  createdAt
  finishedAt
}`) as unknown as TypedDocumentString<AuditLogEventsSubscription, AuditLogEventsSubscriptionVariables>;
export const AuditLogStatusChangedDocument = new TypedDocumentString(`
    subscription AuditLogStatusChanged($id: ID!) {
  auditLogStatusChanged(id: $id) {
    ...AuditLogLine
    details
    attempts
    error {
      code
      message
      hint
    }
  }
}
    fragment AuditLogLine on AuditLog {
  id
  operation
  operationLabel
  status
  outcome
  summary
  createdAt
  finishedAt
}`) as unknown as TypedDocumentString<AuditLogStatusChangedSubscription, AuditLogStatusChangedSubscriptionVariables>;
export const AuditLogsDocument = new TypedDocumentString(`
    query AuditLogs($first: Int, $after: String, $filter: AuditLogFilter) {
  auditLogs(first: $first, after: $after, filter: $filter) {
    streamCursor
    nodes {
      ...AuditLogLine
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment AuditLogLine on AuditLog {
  id
  operation
  operationLabel
  status
  outcome
  summary
  createdAt
  finishedAt
}`) as unknown as TypedDocumentString<AuditLogsQuery, AuditLogsQueryVariables>;
export const SetupDocument = new TypedDocumentString(`
    query Setup {
  viewer {
    name
    role
    organization {
      name
      kind
    }
  }
  connectors {
    id
    title
    vendor
    setupSteps {
      id
      title
      where
      checks
      fields {
        name
        value
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SetupQuery, SetupQueryVariables>;
export const CreateConnectorConnectionDocument = new TypedDocumentString(`
    mutation CreateConnectorConnection($input: CreateConnectorConnectionInput!) {
  createConnectorConnection(input: $input) {
    connection {
      ...ConnectionLine
    }
    auditLog {
      ...AuditLogLine
    }
    userErrors {
      ...Refusal
    }
  }
}
    fragment AuditLogLine on AuditLog {
  id
  operation
  operationLabel
  status
  outcome
  summary
  createdAt
  finishedAt
}
fragment ConnectionLine on Connection {
  id
  alias
  connectorId
  currency
  status
  statusReason
}
fragment Refusal on UserError {
  __typename
  code
  message
  path
  ... on MappingRuleError {
    rule
    expected
    actual
  }
  ... on VendorError {
    hint
    where
    retryable
  }
}`) as unknown as TypedDocumentString<CreateConnectorConnectionMutation, CreateConnectorConnectionMutationVariables>;
export const ConnectionsDocument = new TypedDocumentString(`
    query Connections($first: Int, $after: String) {
  connections(first: $first, after: $after) {
    nodes {
      ...ConnectionLine
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment ConnectionLine on Connection {
  id
  alias
  connectorId
  currency
  status
  statusReason
}`) as unknown as TypedDocumentString<ConnectionsQuery, ConnectionsQueryVariables>;
export const RemoteCompaniesDocument = new TypedDocumentString(`
    query RemoteCompanies($connectionId: ID!, $prefix: String, $first: Int) {
  remoteCompanies(connectionId: $connectionId, prefix: $prefix, first: $first) {
    remoteId
    name
    number
    type
    currency
  }
}
    `) as unknown as TypedDocumentString<RemoteCompaniesQuery, RemoteCompaniesQueryVariables>;
export const RemoteServicesDocument = new TypedDocumentString(`
    query RemoteServices($connectionId: ID!, $offerVariantId: ID, $prefix: String, $first: Int) {
  remoteServices(
    connectionId: $connectionId
    offerVariantId: $offerVariantId
    prefix: $prefix
    first: $first
  ) {
    remoteId
    name
    billingFrequency
    unitPrice
  }
}
    `) as unknown as TypedDocumentString<RemoteServicesQuery, RemoteServicesQueryVariables>;
export const RemoteContractsDocument = new TypedDocumentString(`
    query RemoteContracts($connectionId: ID!, $cloudSubscriptionId: ID, $companyId: ID, $first: Int) {
  remoteContracts(
    connectionId: $connectionId
    cloudSubscriptionId: $cloudSubscriptionId
    companyId: $companyId
    first: $first
  ) {
    remoteId
    name
    billingFrequency
    startDate
    endDate
  }
}
    `) as unknown as TypedDocumentString<RemoteContractsQuery, RemoteContractsQueryVariables>;
export const CreateConnectionCustomerMappingDocument = new TypedDocumentString(`
    mutation CreateConnectionCustomerMapping($input: CreateConnectionCustomerMappingInput!) {
  createConnectionCustomerMapping(input: $input) {
    mapping {
      id
      state
      remoteName
    }
    auditLog {
      ...AuditLogLine
    }
    userErrors {
      ...Refusal
    }
  }
}
    fragment AuditLogLine on AuditLog {
  id
  operation
  operationLabel
  status
  outcome
  summary
  createdAt
  finishedAt
}
fragment Refusal on UserError {
  __typename
  code
  message
  path
  ... on MappingRuleError {
    rule
    expected
    actual
  }
  ... on VendorError {
    hint
    where
    retryable
  }
}`) as unknown as TypedDocumentString<CreateConnectionCustomerMappingMutation, CreateConnectionCustomerMappingMutationVariables>;
export const CreateConnectionOfferMappingDocument = new TypedDocumentString(`
    mutation CreateConnectionOfferMapping($input: CreateConnectionOfferMappingInput!) {
  createConnectionOfferMapping(input: $input) {
    mapping {
      id
      state
      remoteName
    }
    auditLog {
      ...AuditLogLine
    }
    userErrors {
      ...Refusal
    }
  }
}
    fragment AuditLogLine on AuditLog {
  id
  operation
  operationLabel
  status
  outcome
  summary
  createdAt
  finishedAt
}
fragment Refusal on UserError {
  __typename
  code
  message
  path
  ... on MappingRuleError {
    rule
    expected
    actual
  }
  ... on VendorError {
    hint
    where
    retryable
  }
}`) as unknown as TypedDocumentString<CreateConnectionOfferMappingMutation, CreateConnectionOfferMappingMutationVariables>;
export const CreateConnectionSubscriptionMappingDocument = new TypedDocumentString(`
    mutation CreateConnectionSubscriptionMapping($input: CreateConnectionSubscriptionMappingInput!) {
  createConnectionSubscriptionMapping(input: $input) {
    mapping {
      id
      state
      remoteName
      syncState
    }
    auditLog {
      ...AuditLogLine
    }
    userErrors {
      ...Refusal
    }
  }
}
    fragment AuditLogLine on AuditLog {
  id
  operation
  operationLabel
  status
  outcome
  summary
  createdAt
  finishedAt
}
fragment Refusal on UserError {
  __typename
  code
  message
  path
  ... on MappingRuleError {
    rule
    expected
    actual
  }
  ... on VendorError {
    hint
    where
    retryable
  }
}`) as unknown as TypedDocumentString<CreateConnectionSubscriptionMappingMutation, CreateConnectionSubscriptionMappingMutationVariables>;
export const SubscriptionMappingStateDocument = new TypedDocumentString(`
    query SubscriptionMappingState($id: ID!) {
  mapping(id: $id) {
    __typename
    id
    state
    remoteId
    remoteName
    ... on SubscriptionMapping {
      syncState
      cloudSubscription {
        name
        quantity
        customer {
          companyName
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SubscriptionMappingStateQuery, SubscriptionMappingStateQueryVariables>;
export const CustomersDocument = new TypedDocumentString(`
    query Customers($first: Int, $after: String, $filter: CustomerFilter) {
  customers(first: $first, after: $after, filter: $filter) {
    totalCount
    nodes {
      id
      externalId
      companyName
      currency
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<CustomersQuery, CustomersQueryVariables>;
export const OfferVariantsDocument = new TypedDocumentString(`
    query OfferVariants($first: Int, $after: String, $filter: OfferVariantFilter) {
  offerVariants(first: $first, after: $after, filter: $filter) {
    totalCount
    nodes {
      id
      offerName
      offerType
      segment
      term
      billingFrequency
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<OfferVariantsQuery, OfferVariantsQueryVariables>;
export const CloudSubscriptionsDocument = new TypedDocumentString(`
    query CloudSubscriptions($first: Int, $after: String, $filter: CloudSubscriptionFilter) {
  cloudSubscriptions(first: $first, after: $after, filter: $filter) {
    totalCount
    nodes {
      id
      externalId
      name
      status
      quantity
      startDate
      creationDate
      currency
      syncState
      price {
        unitCost
        unitPrice
      }
      offerVariant {
        id
        offerName
        offerType
        term
        billingFrequency
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<CloudSubscriptionsQuery, CloudSubscriptionsQueryVariables>;
export const RecordSubscriptionChangeDocument = new TypedDocumentString(`
    mutation RecordSubscriptionChange($input: RecordSubscriptionChangeInput!) {
  recordSubscriptionChange(input: $input) {
    cloudSubscription {
      id
      quantity
      syncState
    }
    auditLog {
      ...AuditLogLine
      correlationId
    }
    userErrors {
      ...Refusal
    }
  }
}
    fragment AuditLogLine on AuditLog {
  id
  operation
  operationLabel
  status
  outcome
  summary
  createdAt
  finishedAt
}
fragment Refusal on UserError {
  __typename
  code
  message
  path
  ... on MappingRuleError {
    rule
    expected
    actual
  }
  ... on VendorError {
    hint
    where
    retryable
  }
}`) as unknown as TypedDocumentString<RecordSubscriptionChangeMutation, RecordSubscriptionChangeMutationVariables>;