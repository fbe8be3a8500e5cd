import { z } from 'zod';
import { BillingFrequency, ChangeKind } from '../../prisma/generated/client/enums.js';
import { calendarDate, decimal, externalId, idempotencyKey, moment, text, wholeNumber } from './fields.js';

/** Event ids of this form are the pushes' own. */
export const UPSERT_PREFIX = 'upsert:';

const values = {
  quantity: wholeNumber.nullish(),
  unitCost: decimal.nullish(),
  unitPrice: decimal.nullish(),
  name: text(250).nullish(),
  autoRenewEnabled: z.boolean().nullish(),
  billingFrequency: z.enum(BillingFrequency).nullish(),
  endDate: calendarDate.nullish(),
};
type Value = keyof typeof values;

/** Which values a kind is about; of several, one is enough. The other kinds have none. */
const VALUES_OF: { readonly [K in ChangeKind]?: readonly Value[] } = {
  QUANTITY: ['quantity'],
  PRICE: ['unitCost', 'unitPrice'],
  PROMOTION: ['unitCost', 'unitPrice'],
  BILLING_FREQUENCY: ['billingFrequency'],
  FRIENDLY_NAME: ['name'],
  AUTO_RENEW: ['autoRenewEnabled'],
  RENEWAL: ['endDate'],
};

/** One event of a marketplace: what a cloud subscription has become, in absolute values. */
export const changeInput = z
  .strictObject({
    /** The marketplace's id of the event; the same one again changes nothing. */
    eventId: text(200).refine(
      (id) => !id.startsWith(UPSERT_PREFIX),
      `Event ids beginning "${UPSERT_PREFIX}" are taken.`,
    ),
    subscriptionId: z.uuid().nullish(),
    externalId: externalId.nullish(),
    kind: z.enum(ChangeKind),
    /** Absent: the UTC day of occurredAt, else today. */
    effectiveDate: calendarDate.nullish(),
    ...values,
    occurredAt: moment.nullish(),
    idempotencyKey: idempotencyKey.nullish(),
  })
  .superRefine((input, issues) => {
    const fault = (path: string, message: string) => issues.addIssue({ code: 'custom', path: [path], message });
    if ((input.subscriptionId == null) === (input.externalId == null)) {
      fault('subscriptionId', 'Give subscriptionId or externalId, one of them.');
    }
    const wanted = VALUES_OF[input.kind] ?? [];
    const given = (Object.keys(values) as Value[]).filter((value) => input[value] != null);
    for (const value of given.filter((one) => !wanted.includes(one))) {
      fault(value, `A change of the kind ${input.kind} does not set this.`);
    }
    if (wanted.length > 0 && !given.some((value) => wanted.includes(value))) {
      fault(wanted[0]!, `A change of the kind ${input.kind} needs ${wanted.join(' or ')}.`);
    }
  });
export type ChangeInput = z.infer<typeof changeInput>;
