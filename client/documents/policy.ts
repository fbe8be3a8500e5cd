import { graphql } from '../generated/index.js';

export const ConnectionPolicy = graphql(`
  query ConnectionPolicy($connectionId: ID!) {
    connection(id: $connectionId) {
      id
      alias
      policy {
        ...PolicyMembers
      }
    }
  }
`);

/** What is absent of the input stays; null goes back to the wider policy. */
export const UpdateConnectionPolicy = graphql(`
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
`);

export const PolicyMembers = graphql(`
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
`);
