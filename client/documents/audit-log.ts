import { graphql } from '../generated/index.js';

/** The feed. `after` is a variable so that the live client can resume it. */
export const AuditLogEvents = graphql(`
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
`);

/** One operation until it has ended. */
export const AuditLogStatusChanged = graphql(`
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
`);

/** A page, newest first. Follow the feed after `streamCursor`: it brings what the page does not show. */
export const AuditLogs = graphql(`
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
`);

export const AuditLogLine = graphql(`
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
`);
