import { graphql } from '../generated/index.js';

export const Setup = graphql(`
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
`);

export const CreateConnectorConnection = graphql(`
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
`);

export const Connections = graphql(`
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
`);

export const ConnectionLine = graphql(`
  fragment ConnectionLine on Connection {
    id
    alias
    connectorId
    currency
    status
    statusReason
  }
`);

/** Every refusal has a code and a sentence; some have data. */
export const Refusal = graphql(`
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
`);
