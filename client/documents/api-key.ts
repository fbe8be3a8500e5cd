import { graphql } from '../generated/index.js';

export const ApiKeys = graphql(`
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
`);

export const CreateApiKey = graphql(`
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
`);

export const RotateApiKey = graphql(`
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
`);

export const RevokeApiKey = graphql(`
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
`);
