import { graphql } from '../generated/index.js';

export const RemoteCompanies = graphql(`
  query RemoteCompanies($connectionId: ID!, $prefix: String, $first: Int) {
    remoteCompanies(connectionId: $connectionId, prefix: $prefix, first: $first) {
      remoteId
      name
      number
      type
      currency
    }
  }
`);

export const RemoteServices = graphql(`
  query RemoteServices($connectionId: ID!, $offerVariantId: ID, $prefix: String, $first: Int) {
    remoteServices(connectionId: $connectionId, offerVariantId: $offerVariantId, prefix: $prefix, first: $first) {
      remoteId
      name
      billingFrequency
      unitPrice
    }
  }
`);

export const RemoteContracts = graphql(`
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
`);

export const CreateConnectionCustomerMapping = graphql(`
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
`);

export const CreateConnectionOfferMapping = graphql(`
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
`);

/** Ends when the first line was read back from the PSA: follow `auditLog`. */
export const CreateConnectionSubscriptionMapping = graphql(`
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
`);

/** Up to three mappings in one go; the last of `auditLogs` ends when the first line was read back from the PSA. */
export const SyncSubscriptionToConnection = graphql(`
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
`);

export const SubscriptionMappingState = graphql(`
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
`);
