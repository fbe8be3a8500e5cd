import { graphql } from '../generated/index.js';

export const RecordAzureUsage = graphql(`
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
`);

export const RunAzureBilling = graphql(`
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
`);
