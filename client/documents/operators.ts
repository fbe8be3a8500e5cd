import { graphql } from '../generated/index.js';

/** What a person can do about an entry, and what it waits behind. */
export const AuditLogActions = graphql(`
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
`);

/** Tries a failed operation again, or approves a decrease that was held back: follow `entry`. */
export const RetrySubscriptionOperation = graphql(`
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
`);

export const SkipSubscriptionOperation = graphql(`
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
`);

/** States whether a doubtful write is in the PSA. Look there first. */
export const ResolveSubscriptionOperation = graphql(`
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
`);
