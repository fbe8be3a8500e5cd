-- How often the line of a mapped cloud subscription is billed. The mapping of its service may go, and the cloud subscription
-- may become another variant; the line stays what it is (R52).
ALTER TABLE "Mapping" ADD COLUMN "billingFrequency" "BillingFrequency";

-- For those of before: as the mapping of its service said when it was mapped.
UPDATE "Mapping" m SET "billingFrequency" = (
  SELECT v."billingFrequency" FROM "Mapping" o
  JOIN "OfferVariant" v ON v."tenantId" = o."tenantId" AND v."id" = o."offerVariantId"
  WHERE o."tenantId" = m."tenantId" AND o."connectionId" = m."connectionId" AND o."kind" = 'OFFER'
    AND o."remoteId" = m."serviceId" AND o."createdAt" <= m."createdAt"
  ORDER BY o."createdAt" DESC LIMIT 1
) WHERE m."kind" = 'SUBSCRIPTION';
