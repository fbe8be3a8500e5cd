import { graphql } from '../generated/index.js';

export const Customers = graphql(`
  query Customers($first: Int, $after: String, $filter: CustomerFilter) {
    customers(first: $first, after: $after, filter: $filter) {
      totalCount
      nodes {
        id
        externalId
        companyName
        currency
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const OfferVariants = graphql(`
  query OfferVariants($first: Int, $after: String, $filter: OfferVariantFilter) {
    offerVariants(first: $first, after: $after, filter: $filter) {
      totalCount
      nodes {
        id
        offerName
        offerType
        segment
        term
        billingFrequency
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const CloudSubscriptions = graphql(`
  query CloudSubscriptions($first: Int, $after: String, $filter: CloudSubscriptionFilter) {
    cloudSubscriptions(first: $first, after: $after, filter: $filter) {
      totalCount
      nodes {
        id
        externalId
        name
        status
        quantity
        startDate
        creationDate
        currency
        syncState
        price {
          unitCost
          unitPrice
        }
        offerVariant {
          id
          offerName
          offerType
          term
          billingFrequency
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** One event of the marketplace. A mapped subscription is synchronised: look for UpdateSubscriptionOnConnection. */
export const RecordSubscriptionChange = graphql(`
  mutation RecordSubscriptionChange($input: RecordSubscriptionChangeInput!) {
    recordSubscriptionChange(input: $input) {
      cloudSubscription {
        id
        quantity
        syncState
      }
      auditLog {
        ...AuditLogLine
        correlationId
      }
      userErrors {
        ...Refusal
      }
    }
  }
`);
