/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Whether an API key works. */
export type ApiKeyState =
  /** It works. */
  | 'ACTIVE'
  /** Its time is over. */
  | 'EXPIRED'
  /** Somebody ended it. */
  | 'REVOKED';

/** What a message of the feed is. */
export type AuditEventType =
  /** No event: where the feed stands. Keep its cursor. */
  | 'CHECKPOINT'
  /** A step of an entry was reported. */
  | 'REPORT'
  /** The status of an entry changed. */
  | 'STATUS';

/** What a person can do with the operation behind an entry. */
export type AuditLogAction =
  /** resolveSubscriptionOperation: state whether its doubtful write is in the PSA. */
  | 'RESOLVE'
  /** retrySubscriptionOperation: try a failed operation again, or approve a decrease that was held back. */
  | 'RETRY'
  /** skipSubscriptionOperation: give it up with a reason; what waits behind it goes on. */
  | 'SKIP';

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

/** What became of a mapped Azure plan's month. */
export type AzureBillingOutcome =
  /** The month began before the plan's contract line did; it is billed by hand. */
  | 'BEFORE_MAPPING'
  /** The plan is not billed by the month. */
  | 'NOT_MONTHLY'
  /** Nothing was recorded of the plan or its reservations. */
  | 'NO_FIGURES'
  /** Its figures, or those of a later month that would have to be written again behind it, are not in the connection's currency (R9); nothing is written. Map the plan on a connection of that currency; or push the cloud subscription in the connection's and record the month again. */
  | 'OTHER_CURRENCY'
  /** It is on its way to the PSA; in a dry run, it would be. */
  | 'PUSHED'
  /** The same amounts were sent before. */
  | 'UNCHANGED';

/** What a part of a month's sum is. */
export type AzureCostPartKind =
  /** The plan's own consumption. */
  | 'PLAN'
  /** A reservation or savings plan of the plan's customer (R34). */
  | 'RESERVATION';

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
  /** It ended: it was cancelled, expired, was disabled or deleted (R57). */
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
  /** Cancelled; not billed any more (R57). */
  | 'CANCELLED'
  /** Deleted; not billed any more. */
  | 'DELETED'
  /** Disabled by the provider; not billed any more. */
  | 'DISABLED'
  /** Its term has ended; not billed any more. */
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
  autotask: AutotaskCredentialsInput; connectwise?: never; raw?: never; }
  |  { autotask?: never;   /** ConnectWise PSA. */
  connectwise: ConnectwiseCredentialsInput; raw?: never; }
  |  { autotask?: never; connectwise?: never;   /** Any connector, untyped. */
  raw: RawCredentialsInput; };

/** Credentials and settings of ConnectWise PSA. */
export type ConnectwiseCredentialsInput = {
  /** Further names of your billing cycles that mean annual, separated by commas. Names in plain English are known. */
  annualCycles?: string | null | undefined;
  /** The client id of your integration, from the ConnectWise developer network. */
  clientId?: string | null | undefined;
  /** The company of the log-in form. Example: acme */
  companyId: string;
  /** Further names of your billing cycles that mean monthly, separated by commas. Names in plain English are known. */
  monthlyCycles?: string | null | undefined;
  /** The private key of the API member; ConnectWise shows it once. */
  privateKey: string;
  /** The public key of the API member. */
  publicKey: string;
  /** The host where you log in to ConnectWise PSA. Example: na.myconnectwise.net */
  site: string;
};

/** Input of correctDrift. */
export type CorrectDriftInput = {
  /** A drift that stands. */
  driftId: string | number;
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. Absent: that of the header `Idempotency-Key`. */
  idempotencyKey?: string | null | undefined;
  /** Why, for the audit log. At most 500 characters. */
  reason?: string | null | undefined;
  /** Which side is right. */
  take: DriftSide;
};

/** Input of createApiKey. */
export type CreateApiKeyInput = {
  /** When it ends, at the latest when the key you call with ends. Absent: then; a key made by a person lasts 366 days at most. */
  expiresAt?: string | null | undefined;
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. Absent: that of the header `Idempotency-Key`. */
  idempotencyKey?: string | null | undefined;
  /** What it is for. */
  name: string;
  /** What it may do. */
  role: Role;
};

/** Input of createConnectionCustomerMapping. */
export type CreateConnectionCustomerMappingInput = {
  /** The PSA's id of the company. */
  companyId: string | number;
  /** One of your connections; it must be ACTIVE. */
  connectionId: string | number;
  /** The customer. */
  customerId: string | number;
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. Absent: that of the header `Idempotency-Key`. */
  idempotencyKey?: string | null | undefined;
};

/** Input of createConnectionOfferMapping. */
export type CreateConnectionOfferMappingInput = {
  /** One of your connections; it must be ACTIVE. */
  connectionId: string | number;
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. Absent: that of the header `Idempotency-Key`. */
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
  /** Only tell what would be written, in `preview`; nothing is stored and nothing is sent. */
  dryRun?: boolean | null | undefined;
  /** Carry out only the plan with this fingerprint, as a preview told it; another one is refused. */
  fingerprint?: string | null | undefined;
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. Absent: that of the header `Idempotency-Key`. */
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
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. Absent: that of the header `Idempotency-Key`. */
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

/** From which day fewer units count. */
export type DecreasePolicy =
  /** Dated like more units. */
  | 'AS_INCREASES'
  /** Not by itself: a person approves each with retrySubscriptionOperation. */
  | 'NEVER'
  /** From the start of the next billing period. */
  | 'NEXT_PERIOD';

/** Why the two sides probably differ. */
export type DriftCause =
  /** The contract has ended; nothing is billed. */
  | 'CONTRACT_ENDED'
  /** The contract ends before the term of the cloud subscription. */
  | 'CONTRACT_ENDS_EARLY'
  /** The contract vanished, or may not be seen. */
  | 'CONTRACT_GONE'
  /** The contract was set inactive. */
  | 'CONTRACT_INACTIVE'
  /** The contract begins after the cloud subscription. */
  | 'CONTRACT_STARTS_LATE'
  /** The PSA has neither what the marketplace says nor what was written last: somebody edited it (R63). */
  | 'MANUAL_EDIT'
  /** The mapping names something that is not what it was when it was mapped; map it again. */
  | 'MAPPING_STALE'
  /** The PSA has what was written last, and the marketplace has moved on; or an operation failed. */
  | 'MISSED_CHANGE'
  /** The gateway never wrote an amount: the one of the PSA itself stands. */
  | 'PRICE_LIST'
  /** The service vanished, or may not be seen. */
  | 'SERVICE_GONE'
  /** The service was set inactive. */
  | 'SERVICE_INACTIVE'
  /** It cannot be told. */
  | 'UNKNOWN';

/** What differs. */
export type DriftField =
  /** The contract it is billed on. */
  | 'CONTRACT'
  /** The currency, against the connection's (R9). */
  | 'CURRENCY'
  /** The line cannot be read for what it is; psaValue says why. */
  | 'LINE'
  /** The units that are billed. */
  | 'QUANTITY'
  /** The service it is billed as. */
  | 'SERVICE'
  /** What one unit costs you; only where the PSA shows it. */
  | 'UNIT_COST'
  /** What the customer pays for one unit. */
  | 'UNIT_PRICE';

/** Who is right where the two sides differ. Of each member: absent: it stays; null: back to the wider one (the connection, then the default). */
export type DriftPolicyInput = {
  /** For units. */
  quantity?: DriftRule | null | undefined;
  /** For the cost of a unit. */
  unitCost?: DriftRule | null | undefined;
  /** For the price of a unit. */
  unitPrice?: DriftRule | null | undefined;
};

/** Who is right where the two sides differ. */
export type DriftRule =
  /** A person decides. */
  | 'ASK'
  /** The PSA is corrected. */
  | 'MARKETPLACE_WINS'
  /** The PSA stays as it is. */
  | 'PSA_WINS';

/** Which side of a drift is taken. */
export type DriftSide =
  /** The PSA is made as the marketplace says. */
  | 'MARKETPLACE'
  /** The PSA stays as it is. */
  | 'PSA';

/** State of a drift. OPEN, CORRECTING and ACCEPTED stand. */
export type DriftState =
  /** What the PSA has is right; the same is not raised again. */
  | 'ACCEPTED'
  /** It was corrected, and found equal after that. */
  | 'CORRECTED'
  /** A correction is on its way to the PSA. */
  | 'CORRECTING'
  /** It was found equal again without a correction. */
  | 'GONE'
  /** It waits for a decision. */
  | 'OPEN';

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

/** Where prices and costs are kept. */
export type PriceSource =
  /** The marketplace; its prices and costs are written. */
  | 'MARKETPLACE'
  /** The PSA; none is ever written. */
  | 'PSA';

/** From which day a change of quantity counts (R49). */
export type ProrationPolicy =
  /** From its own day on; the PSA prorates the period. */
  | 'EXACT_DATE'
  /** From the start of the next billing period. */
  | 'NEXT_PERIOD'
  /** From the start of the billing period that holds its day. */
  | 'PERIOD_START';

/** Credentials of any registered connector, as its `credentialsSchema` describes them. */
export type RawCredentialsInput = {
  /** Which connector. */
  connectorId: string;
  /** The credentials. */
  credentials: unknown;
  /** The settings, as `settingsSchema` describes them. */
  settings?: unknown;
};

/** Input of reconcileConnection. */
export type ReconcileConnectionInput = {
  /** One of your connections; it must be ACTIVE. */
  connectionId: string | number;
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. Absent: that of the header `Idempotency-Key`. */
  idempotencyKey?: string | null | undefined;
};

/** State of a reconciliation. */
export type ReconciliationStatus =
  /** The connection was deleted, or is not ACTIVE any more. */
  | 'CANCELED'
  /** The PSA could not be read to the end. */
  | 'FAILED'
  /** Being done; its entry tells how far it is. */
  | 'RUNNING'
  /** Everything was compared. */
  | 'SUCCEEDED';

/** Input of recordAzureUsage. Amounts are those of the whole month so far, in the currency of your price. */
export type RecordAzureUsageInput = {
  /** The Azure plan, reservation or savings plan; or externalId. */
  cloudSubscriptionId?: string | number | null | undefined;
  /** What your organization pays. */
  cost: string;
  /** Names the figure; the same one sent again changes nothing. */
  eventId: string;
  /** The marketplace's id of it; or cloudSubscriptionId. */
  externalId?: string | null | undefined;
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. Absent: that of the header `Idempotency-Key`. */
  idempotencyKey?: string | null | undefined;
  /** First day of the month; not a coming one. */
  month: string;
  /** What it takes. Absent: not known. */
  price?: string | null | undefined;
};

/** Input of recordSubscriptionChange. Values are absolute: what holds after the change. */
export type RecordSubscriptionChangeInput = {
  /** For AUTO_RENEW. */
  autoRenewEnabled?: boolean | null | undefined;
  /** For BILLING_FREQUENCY. */
  billingFrequency?: BillingFrequency | null | undefined;
  /** Only tell what would be written, in `preview`; nothing is stored and nothing is sent. */
  dryRun?: boolean | null | undefined;
  /** From when it counts. Absent: the day of occurredAt, else today (UTC). */
  effectiveDate?: string | null | undefined;
  /** For RENEWAL. */
  endDate?: string | null | undefined;
  /** Names the event; the same event sent again changes nothing. */
  eventId: string;
  /** The marketplace's id of it; or subscriptionId. */
  externalId?: string | null | undefined;
  /** Carry out only the plan with this fingerprint, as a preview told it; another one is refused. */
  fingerprint?: string | null | undefined;
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. Absent: that of the header `Idempotency-Key`. */
  idempotencyKey?: string | null | undefined;
  /** What happened. */
  kind: ChangeKind;
  /** For FRIENDLY_NAME. */
  name?: string | null | undefined;
  /** When it happened: at most five minutes ahead of the gateway. Absent: now. */
  occurredAt?: string | null | undefined;
  /** For QUANTITY: the units after it. */
  quantity?: number | null | undefined;
  /** The cloud subscription; or externalId. */
  subscriptionId?: string | number | null | undefined;
  /** For PRICE and PROMOTION, in the basis that is stored. */
  unitCost?: string | null | undefined;
  /** For PRICE and PROMOTION, in the basis that is stored. */
  unitPrice?: string | null | undefined;
};

/** Input of resolveSubscriptionOperation. */
export type ResolveSubscriptionOperationInput = {
  /** The audit log entry of the operation; its `actions` say what is possible. */
  auditLogId: string | number;
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. Absent: that of the header `Idempotency-Key`. */
  idempotencyKey?: string | null | undefined;
  /** The units that stand on the line, for the audit log. */
  observedUnits?: number | null | undefined;
  /** Whether the doubtful write is in the PSA. */
  outcome: WriteOutcome;
  /** Why, for the audit log: 1 to 500 characters. */
  reason: string;
};

/** Input of retrySubscriptionOperation. */
export type RetrySubscriptionOperationInput = {
  /** The audit log entry of the operation; its `actions` say what is possible. */
  auditLogId: string | number;
  /** Only tell what would be written, in `preview`; nothing is stored and nothing is sent. */
  dryRun?: boolean | null | undefined;
  /** Carry out only the plan with this fingerprint, as a preview told it; another one is refused. */
  fingerprint?: string | null | undefined;
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. Absent: that of the header `Idempotency-Key`. */
  idempotencyKey?: string | null | undefined;
  /** Why, for the audit log: 1 to 500 characters. Not required. */
  reason?: string | null | undefined;
};

/** Input of revokeApiKey. */
export type RevokeApiKeyInput = {
  /** The key. */
  id: string | number;
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. Absent: that of the header `Idempotency-Key`. */
  idempotencyKey?: string | null | undefined;
  /** Also those made with it, and with those. Absent: it alone. */
  withMade?: boolean | null | undefined;
};

/** What a caller may do. */
export type Role =
  /** Reads and acts. */
  | 'ADMINISTRATOR'
  /** Reads; changes nothing and never sees a secret. */
  | 'VIEWER';

/** Input of rotateApiKey. */
export type RotateApiKeyInput = {
  /** When the key ends. Absent: as it was. */
  expiresAt?: string | null | undefined;
  /** The key. */
  id: string | number;
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. Absent: that of the header `Idempotency-Key`. */
  idempotencyKey?: string | null | undefined;
  /** How long its present text works on. Absent: a day; 0: it ends now; at most 30 days. */
  overlapSeconds?: number | null | undefined;
};

/** Input of runAzureBilling. */
export type RunAzureBillingInput = {
  /** One of your connections; it must be ACTIVE. */
  connectionId: string | number;
  /** Only tell what would be sent. */
  dryRun?: boolean | null | undefined;
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. Absent: that of the header `Idempotency-Key`. */
  idempotencyKey?: string | null | undefined;
  /** First day of the month; not a coming one. */
  month: string;
};

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

/** Input of skipSubscriptionOperation. */
export type SkipSubscriptionOperationInput = {
  /** The audit log entry of the operation; its `actions` say what is possible. */
  auditLogId: string | number;
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. Absent: that of the header `Idempotency-Key`. */
  idempotencyKey?: string | null | undefined;
  /** Why, for the audit log: 1 to 500 characters. */
  reason: string;
};

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

/** Input of syncSubscriptionToConnection. */
export type SyncSubscriptionToConnectionInput = {
  /** The cloud subscription. */
  cloudSubscriptionId: string | number;
  /** The PSA's id of the company of its customer. Absent: the customer is mapped on the connection. */
  companyId?: string | number | null | undefined;
  /** One of your connections; it must be ACTIVE. */
  connectionId: string | number;
  /** The PSA's id of the contract. */
  contractId: string | number;
  /** Only tell what would be written, in `preview`; nothing is stored and nothing is sent. */
  dryRun?: boolean | null | undefined;
  /** Carry out only the plan with this fingerprint, as a preview told it; another one is refused. */
  fingerprint?: string | null | undefined;
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. Absent: that of the header `Idempotency-Key`. */
  idempotencyKey?: string | null | undefined;
  /** The PSA's id of the service of its offer. Absent: the offer is mapped on the connection. */
  serviceId?: string | number | null | undefined;
};

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

/** Input of updateConnectionPolicy. Of each member of the policy: absent: it stays; null: back to the wider one (the connection, then the default). */
export type UpdateConnectionPolicyInput = {
  /** One of your connections. */
  connectionId: string | number;
  /** Only for this customer, which must be mapped on the connection. Absent: for the connection. */
  customerId?: string | number | null | undefined;
  /** From which day fewer units count. */
  decreases?: DecreasePolicy | null | undefined;
  /** Who is right where a reconciliation finds that the two sides differ. */
  drift?: DriftPolicyInput | null | undefined;
  /** The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. Absent: that of the header `Idempotency-Key`. */
  idempotencyKey?: string | null | undefined;
  /** Where prices and costs are kept. */
  priceSource?: PriceSource | null | undefined;
  /** From which day a change of quantity counts (R49). */
  proration?: ProrationPolicy | null | undefined;
  /** Whether anything is sent to the PSA. */
  writeMode?: WriteMode | null | undefined;
};

/** Whether anything is sent to the PSA. */
export type WriteMode =
  /** Changes are planned and reported; nothing is sent. */
  | 'WATCH_ONLY'
  /** Changes are written. */
  | 'WRITE';

/** What a person found in the PSA. */
export type WriteOutcome =
  /** The write is there: the operation has succeeded. */
  | 'APPLIED'
  /** The write is not there: the operation is planned anew from fresh reads. */
  | 'NOT_APPLIED';

export type ApiKeysQueryVariables = Exact<{
  ended?: boolean | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ApiKeysQuery = { apiKeys: { nodes: Array<{ id: string, name: string, role: Role, hint: string, state: ApiKeyState, madeBy: string, createdAt: string, expiresAt: string | null, previousUntil: string | null, lastUsedAt: string | null, isMine: boolean }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CreateApiKeyMutationVariables = Exact<{
  input: CreateApiKeyInput;
}>;


export type CreateApiKeyMutation = { createApiKey: { token: string | null, apiKey: { id: string, name: string, role: Role, expiresAt: string | null } | null, auditLog: { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null }, userErrors: Array<
      | { __typename: 'AlreadyRunningError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'OperationStateError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'PlanChangedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'VendorError', hint: string | null, where: Array<string>, retryable: boolean, code: string, message: string, path: Array<string> | null }
    > } };

export type RotateApiKeyMutationVariables = Exact<{
  input: RotateApiKeyInput;
}>;


export type RotateApiKeyMutation = { rotateApiKey: { token: string | null, apiKey: { id: string, name: string, expiresAt: string | null, previousUntil: string | null } | null, auditLog: { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null }, userErrors: Array<
      | { __typename: 'AlreadyRunningError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'OperationStateError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'PlanChangedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'VendorError', hint: string | null, where: Array<string>, retryable: boolean, code: string, message: string, path: Array<string> | null }
    > } };

export type RevokeApiKeyMutationVariables = Exact<{
  input: RevokeApiKeyInput;
}>;


export type RevokeApiKeyMutation = { revokeApiKey: { apiKey: { id: string, state: ApiKeyState, revokedAt: string | null } | null, auditLog: { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null }, userErrors: Array<
      | { __typename: 'AlreadyRunningError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'OperationStateError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'PlanChangedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'VendorError', hint: string | null, where: Array<string>, retryable: boolean, code: string, message: string, path: Array<string> | null }
    > } };

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

export type RecordAzureUsageMutationVariables = Exact<{
  input: RecordAzureUsageInput;
}>;


export type RecordAzureUsageMutation = { recordAzureUsage: { azureUsage: { month: string, cost: string, price: string | null, currency: string, cloudSubscription: { id: string, name: string } | null } | null, auditLog: { id: string }, userErrors: Array<
      | { __typename: 'AlreadyRunningError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'OperationStateError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'PlanChangedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'VendorError', code: string, message: string, path: Array<string> | null }
    > } };

export type RunAzureBillingMutationVariables = Exact<{
  input: RunAzureBillingInput;
}>;


export type RunAzureBillingMutation = { runAzureBilling: { remaining: number | null, results: Array<{ month: string, outcome: AzureBillingOutcome, cost: string | null, price: string | null, currency: string | null, parts: Array<{ kind: AzureCostPartKind, cost: string, price: string | null, currency: string, cloudSubscription: { id: string, name: string } | null }>, cloudSubscription: { id: string, name: string, customer: { companyName: string } | null } | null, auditLog: { id: string, status: AuditStatus } | null }> | null, withoutPlan: Array<{ id: string, name: string }> | null, auditLog: { id: string, status: AuditStatus }, userErrors: Array<
      | { __typename: 'AlreadyRunningError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'OperationStateError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'PlanChangedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'VendorError', code: string, message: string, path: Array<string> | null }
    > } };

export type SetupQueryVariables = Exact<{ [key: string]: never; }>;


export type SetupQuery = { viewer: { name: string, role: Role, organization: { name: string, kind: OrganizationKind } }, connectors: Array<{ id: string, title: string, vendor: string, setupSteps: Array<{ id: string, title: string, where: Array<string>, checks: Array<string>, fields: Array<{ name: string, value: string }> }> }> };

export type CreateConnectorConnectionMutationVariables = Exact<{
  input: CreateConnectorConnectionInput;
}>;


export type CreateConnectorConnectionMutation = { createConnectorConnection: { connection: { id: string, alias: string, connectorId: string, currency: string, status: ConnectionStatus, statusReason: string | null } | null, auditLog: { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null }, userErrors: Array<
      | { __typename: 'AlreadyRunningError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'OperationStateError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'PlanChangedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'VendorError', hint: string | null, where: Array<string>, retryable: boolean, code: string, message: string, path: Array<string> | null }
    > } };

export type ConnectionsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ConnectionsQuery = { connections: { nodes: Array<{ id: string, alias: string, connectorId: string, currency: string, status: ConnectionStatus, statusReason: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ConnectionLineFragment = { id: string, alias: string, connectorId: string, currency: string, status: ConnectionStatus, statusReason: string | null };

type Refusal_AlreadyRunningError_Fragment = { __typename: 'AlreadyRunningError', code: string, message: string, path: Array<string> | null };

type Refusal_ConnectionNotReadyError_Fragment = { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null };

type Refusal_CurrencyMismatchError_Fragment = { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null };

type Refusal_DuplicateAliasError_Fragment = { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null };

type Refusal_IdempotencyConflictError_Fragment = { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null };

type Refusal_InUseError_Fragment = { __typename: 'InUseError', code: string, message: string, path: Array<string> | null };

type Refusal_InvalidInputError_Fragment = { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null };

type Refusal_MappingConflictError_Fragment = { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null };

type Refusal_MappingRuleError_Fragment = { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null };

type Refusal_NotFoundError_Fragment = { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null };

type Refusal_OperationStateError_Fragment = { __typename: 'OperationStateError', code: string, message: string, path: Array<string> | null };

type Refusal_PlanChangedError_Fragment = { __typename: 'PlanChangedError', code: string, message: string, path: Array<string> | null };

type Refusal_UnsupportedError_Fragment = { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null };

type Refusal_VendorError_Fragment = { __typename: 'VendorError', hint: string | null, where: Array<string>, retryable: boolean, code: string, message: string, path: Array<string> | null };

export type RefusalFragment =
  | Refusal_AlreadyRunningError_Fragment
  | Refusal_ConnectionNotReadyError_Fragment
  | Refusal_CurrencyMismatchError_Fragment
  | Refusal_DuplicateAliasError_Fragment
  | Refusal_IdempotencyConflictError_Fragment
  | Refusal_InUseError_Fragment
  | Refusal_InvalidInputError_Fragment
  | Refusal_MappingConflictError_Fragment
  | Refusal_MappingRuleError_Fragment
  | Refusal_NotFoundError_Fragment
  | Refusal_OperationStateError_Fragment
  | Refusal_PlanChangedError_Fragment
  | Refusal_UnsupportedError_Fragment
  | Refusal_VendorError_Fragment
;

export type ReconcileConnectionMutationVariables = Exact<{
  input: ReconcileConnectionInput;
}>;


export type ReconcileConnectionMutation = { reconcileConnection: { reconciliation: { id: string, status: ReconciliationStatus, day: string, startedAt: string, finishedAt: string | null, lines: number, checked: number, drifts: number, equal: number, drifted: number, pending: number, unread: number, corrections: number, calls: number } | null, auditLog: { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null }, userErrors: Array<
      | { __typename: 'AlreadyRunningError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'OperationStateError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'PlanChangedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'VendorError', hint: string | null, where: Array<string>, retryable: boolean, code: string, message: string, path: Array<string> | null }
    > } };

export type ReconciliationLineFragment = { id: string, status: ReconciliationStatus, day: string, startedAt: string, finishedAt: string | null, lines: number, checked: number, drifts: number, equal: number, drifted: number, pending: number, unread: number, corrections: number, calls: number };

export type ConnectionReconciliationsQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
}>;


export type ConnectionReconciliationsQuery = { connection: { id: string, alias: string, reconciliations: Array<{ id: string, status: ReconciliationStatus, day: string, startedAt: string, finishedAt: string | null, lines: number, checked: number, drifts: number, equal: number, drifted: number, pending: number, unread: number, corrections: number, calls: number }> } | null };

export type DriftsQueryVariables = Exact<{
  connectionId?: string | number | null | undefined;
  states?: Array<DriftState> | DriftState | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type DriftsQuery = { drifts: { nodes: Array<{ id: string, field: DriftField, marketplaceValue: string | null, psaValue: string | null, lastWrittenValue: string | null, cause: DriftCause, state: DriftState, rule: DriftRule, firstSeenAt: string, lastSeenAt: string, cloudSubscription: { id: string, name: string } | null, mapping: { id: string, remoteName: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CorrectDriftMutationVariables = Exact<{
  input: CorrectDriftInput;
}>;


export type CorrectDriftMutation = { correctDrift: { drift: { id: string, state: DriftState } | null, auditLog: { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null }, userErrors: Array<
      | { __typename: 'AlreadyRunningError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'OperationStateError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'PlanChangedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'VendorError', hint: string | null, where: Array<string>, retryable: boolean, code: string, message: string, path: Array<string> | null }
    > } };

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
      | { __typename: 'AlreadyRunningError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'OperationStateError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'PlanChangedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'VendorError', hint: string | null, where: Array<string>, retryable: boolean, code: string, message: string, path: Array<string> | null }
    > } };

export type CreateConnectionOfferMappingMutationVariables = Exact<{
  input: CreateConnectionOfferMappingInput;
}>;


export type CreateConnectionOfferMappingMutation = { createConnectionOfferMapping: { mapping: { id: string, state: MappingState, remoteName: string } | null, auditLog: { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null }, userErrors: Array<
      | { __typename: 'AlreadyRunningError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'OperationStateError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'PlanChangedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'VendorError', hint: string | null, where: Array<string>, retryable: boolean, code: string, message: string, path: Array<string> | null }
    > } };

export type CreateConnectionSubscriptionMappingMutationVariables = Exact<{
  input: CreateConnectionSubscriptionMappingInput;
}>;


export type CreateConnectionSubscriptionMappingMutation = { createConnectionSubscriptionMapping: { mapping: { id: string, state: MappingState, remoteName: string, syncState: SyncState | null } | null, auditLog: { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null }, userErrors: Array<
      | { __typename: 'AlreadyRunningError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'OperationStateError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'PlanChangedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'VendorError', hint: string | null, where: Array<string>, retryable: boolean, code: string, message: string, path: Array<string> | null }
    > } };

export type SyncSubscriptionToConnectionMutationVariables = Exact<{
  input: SyncSubscriptionToConnectionInput;
}>;


export type SyncSubscriptionToConnectionMutation = { syncSubscriptionToConnection: { customerMapping: { id: string, state: MappingState, remoteName: string } | null, offerMapping: { id: string, state: MappingState, remoteName: string } | null, subscriptionMapping: { id: string, state: MappingState, remoteName: string, syncState: SyncState | null } | null, auditLog: { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null }, auditLogs: Array<{ id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null }>, userErrors: Array<
      | { __typename: 'AlreadyRunningError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'OperationStateError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'PlanChangedError', code: string, message: string, path: Array<string> | null }
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
      | { __typename: 'AlreadyRunningError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'OperationStateError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'PlanChangedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'VendorError', hint: string | null, where: Array<string>, retryable: boolean, code: string, message: string, path: Array<string> | null }
    > } };

export type AuditLogActionsQueryVariables = Exact<{
  id: string | number;
}>;


export type AuditLogActionsQuery = { auditLog: { actions: Array<AuditLogAction>, id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null, error: { code: string, message: string, hint: string | null } | null, blockedBy: { actions: Array<AuditLogAction>, id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null } | null } | null };

export type RetrySubscriptionOperationMutationVariables = Exact<{
  input: RetrySubscriptionOperationInput;
}>;


export type RetrySubscriptionOperationMutation = { retrySubscriptionOperation: { mapping: { id: string, syncState: SyncState | null } | null, entry: { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null } | null, auditLog: { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null }, userErrors: Array<
      | { __typename: 'AlreadyRunningError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'OperationStateError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'PlanChangedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'VendorError', hint: string | null, where: Array<string>, retryable: boolean, code: string, message: string, path: Array<string> | null }
    > } };

export type SkipSubscriptionOperationMutationVariables = Exact<{
  input: SkipSubscriptionOperationInput;
}>;


export type SkipSubscriptionOperationMutation = { skipSubscriptionOperation: { mapping: { id: string, syncState: SyncState | null } | null, entry: { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null } | null, auditLog: { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null }, userErrors: Array<
      | { __typename: 'AlreadyRunningError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'OperationStateError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'PlanChangedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'VendorError', hint: string | null, where: Array<string>, retryable: boolean, code: string, message: string, path: Array<string> | null }
    > } };

export type ResolveSubscriptionOperationMutationVariables = Exact<{
  input: ResolveSubscriptionOperationInput;
}>;


export type ResolveSubscriptionOperationMutation = { resolveSubscriptionOperation: { mapping: { id: string, syncState: SyncState | null } | null, entry: { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null } | null, auditLog: { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null }, userErrors: Array<
      | { __typename: 'AlreadyRunningError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'OperationStateError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'PlanChangedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'VendorError', hint: string | null, where: Array<string>, retryable: boolean, code: string, message: string, path: Array<string> | null }
    > } };

export type ConnectionPolicyQueryVariables = Exact<{
  connectionId: string | number;
}>;


export type ConnectionPolicyQuery = { connection: { id: string, alias: string, policy: { proration: ProrationPolicy, decreases: DecreasePolicy, priceSource: PriceSource, writeMode: WriteMode, drift: { quantity: DriftRule, unitPrice: DriftRule, unitCost: DriftRule } } } | null };

export type UpdateConnectionPolicyMutationVariables = Exact<{
  input: UpdateConnectionPolicyInput;
}>;


export type UpdateConnectionPolicyMutation = { updateConnectionPolicy: { connection: { id: string, policy: { proration: ProrationPolicy, decreases: DecreasePolicy, priceSource: PriceSource, writeMode: WriteMode, drift: { quantity: DriftRule, unitPrice: DriftRule, unitCost: DriftRule } } } | null, customerMapping: { id: string, policy: { proration: ProrationPolicy, decreases: DecreasePolicy, priceSource: PriceSource, writeMode: WriteMode, drift: { quantity: DriftRule, unitPrice: DriftRule, unitCost: DriftRule } }, policyOverride: { proration: ProrationPolicy | null, decreases: DecreasePolicy | null, priceSource: PriceSource | null, writeMode: WriteMode | null, drift: { quantity: DriftRule | null, unitPrice: DriftRule | null, unitCost: DriftRule | null } | null } | null } | null, auditLog: { id: string, operation: string, operationLabel: string, status: AuditStatus, outcome: AuditOutcome, summary: string, createdAt: string, finishedAt: string | null }, userErrors: Array<
      | { __typename: 'AlreadyRunningError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'ConnectionNotReadyError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'CurrencyMismatchError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'DuplicateAliasError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'IdempotencyConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InUseError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInputError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingConflictError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'MappingRuleError', rule: string, expected: string | null, actual: string | null, code: string, message: string, path: Array<string> | null }
      | { __typename: 'NotFoundError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'OperationStateError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'PlanChangedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'UnsupportedError', code: string, message: string, path: Array<string> | null }
      | { __typename: 'VendorError', hint: string | null, where: Array<string>, retryable: boolean, code: string, message: string, path: Array<string> | null }
    > } };

export type PolicyMembersFragment = { proration: ProrationPolicy, decreases: DecreasePolicy, priceSource: PriceSource, writeMode: WriteMode, drift: { quantity: DriftRule, unitPrice: DriftRule, unitCost: DriftRule } };

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
export const ReconciliationLineFragmentDoc = new TypedDocumentString(`
    fragment ReconciliationLine on Reconciliation {
  id
  status
  day
  startedAt
  finishedAt
  lines
  checked
  drifts
  equal
  drifted
  pending
  unread
  corrections
  calls
}
    `, {"fragmentName":"ReconciliationLine"}) as unknown as TypedDocumentString<ReconciliationLineFragment, unknown>;
export const PolicyMembersFragmentDoc = new TypedDocumentString(`
    fragment PolicyMembers on SyncPolicy {
  proration
  decreases
  priceSource
  writeMode
  drift {
    quantity
    unitPrice
    unitCost
  }
}
    `, {"fragmentName":"PolicyMembers"}) as unknown as TypedDocumentString<PolicyMembersFragment, unknown>;
export const ApiKeysDocument = new TypedDocumentString(`
    query ApiKeys($ended: Boolean, $first: Int, $after: String) {
  apiKeys(ended: $ended, first: $first, after: $after) {
    nodes {
      id
      name
      role
      hint
      state
      madeBy
      createdAt
      expiresAt
      previousUntil
      lastUsedAt
      isMine
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<ApiKeysQuery, ApiKeysQueryVariables>;
export const CreateApiKeyDocument = new TypedDocumentString(`
    mutation CreateApiKey($input: CreateApiKeyInput!) {
  createApiKey(input: $input) {
    apiKey {
      id
      name
      role
      expiresAt
    }
    token
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
}`) as unknown as TypedDocumentString<CreateApiKeyMutation, CreateApiKeyMutationVariables>;
export const RotateApiKeyDocument = new TypedDocumentString(`
    mutation RotateApiKey($input: RotateApiKeyInput!) {
  rotateApiKey(input: $input) {
    apiKey {
      id
      name
      expiresAt
      previousUntil
    }
    token
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
}`) as unknown as TypedDocumentString<RotateApiKeyMutation, RotateApiKeyMutationVariables>;
export const RevokeApiKeyDocument = new TypedDocumentString(`
    mutation RevokeApiKey($input: RevokeApiKeyInput!) {
  revokeApiKey(input: $input) {
    apiKey {
      id
      state
      revokedAt
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
}`) as unknown as TypedDocumentString<RevokeApiKeyMutation, RevokeApiKeyMutationVariables>;
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
export const RecordAzureUsageDocument = new TypedDocumentString(`
    mutation RecordAzureUsage($input: RecordAzureUsageInput!) {
  recordAzureUsage(input: $input) {
    azureUsage {
      month
      cost
      price
      currency
      cloudSubscription {
        id
        name
      }
    }
    auditLog {
      id
    }
    userErrors {
      __typename
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<RecordAzureUsageMutation, RecordAzureUsageMutationVariables>;
export const RunAzureBillingDocument = new TypedDocumentString(`
    mutation RunAzureBilling($input: RunAzureBillingInput!) {
  runAzureBilling(input: $input) {
    results {
      month
      outcome
      cost
      price
      currency
      parts {
        kind
        cost
        price
        currency
        cloudSubscription {
          id
          name
        }
      }
      cloudSubscription {
        id
        name
        customer {
          companyName
        }
      }
      auditLog {
        id
        status
      }
    }
    remaining
    withoutPlan {
      id
      name
    }
    auditLog {
      id
      status
    }
    userErrors {
      __typename
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<RunAzureBillingMutation, RunAzureBillingMutationVariables>;
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
export const ReconcileConnectionDocument = new TypedDocumentString(`
    mutation ReconcileConnection($input: ReconcileConnectionInput!) {
  reconcileConnection(input: $input) {
    reconciliation {
      ...ReconciliationLine
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
}
fragment ReconciliationLine on Reconciliation {
  id
  status
  day
  startedAt
  finishedAt
  lines
  checked
  drifts
  equal
  drifted
  pending
  unread
  corrections
  calls
}`) as unknown as TypedDocumentString<ReconcileConnectionMutation, ReconcileConnectionMutationVariables>;
export const ConnectionReconciliationsDocument = new TypedDocumentString(`
    query ConnectionReconciliations($id: ID!, $first: Int) {
  connection(id: $id) {
    id
    alias
    reconciliations(first: $first) {
      ...ReconciliationLine
    }
  }
}
    fragment ReconciliationLine on Reconciliation {
  id
  status
  day
  startedAt
  finishedAt
  lines
  checked
  drifts
  equal
  drifted
  pending
  unread
  corrections
  calls
}`) as unknown as TypedDocumentString<ConnectionReconciliationsQuery, ConnectionReconciliationsQueryVariables>;
export const DriftsDocument = new TypedDocumentString(`
    query Drifts($connectionId: ID, $states: [DriftState!], $first: Int, $after: String) {
  drifts(
    connectionId: $connectionId
    states: $states
    first: $first
    after: $after
  ) {
    nodes {
      id
      field
      marketplaceValue
      psaValue
      lastWrittenValue
      cause
      state
      rule
      firstSeenAt
      lastSeenAt
      cloudSubscription {
        id
        name
      }
      mapping {
        id
        remoteName
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<DriftsQuery, DriftsQueryVariables>;
export const CorrectDriftDocument = new TypedDocumentString(`
    mutation CorrectDrift($input: CorrectDriftInput!) {
  correctDrift(input: $input) {
    drift {
      id
      state
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
}`) as unknown as TypedDocumentString<CorrectDriftMutation, CorrectDriftMutationVariables>;
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
export const SyncSubscriptionToConnectionDocument = new TypedDocumentString(`
    mutation SyncSubscriptionToConnection($input: SyncSubscriptionToConnectionInput!) {
  syncSubscriptionToConnection(input: $input) {
    customerMapping {
      id
      state
      remoteName
    }
    offerMapping {
      id
      state
      remoteName
    }
    subscriptionMapping {
      id
      state
      remoteName
      syncState
    }
    auditLog {
      ...AuditLogLine
    }
    auditLogs {
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
}`) as unknown as TypedDocumentString<SyncSubscriptionToConnectionMutation, SyncSubscriptionToConnectionMutationVariables>;
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
export const AuditLogActionsDocument = new TypedDocumentString(`
    query AuditLogActions($id: ID!) {
  auditLog(id: $id) {
    ...AuditLogLine
    actions
    error {
      code
      message
      hint
    }
    blockedBy {
      ...AuditLogLine
      actions
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
}`) as unknown as TypedDocumentString<AuditLogActionsQuery, AuditLogActionsQueryVariables>;
export const RetrySubscriptionOperationDocument = new TypedDocumentString(`
    mutation RetrySubscriptionOperation($input: RetrySubscriptionOperationInput!) {
  retrySubscriptionOperation(input: $input) {
    mapping {
      id
      syncState
    }
    entry {
      ...AuditLogLine
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
}`) as unknown as TypedDocumentString<RetrySubscriptionOperationMutation, RetrySubscriptionOperationMutationVariables>;
export const SkipSubscriptionOperationDocument = new TypedDocumentString(`
    mutation SkipSubscriptionOperation($input: SkipSubscriptionOperationInput!) {
  skipSubscriptionOperation(input: $input) {
    mapping {
      id
      syncState
    }
    entry {
      ...AuditLogLine
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
}`) as unknown as TypedDocumentString<SkipSubscriptionOperationMutation, SkipSubscriptionOperationMutationVariables>;
export const ResolveSubscriptionOperationDocument = new TypedDocumentString(`
    mutation ResolveSubscriptionOperation($input: ResolveSubscriptionOperationInput!) {
  resolveSubscriptionOperation(input: $input) {
    mapping {
      id
      syncState
    }
    entry {
      ...AuditLogLine
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
}`) as unknown as TypedDocumentString<ResolveSubscriptionOperationMutation, ResolveSubscriptionOperationMutationVariables>;
export const ConnectionPolicyDocument = new TypedDocumentString(`
    query ConnectionPolicy($connectionId: ID!) {
  connection(id: $connectionId) {
    id
    alias
    policy {
      ...PolicyMembers
    }
  }
}
    fragment PolicyMembers on SyncPolicy {
  proration
  decreases
  priceSource
  writeMode
  drift {
    quantity
    unitPrice
    unitCost
  }
}`) as unknown as TypedDocumentString<ConnectionPolicyQuery, ConnectionPolicyQueryVariables>;
export const UpdateConnectionPolicyDocument = new TypedDocumentString(`
    mutation UpdateConnectionPolicy($input: UpdateConnectionPolicyInput!) {
  updateConnectionPolicy(input: $input) {
    connection {
      id
      policy {
        ...PolicyMembers
      }
    }
    customerMapping {
      id
      policy {
        ...PolicyMembers
      }
      policyOverride {
        proration
        decreases
        priceSource
        writeMode
        drift {
          quantity
          unitPrice
          unitCost
        }
      }
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
}
fragment PolicyMembers on SyncPolicy {
  proration
  decreases
  priceSource
  writeMode
  drift {
    quantity
    unitPrice
    unitCost
  }
}`) as unknown as TypedDocumentString<UpdateConnectionPolicyMutation, UpdateConnectionPolicyMutationVariables>;