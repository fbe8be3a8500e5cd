/* eslint-disable */
import * as types from './graphql.js';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  subscription AuditLogEvents($after: String, $filter: AuditLogFilter) {\n    auditLogEvents(after: $after, filter: $filter) {\n      type\n      cursor\n      at\n      fromStatus\n      toStatus\n      message\n      data\n      auditLog {\n        ...AuditLogLine\n      }\n    }\n  }\n": typeof types.AuditLogEventsDocument,
    "\n  subscription AuditLogStatusChanged($id: ID!) {\n    auditLogStatusChanged(id: $id) {\n      ...AuditLogLine\n      details\n      attempts\n      error {\n        code\n        message\n        hint\n      }\n    }\n  }\n": typeof types.AuditLogStatusChangedDocument,
    "\n  query AuditLogs($first: Int, $after: String, $filter: AuditLogFilter) {\n    auditLogs(first: $first, after: $after, filter: $filter) {\n      streamCursor\n      nodes {\n        ...AuditLogLine\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.AuditLogsDocument,
    "\n  fragment AuditLogLine on AuditLog {\n    id\n    operation\n    operationLabel\n    status\n    outcome\n    summary\n    createdAt\n    finishedAt\n  }\n": typeof types.AuditLogLineFragmentDoc,
    "\n  query Setup {\n    viewer {\n      name\n      role\n      organization {\n        name\n        kind\n      }\n    }\n    connectors {\n      id\n      title\n      vendor\n      setupSteps {\n        id\n        title\n        where\n        checks\n        fields {\n          name\n          value\n        }\n      }\n    }\n  }\n": typeof types.SetupDocument,
    "\n  mutation CreateConnectorConnection($input: CreateConnectorConnectionInput!) {\n    createConnectorConnection(input: $input) {\n      connection {\n        ...ConnectionLine\n      }\n      auditLog {\n        ...AuditLogLine\n      }\n      userErrors {\n        ...Refusal\n      }\n    }\n  }\n": typeof types.CreateConnectorConnectionDocument,
    "\n  query Connections($first: Int, $after: String) {\n    connections(first: $first, after: $after) {\n      nodes {\n        ...ConnectionLine\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.ConnectionsDocument,
    "\n  fragment ConnectionLine on Connection {\n    id\n    alias\n    connectorId\n    currency\n    status\n    statusReason\n  }\n": typeof types.ConnectionLineFragmentDoc,
    "\n  fragment Refusal on UserError {\n    __typename\n    code\n    message\n    path\n    ... on MappingRuleError {\n      rule\n      expected\n      actual\n    }\n    ... on VendorError {\n      hint\n      where\n      retryable\n    }\n  }\n": typeof types.RefusalFragmentDoc,
    "\n  query RemoteCompanies($connectionId: ID!, $prefix: String, $first: Int) {\n    remoteCompanies(connectionId: $connectionId, prefix: $prefix, first: $first) {\n      remoteId\n      name\n      number\n      type\n      currency\n    }\n  }\n": typeof types.RemoteCompaniesDocument,
    "\n  query RemoteServices($connectionId: ID!, $offerVariantId: ID, $prefix: String, $first: Int) {\n    remoteServices(connectionId: $connectionId, offerVariantId: $offerVariantId, prefix: $prefix, first: $first) {\n      remoteId\n      name\n      billingFrequency\n      unitPrice\n    }\n  }\n": typeof types.RemoteServicesDocument,
    "\n  query RemoteContracts($connectionId: ID!, $cloudSubscriptionId: ID, $companyId: ID, $first: Int) {\n    remoteContracts(\n      connectionId: $connectionId\n      cloudSubscriptionId: $cloudSubscriptionId\n      companyId: $companyId\n      first: $first\n    ) {\n      remoteId\n      name\n      billingFrequency\n      startDate\n      endDate\n    }\n  }\n": typeof types.RemoteContractsDocument,
    "\n  mutation CreateConnectionCustomerMapping($input: CreateConnectionCustomerMappingInput!) {\n    createConnectionCustomerMapping(input: $input) {\n      mapping {\n        id\n        state\n        remoteName\n      }\n      auditLog {\n        ...AuditLogLine\n      }\n      userErrors {\n        ...Refusal\n      }\n    }\n  }\n": typeof types.CreateConnectionCustomerMappingDocument,
    "\n  mutation CreateConnectionOfferMapping($input: CreateConnectionOfferMappingInput!) {\n    createConnectionOfferMapping(input: $input) {\n      mapping {\n        id\n        state\n        remoteName\n      }\n      auditLog {\n        ...AuditLogLine\n      }\n      userErrors {\n        ...Refusal\n      }\n    }\n  }\n": typeof types.CreateConnectionOfferMappingDocument,
    "\n  mutation CreateConnectionSubscriptionMapping($input: CreateConnectionSubscriptionMappingInput!) {\n    createConnectionSubscriptionMapping(input: $input) {\n      mapping {\n        id\n        state\n        remoteName\n        syncState\n      }\n      auditLog {\n        ...AuditLogLine\n      }\n      userErrors {\n        ...Refusal\n      }\n    }\n  }\n": typeof types.CreateConnectionSubscriptionMappingDocument,
    "\n  query SubscriptionMappingState($id: ID!) {\n    mapping(id: $id) {\n      __typename\n      id\n      state\n      remoteId\n      remoteName\n      ... on SubscriptionMapping {\n        syncState\n        cloudSubscription {\n          name\n          quantity\n          customer {\n            companyName\n          }\n        }\n      }\n    }\n  }\n": typeof types.SubscriptionMappingStateDocument,
    "\n  query Customers($first: Int, $after: String, $filter: CustomerFilter) {\n    customers(first: $first, after: $after, filter: $filter) {\n      totalCount\n      nodes {\n        id\n        externalId\n        companyName\n        currency\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.CustomersDocument,
    "\n  query OfferVariants($first: Int, $after: String, $filter: OfferVariantFilter) {\n    offerVariants(first: $first, after: $after, filter: $filter) {\n      totalCount\n      nodes {\n        id\n        offerName\n        offerType\n        segment\n        term\n        billingFrequency\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.OfferVariantsDocument,
    "\n  query CloudSubscriptions($first: Int, $after: String, $filter: CloudSubscriptionFilter) {\n    cloudSubscriptions(first: $first, after: $after, filter: $filter) {\n      totalCount\n      nodes {\n        id\n        externalId\n        name\n        status\n        quantity\n        startDate\n        creationDate\n        currency\n        syncState\n        price {\n          unitCost\n          unitPrice\n        }\n        offerVariant {\n          id\n          offerName\n          offerType\n          term\n          billingFrequency\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.CloudSubscriptionsDocument,
    "\n  mutation RecordSubscriptionChange($input: RecordSubscriptionChangeInput!) {\n    recordSubscriptionChange(input: $input) {\n      cloudSubscription {\n        id\n        quantity\n        syncState\n      }\n      auditLog {\n        ...AuditLogLine\n        correlationId\n      }\n      userErrors {\n        ...Refusal\n      }\n    }\n  }\n": typeof types.RecordSubscriptionChangeDocument,
};
const documents: Documents = {
    "\n  subscription AuditLogEvents($after: String, $filter: AuditLogFilter) {\n    auditLogEvents(after: $after, filter: $filter) {\n      type\n      cursor\n      at\n      fromStatus\n      toStatus\n      message\n      data\n      auditLog {\n        ...AuditLogLine\n      }\n    }\n  }\n": types.AuditLogEventsDocument,
    "\n  subscription AuditLogStatusChanged($id: ID!) {\n    auditLogStatusChanged(id: $id) {\n      ...AuditLogLine\n      details\n      attempts\n      error {\n        code\n        message\n        hint\n      }\n    }\n  }\n": types.AuditLogStatusChangedDocument,
    "\n  query AuditLogs($first: Int, $after: String, $filter: AuditLogFilter) {\n    auditLogs(first: $first, after: $after, filter: $filter) {\n      streamCursor\n      nodes {\n        ...AuditLogLine\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.AuditLogsDocument,
    "\n  fragment AuditLogLine on AuditLog {\n    id\n    operation\n    operationLabel\n    status\n    outcome\n    summary\n    createdAt\n    finishedAt\n  }\n": types.AuditLogLineFragmentDoc,
    "\n  query Setup {\n    viewer {\n      name\n      role\n      organization {\n        name\n        kind\n      }\n    }\n    connectors {\n      id\n      title\n      vendor\n      setupSteps {\n        id\n        title\n        where\n        checks\n        fields {\n          name\n          value\n        }\n      }\n    }\n  }\n": types.SetupDocument,
    "\n  mutation CreateConnectorConnection($input: CreateConnectorConnectionInput!) {\n    createConnectorConnection(input: $input) {\n      connection {\n        ...ConnectionLine\n      }\n      auditLog {\n        ...AuditLogLine\n      }\n      userErrors {\n        ...Refusal\n      }\n    }\n  }\n": types.CreateConnectorConnectionDocument,
    "\n  query Connections($first: Int, $after: String) {\n    connections(first: $first, after: $after) {\n      nodes {\n        ...ConnectionLine\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.ConnectionsDocument,
    "\n  fragment ConnectionLine on Connection {\n    id\n    alias\n    connectorId\n    currency\n    status\n    statusReason\n  }\n": types.ConnectionLineFragmentDoc,
    "\n  fragment Refusal on UserError {\n    __typename\n    code\n    message\n    path\n    ... on MappingRuleError {\n      rule\n      expected\n      actual\n    }\n    ... on VendorError {\n      hint\n      where\n      retryable\n    }\n  }\n": types.RefusalFragmentDoc,
    "\n  query RemoteCompanies($connectionId: ID!, $prefix: String, $first: Int) {\n    remoteCompanies(connectionId: $connectionId, prefix: $prefix, first: $first) {\n      remoteId\n      name\n      number\n      type\n      currency\n    }\n  }\n": types.RemoteCompaniesDocument,
    "\n  query RemoteServices($connectionId: ID!, $offerVariantId: ID, $prefix: String, $first: Int) {\n    remoteServices(connectionId: $connectionId, offerVariantId: $offerVariantId, prefix: $prefix, first: $first) {\n      remoteId\n      name\n      billingFrequency\n      unitPrice\n    }\n  }\n": types.RemoteServicesDocument,
    "\n  query RemoteContracts($connectionId: ID!, $cloudSubscriptionId: ID, $companyId: ID, $first: Int) {\n    remoteContracts(\n      connectionId: $connectionId\n      cloudSubscriptionId: $cloudSubscriptionId\n      companyId: $companyId\n      first: $first\n    ) {\n      remoteId\n      name\n      billingFrequency\n      startDate\n      endDate\n    }\n  }\n": types.RemoteContractsDocument,
    "\n  mutation CreateConnectionCustomerMapping($input: CreateConnectionCustomerMappingInput!) {\n    createConnectionCustomerMapping(input: $input) {\n      mapping {\n        id\n        state\n        remoteName\n      }\n      auditLog {\n        ...AuditLogLine\n      }\n      userErrors {\n        ...Refusal\n      }\n    }\n  }\n": types.CreateConnectionCustomerMappingDocument,
    "\n  mutation CreateConnectionOfferMapping($input: CreateConnectionOfferMappingInput!) {\n    createConnectionOfferMapping(input: $input) {\n      mapping {\n        id\n        state\n        remoteName\n      }\n      auditLog {\n        ...AuditLogLine\n      }\n      userErrors {\n        ...Refusal\n      }\n    }\n  }\n": types.CreateConnectionOfferMappingDocument,
    "\n  mutation CreateConnectionSubscriptionMapping($input: CreateConnectionSubscriptionMappingInput!) {\n    createConnectionSubscriptionMapping(input: $input) {\n      mapping {\n        id\n        state\n        remoteName\n        syncState\n      }\n      auditLog {\n        ...AuditLogLine\n      }\n      userErrors {\n        ...Refusal\n      }\n    }\n  }\n": types.CreateConnectionSubscriptionMappingDocument,
    "\n  query SubscriptionMappingState($id: ID!) {\n    mapping(id: $id) {\n      __typename\n      id\n      state\n      remoteId\n      remoteName\n      ... on SubscriptionMapping {\n        syncState\n        cloudSubscription {\n          name\n          quantity\n          customer {\n            companyName\n          }\n        }\n      }\n    }\n  }\n": types.SubscriptionMappingStateDocument,
    "\n  query Customers($first: Int, $after: String, $filter: CustomerFilter) {\n    customers(first: $first, after: $after, filter: $filter) {\n      totalCount\n      nodes {\n        id\n        externalId\n        companyName\n        currency\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.CustomersDocument,
    "\n  query OfferVariants($first: Int, $after: String, $filter: OfferVariantFilter) {\n    offerVariants(first: $first, after: $after, filter: $filter) {\n      totalCount\n      nodes {\n        id\n        offerName\n        offerType\n        segment\n        term\n        billingFrequency\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.OfferVariantsDocument,
    "\n  query CloudSubscriptions($first: Int, $after: String, $filter: CloudSubscriptionFilter) {\n    cloudSubscriptions(first: $first, after: $after, filter: $filter) {\n      totalCount\n      nodes {\n        id\n        externalId\n        name\n        status\n        quantity\n        startDate\n        creationDate\n        currency\n        syncState\n        price {\n          unitCost\n          unitPrice\n        }\n        offerVariant {\n          id\n          offerName\n          offerType\n          term\n          billingFrequency\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.CloudSubscriptionsDocument,
    "\n  mutation RecordSubscriptionChange($input: RecordSubscriptionChangeInput!) {\n    recordSubscriptionChange(input: $input) {\n      cloudSubscription {\n        id\n        quantity\n        syncState\n      }\n      auditLog {\n        ...AuditLogLine\n        correlationId\n      }\n      userErrors {\n        ...Refusal\n      }\n    }\n  }\n": types.RecordSubscriptionChangeDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription AuditLogEvents($after: String, $filter: AuditLogFilter) {\n    auditLogEvents(after: $after, filter: $filter) {\n      type\n      cursor\n      at\n      fromStatus\n      toStatus\n      message\n      data\n      auditLog {\n        ...AuditLogLine\n      }\n    }\n  }\n"): typeof import('./graphql.js').AuditLogEventsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription AuditLogStatusChanged($id: ID!) {\n    auditLogStatusChanged(id: $id) {\n      ...AuditLogLine\n      details\n      attempts\n      error {\n        code\n        message\n        hint\n      }\n    }\n  }\n"): typeof import('./graphql.js').AuditLogStatusChangedDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AuditLogs($first: Int, $after: String, $filter: AuditLogFilter) {\n    auditLogs(first: $first, after: $after, filter: $filter) {\n      streamCursor\n      nodes {\n        ...AuditLogLine\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): typeof import('./graphql.js').AuditLogsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment AuditLogLine on AuditLog {\n    id\n    operation\n    operationLabel\n    status\n    outcome\n    summary\n    createdAt\n    finishedAt\n  }\n"): typeof import('./graphql.js').AuditLogLineFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Setup {\n    viewer {\n      name\n      role\n      organization {\n        name\n        kind\n      }\n    }\n    connectors {\n      id\n      title\n      vendor\n      setupSteps {\n        id\n        title\n        where\n        checks\n        fields {\n          name\n          value\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.js').SetupDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateConnectorConnection($input: CreateConnectorConnectionInput!) {\n    createConnectorConnection(input: $input) {\n      connection {\n        ...ConnectionLine\n      }\n      auditLog {\n        ...AuditLogLine\n      }\n      userErrors {\n        ...Refusal\n      }\n    }\n  }\n"): typeof import('./graphql.js').CreateConnectorConnectionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Connections($first: Int, $after: String) {\n    connections(first: $first, after: $after) {\n      nodes {\n        ...ConnectionLine\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): typeof import('./graphql.js').ConnectionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ConnectionLine on Connection {\n    id\n    alias\n    connectorId\n    currency\n    status\n    statusReason\n  }\n"): typeof import('./graphql.js').ConnectionLineFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Refusal on UserError {\n    __typename\n    code\n    message\n    path\n    ... on MappingRuleError {\n      rule\n      expected\n      actual\n    }\n    ... on VendorError {\n      hint\n      where\n      retryable\n    }\n  }\n"): typeof import('./graphql.js').RefusalFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RemoteCompanies($connectionId: ID!, $prefix: String, $first: Int) {\n    remoteCompanies(connectionId: $connectionId, prefix: $prefix, first: $first) {\n      remoteId\n      name\n      number\n      type\n      currency\n    }\n  }\n"): typeof import('./graphql.js').RemoteCompaniesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RemoteServices($connectionId: ID!, $offerVariantId: ID, $prefix: String, $first: Int) {\n    remoteServices(connectionId: $connectionId, offerVariantId: $offerVariantId, prefix: $prefix, first: $first) {\n      remoteId\n      name\n      billingFrequency\n      unitPrice\n    }\n  }\n"): typeof import('./graphql.js').RemoteServicesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RemoteContracts($connectionId: ID!, $cloudSubscriptionId: ID, $companyId: ID, $first: Int) {\n    remoteContracts(\n      connectionId: $connectionId\n      cloudSubscriptionId: $cloudSubscriptionId\n      companyId: $companyId\n      first: $first\n    ) {\n      remoteId\n      name\n      billingFrequency\n      startDate\n      endDate\n    }\n  }\n"): typeof import('./graphql.js').RemoteContractsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateConnectionCustomerMapping($input: CreateConnectionCustomerMappingInput!) {\n    createConnectionCustomerMapping(input: $input) {\n      mapping {\n        id\n        state\n        remoteName\n      }\n      auditLog {\n        ...AuditLogLine\n      }\n      userErrors {\n        ...Refusal\n      }\n    }\n  }\n"): typeof import('./graphql.js').CreateConnectionCustomerMappingDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateConnectionOfferMapping($input: CreateConnectionOfferMappingInput!) {\n    createConnectionOfferMapping(input: $input) {\n      mapping {\n        id\n        state\n        remoteName\n      }\n      auditLog {\n        ...AuditLogLine\n      }\n      userErrors {\n        ...Refusal\n      }\n    }\n  }\n"): typeof import('./graphql.js').CreateConnectionOfferMappingDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateConnectionSubscriptionMapping($input: CreateConnectionSubscriptionMappingInput!) {\n    createConnectionSubscriptionMapping(input: $input) {\n      mapping {\n        id\n        state\n        remoteName\n        syncState\n      }\n      auditLog {\n        ...AuditLogLine\n      }\n      userErrors {\n        ...Refusal\n      }\n    }\n  }\n"): typeof import('./graphql.js').CreateConnectionSubscriptionMappingDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query SubscriptionMappingState($id: ID!) {\n    mapping(id: $id) {\n      __typename\n      id\n      state\n      remoteId\n      remoteName\n      ... on SubscriptionMapping {\n        syncState\n        cloudSubscription {\n          name\n          quantity\n          customer {\n            companyName\n          }\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.js').SubscriptionMappingStateDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Customers($first: Int, $after: String, $filter: CustomerFilter) {\n    customers(first: $first, after: $after, filter: $filter) {\n      totalCount\n      nodes {\n        id\n        externalId\n        companyName\n        currency\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): typeof import('./graphql.js').CustomersDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OfferVariants($first: Int, $after: String, $filter: OfferVariantFilter) {\n    offerVariants(first: $first, after: $after, filter: $filter) {\n      totalCount\n      nodes {\n        id\n        offerName\n        offerType\n        segment\n        term\n        billingFrequency\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): typeof import('./graphql.js').OfferVariantsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CloudSubscriptions($first: Int, $after: String, $filter: CloudSubscriptionFilter) {\n    cloudSubscriptions(first: $first, after: $after, filter: $filter) {\n      totalCount\n      nodes {\n        id\n        externalId\n        name\n        status\n        quantity\n        startDate\n        creationDate\n        currency\n        syncState\n        price {\n          unitCost\n          unitPrice\n        }\n        offerVariant {\n          id\n          offerName\n          offerType\n          term\n          billingFrequency\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): typeof import('./graphql.js').CloudSubscriptionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RecordSubscriptionChange($input: RecordSubscriptionChangeInput!) {\n    recordSubscriptionChange(input: $input) {\n      cloudSubscription {\n        id\n        quantity\n        syncState\n      }\n      auditLog {\n        ...AuditLogLine\n        correlationId\n      }\n      userErrors {\n        ...Refusal\n      }\n    }\n  }\n"): typeof import('./graphql.js').RecordSubscriptionChangeDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
