import { graphql } from '../generated/index.js';

/** Compares everything mapped on a connection with its PSA, in the background: follow `auditLog`. */
export const ReconcileConnection = graphql(`
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
`);

export const ReconciliationLine = graphql(`
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
`);

export const ConnectionReconciliations = graphql(`
  query ConnectionReconciliations($id: ID!, $first: Int) {
    connection(id: $id) {
      id
      alias
      reconciliations(first: $first) {
        ...ReconciliationLine
      }
    }
  }
`);

export const Drifts = graphql(`
  query Drifts($connectionId: ID, $states: [DriftState!], $first: Int, $after: String) {
    drifts(connectionId: $connectionId, states: $states, first: $first, after: $after) {
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
`);

/** Decides a drift; a correction ends when it is read back: follow `auditLog`. */
export const CorrectDrift = graphql(`
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
`);
