/** What tests read of the API, as one set of fragments. */
export interface Diagnostic {
  readonly check: string;
  readonly status: 'PASS' | 'WARN' | 'FAIL' | 'UNVERIFIED';
  readonly title: string;
  readonly detail: string;
  readonly code: string | null;
  readonly action: string | null;
  readonly where: readonly string[];
}

export type Status =
  | 'PENDING'
  | 'RUNNING'
  | 'RETRYING'
  | 'VERIFYING'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'NEEDS_REVIEW'
  | 'CANCELED';

export interface Entry {
  readonly id: string;
  readonly operation: string;
  readonly operationLabel: string;
  readonly status: Status;
  readonly outcome: string;
  readonly summary: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly attempts: number;
  readonly correlationId: string;
  readonly connectionId: string | null;
  readonly customerName: string | null;
  readonly actor: { readonly kind: string; readonly name: string };
  readonly error: {
    readonly class: string;
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
    readonly retryable: boolean;
  } | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly history: readonly { readonly type: string; readonly toStatus: Status; readonly message: string }[];
}

export interface Connection {
  readonly id: string;
  readonly alias: string;
  readonly currency: string;
  readonly status: string;
  readonly statusCode: string | null;
  readonly credentialsVersion: number;
  readonly deletedAt: string | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly policy?: Policy;
}

export interface Policy {
  readonly proration: string;
  readonly decreases: string;
  readonly priceSource: string;
  readonly writeMode: string;
  readonly drift: { readonly quantity: string; readonly unitPrice: string; readonly unitCost: string };
}

export interface Mapping {
  readonly __typename: string;
  readonly id: string;
  readonly state: string;
  readonly remoteId: string;
  readonly remoteName: string;
  readonly warnings: readonly string[];
  readonly syncState?: string | null;
  readonly remoteServiceId?: string | null;
  readonly remoteLineId?: string | null;
}

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly state: string;
  readonly hint: string;
  readonly expiresAt: string | null;
  readonly previousUntil: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
  readonly madeBy: string;
}

export interface UserError {
  readonly __typename: string;
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[] | null;
  readonly rule?: string;
  readonly expected?: string | null;
  readonly actual?: string | null;
  readonly existingMapping?: { readonly id: string } | null;
  readonly existingConnection?: { readonly id: string } | null;
  readonly existingEntry?: { readonly id: string } | null;
  readonly state?: string | null;
  readonly entry?: { readonly id: string } | null;
  readonly runningEntry?: { readonly id: string } | null;
  readonly mappings?: readonly { readonly id: string }[];
  readonly count?: number;
  readonly status?: string;
  readonly hint?: string | null;
  readonly where?: readonly string[];
  readonly permissionId?: string | null;
  readonly retryable?: boolean;
}

export interface RowResult {
  readonly externalId: string | null;
  readonly id: string | null;
  readonly outcome: string;
  readonly errors: readonly { readonly code: string }[];
}

export interface AzureBill {
  readonly month: string;
  readonly outcome: string;
  readonly cost: string | null;
  readonly price: string | null;
  readonly currency: string | null;
  readonly parts: readonly { readonly kind: string; readonly cost: string }[];
  readonly auditLog: { readonly id: string } | null;
}

/** What a mutation answers; of the objects the one it has. */
export interface Payload {
  readonly connection?: Connection | null;
  readonly mapping?: Mapping | null;
  readonly customerMapping?: {
    readonly id: string;
    readonly policy: Policy;
    readonly policyOverride: { readonly writeMode: string | null; readonly decreases: string | null } | null;
  } | null;
  /** Of an operator verb: the entry under which the operation stands. */
  readonly entry?: Pick<Entry, 'id' | 'status'> | null;
  readonly reconciliation?: Reconciliation | null;
  readonly drift?: Drift | null;
  readonly cloudSubscription?: {
    readonly id: string;
    readonly quantity: number;
    readonly syncState: string | null;
  } | null;
  readonly results?: readonly RowResult[] | null;
  readonly azureUsage?: { readonly month: string; readonly cost: string; readonly revision: number } | null;
  /** Of the monthly run. */
  readonly bills?: readonly AzureBill[] | null;
  readonly apiKey?: ApiKey | null;
  readonly token?: string | null;
  readonly auditLog: Entry;
  readonly userErrors: readonly UserError[];
}

export const DIAGNOSTIC = 'fragment ADiagnostic on Diagnostic { check status title detail code action where }';

export const ENTRY = `fragment AnEntry on AuditLog {
  id operation operationLabel status outcome summary details attempts correlationId connectionId customerName
  actor { kind name } error { class code message hint retryable } diagnostics { ...ADiagnostic }
  history { type toStatus message }
} ${DIAGNOSTIC}`;

export const CONNECTION =
  'fragment AConnection on Connection { id alias currency status statusCode credentialsVersion deletedAt diagnostics { ...ADiagnostic } }';

export const MAPPING = `fragment AMapping on Mapping {
  __typename id state remoteId remoteName warnings
  ... on SubscriptionMapping { syncState remoteServiceId remoteLineId }
}`;

const USER_ERROR = `fragment AUserError on UserError {
  __typename code message path
  ... on MappingConflictError { rule existingMapping: existing { id } }
  ... on MappingRuleError { rule expected actual }
  ... on CurrencyMismatchError { currency: expected found: actual }
  ... on DuplicateAliasError { existingConnection: existing { id } }
  ... on IdempotencyConflictError { existingEntry: existing { id } }
  ... on OperationStateError { state entry { id } }
  ... on InUseError { count mappings { id } }
  ... on ConnectionNotReadyError { status }
  ... on AlreadyRunningError { runningEntry: existing { id } }
  ... on VendorError { hint where permissionId retryable }
}`;

const SUBSCRIPTION = 'cloudSubscription { id quantity syncState }';
const API_KEY = 'apiKey { id name role state hint expiresAt previousUntil revokedAt lastUsedAt madeBy }';
const RESULTS = 'results { externalId id outcome errors { code } }';

export interface Reconciliation {
  readonly id: string;
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELED';
  readonly lines: number;
  readonly checked: number;
  readonly drifts: number;
  readonly calls: number;
  readonly equal: number;
  readonly drifted: number;
  readonly pending: number;
  readonly unread: number;
  readonly corrections: number;
}

export interface Drift {
  readonly id: string;
  readonly field: string;
  readonly marketplaceValue: string | null;
  readonly psaValue: string | null;
  readonly lastWrittenValue: string | null;
  readonly cause: string;
  readonly state: string;
  readonly rule: string;
  readonly closedAt: string | null;
  readonly mapping: { readonly id: string } | null;
  readonly cloudSubscription: { readonly id: string } | null;
  readonly auditLog: { readonly id: string; readonly operation: string } | null;
}

export const RECONCILIATION = 'id status lines checked drifts calls equal drifted pending unread corrections';

export const DRIFT = `id field marketplaceValue psaValue lastWrittenValue cause state rule closedAt
  mapping { id } cloudSubscription { id } auditLog { id operation }`;

const OBJECTS: { readonly [ending: string]: readonly [selection: string, ...fragments: string[]] } = {
  ConnectorConnection: ['connection { ...AConnection }', CONNECTION],
  Mapping: ['mapping { ...AMapping }', MAPPING],
  SubscriptionOperation: ['mapping { ...AMapping } entry { id status }', MAPPING],
  reconcileConnection: [`reconciliation { ${RECONCILIATION} }`],
  correctDrift: [`drift { ${DRIFT} }`],
  ConnectionPolicy: [
    'connection { ...AConnection policy { ...APolicy } } customerMapping { id policy { ...APolicy } policyOverride { writeMode decreases } }',
    CONNECTION,
    'fragment APolicy on SyncPolicy { proration decreases priceSource writeMode drift { quantity unitPrice unitCost } }',
  ],
  ConnectorAction: ['message'],
  syncSubscriptionToConnection: [
    'customerMapping { ...AMapping } offerMapping { ...AMapping } subscriptionMapping { ...AMapping } auditLogs { ...AnEntry parent { id } } preview { decision fingerprint after { units } steps { label } }',
    MAPPING,
  ],
  resyncSubscription: ['mapping { ...AMapping }', MAPPING],
  SubscriptionChange: [SUBSCRIPTION],
  AzureUsage: ['azureUsage { month cost price currency revision }'],
  AzureBilling: ['bills: results { month outcome cost price currency parts { kind cost } auditLog { id } }'],
  revokeApiKey: [API_KEY],
  ApiKey: [`${API_KEY} token`],
  Customers: [RESULTS],
  Offers: [RESULTS],
  CloudSubscriptions: [RESULTS],
};

/** The document of any mutation: its object, its entry, its reasons, under the name `result`. */
export function mutation(field: string): string {
  const ending = Object.keys(OBJECTS).find((name) => field.endsWith(name));
  if (!ending) throw new Error(`No object is known for ${field}.`);
  const [selection, ...fragments] = OBJECTS[ending] as readonly [string, ...string[]];
  const input = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input!`;
  return `mutation ($input: ${input}) { result: ${field}(input: $input) {
    ${selection} auditLog { ...AnEntry } userErrors { ...AUserError } } }
    ${ENTRY} ${USER_ERROR} ${fragments.join(' ')}`;
}
