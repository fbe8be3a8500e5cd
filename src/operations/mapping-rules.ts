import type { BillingFrequency, RemoteCompany, RemoteContract, RemoteService } from '../connectors/contract.js';
import { isBilled } from '../marketplace/billed-price.js';
import type { SubscriptionSource, VariantSource } from './mapping-sources.js';
import type { UserErrorData } from './refusal.js';

/**
 * The mapping rules of the marketplace, as pure checks on neutral records: what a PSA calls its things does not matter
 * here. Each reason names its rule, what was expected and what was found.
 */
type Reason = UserErrorData;

const AZURE_PLAN = 'AZURE_PLAN';

export function companyReasons(company: RemoteCompany, currency: string): Reason[] {
  const path = ['input', 'companyId'];
  const reasons: Reason[] = [];
  if (!company.isCustomer) {
    reasons.push(
      rule(
        'R17',
        'COMPANY_NOT_A_CUSTOMER',
        path,
        `"${company.name}" is of type ${company.typeLabel}. Only customers can be mapped; change its type in the PSA or choose another.`,
        'Customer',
        company.typeLabel,
      ),
    );
  }
  if (!company.active) {
    reasons.push(
      rule('R17', 'COMPANY_INACTIVE', path, `"${company.name}" is inactive in the PSA. Activate it or choose another.`),
    );
  }
  return [...reasons, ...currencyReasons(company.currency, currency, path, `"${company.name}"`)];
}

/** What makes an offer impossible to map, whatever the service. */
export function variantReasons(variant: VariantSource): Reason[] {
  const path = ['input', 'offerVariantId'];
  const name = `"${variant.offerName}"`;
  const reasons: Reason[] = [];
  if (variant.offerType === 'LICENSE_LEGACY' || variant.offerType === 'AZURE_LEGACY') {
    reasons.push(
      rule('R32', 'LEGACY_OFFER', path, `${name} is a legacy offer. Migrate it to the new commerce experience first.`),
    );
  }
  if (variant.offerType === 'AZURE_RESERVATION' || variant.offerType === 'AZURE_SAVINGS_PLAN') {
    reasons.push(
      rule(
        'R34',
        'RESERVATION_NEEDS_NO_MAPPING',
        path,
        `${name} needs no mapping: its cost is added to the Azure plan's.`,
      ),
    );
  }
  if (variant.billingFrequency !== 'MONTHLY' && variant.billingFrequency !== 'ANNUAL') {
    reasons.push(
      rule(
        'R28',
        'BILLING_FREQUENCY_UNSUPPORTED',
        path,
        `${name} is billed ${variant.billingFrequency}. Only MONTHLY and ANNUAL can be synchronised.`,
        'MONTHLY or ANNUAL',
        variant.billingFrequency,
      ),
    );
  }
  return reasons;
}

export function serviceReasons(
  service: RemoteService,
  variant: Pick<VariantSource, 'offerType' | 'billingFrequency'>,
): Reason[] {
  const path = ['input', 'serviceId'];
  const name = `"${service.name}"`;
  const reasons: Reason[] = [];
  if (!service.active) {
    reasons.push(
      rule('R26', 'SERVICE_INACTIVE', path, `${name} is inactive in the PSA. Activate it or choose another.`),
    );
  }
  if (!service.recurring) {
    reasons.push(
      rule('R26', 'SERVICE_NOT_RECURRING', path, `${name} is not a recurring service. Choose a recurring one.`),
    );
  }
  if (service.billingFrequency !== variant.billingFrequency) {
    reasons.push(
      rule(
        'R27',
        'SERVICE_PERIOD_MISMATCH',
        path,
        `${name} is billed ${service.frequencyLabel}, the offer ${variant.billingFrequency}. Choose a service with the offer's billing period.`,
        variant.billingFrequency,
        service.frequencyLabel,
      ),
    );
  }
  if (
    variant.offerType === AZURE_PLAN &&
    !(isZero(service.unitPrice) && (service.unitCost === null || isZero(service.unitCost)))
  ) {
    reasons.push(
      rule(
        'R33',
        'AZURE_PLAN_SERVICE_NOT_FREE',
        path,
        `${name} must have unit cost and unit price 0 for an Azure plan. Set both to 0 in the PSA.`,
        '0',
        `${service.unitPrice} / ${service.unitCost ?? 'unknown'}`,
      ),
    );
  }
  return reasons;
}

export function subscriptionReasons(subscription: SubscriptionSource, currency: string): Reason[] {
  const path = ['input', 'cloudSubscriptionId'];
  const name = `"${subscription.name}"`;
  const reasons: Reason[] = variantReasons(subscription.variant).map((reason) => ({ ...reason, path }));
  if (subscription.status !== 'ACTIVE' && subscription.status !== 'SUSPENDED') {
    reasons.push(
      rule(
        'R36',
        'SUBSCRIPTION_NOT_ACTIVE',
        path,
        `${name} is ${subscription.status}. Only active or suspended subscriptions can be mapped.`,
        'ACTIVE',
        subscription.status,
      ),
    );
  }
  reasons.push(...priceReasons(subscription));
  return [...reasons, ...currencyReasons(subscription.currency, currency, path, name)];
}

/**
 * R43: the first line is written with an amount of one billing period; that of an Azure plan, whose months have their own,
 * with 0.
 */
function priceReasons({ name, variant, price }: Pick<SubscriptionSource, 'name' | 'variant' | 'price'>): Reason[] {
  if (isBilled(price) || (price && variant.offerType === AZURE_PLAN)) return [];
  const path = ['input', 'cloudSubscriptionId'];
  if (price) return [rule('R43', price.code, path, `"${name}": ${price.message}`)];
  const message = `"${name}" has no cost and price of your organization. Record them before mapping it.`;
  return [rule('R43', 'PRICE_MISSING', path, message)];
}

export function contractReasons(
  contract: RemoteContract,
  subscription: SubscriptionSource,
  company: { readonly id: string; readonly name: string },
  currency: string,
): Reason[] {
  const path = ['input', 'contractId'];
  const name = `"${contract.name}"`;
  const frequency = subscription.variant.billingFrequency as BillingFrequency;
  const reasons: Reason[] = [];
  if (contract.companyId !== company.id) {
    reasons.push(
      rule(
        'R40',
        'CONTRACT_OF_OTHER_COMPANY',
        path,
        `${name} does not belong to "${company.name}", the company of this customer.`,
        company.id,
        contract.companyId,
      ),
    );
  }
  if (!contract.recurring)
    reasons.push(rule('R40', 'CONTRACT_NOT_RECURRING', path, `${name} is not a recurring service contract.`));
  if (!contract.active) reasons.push(rule('R40', 'CONTRACT_INACTIVE', path, `${name} is not active in the PSA.`));
  if (contract.billingFrequency !== frequency) {
    reasons.push(
      rule(
        'R39',
        'CONTRACT_PERIOD_MISMATCH',
        path,
        `${name} has the period ${contract.frequencyLabel}, the subscription is billed ${frequency}. They must be equal.`,
        frequency,
        contract.frequencyLabel,
      ),
    );
  }
  if (contract.startDate >= subscription.creationDate) {
    reasons.push(
      rule(
        'R39',
        'CONTRACT_STARTS_TOO_LATE',
        path,
        `${name} starts on ${contract.startDate}. It must start before the subscription was created (${subscription.creationDate}).`,
        `before ${subscription.creationDate}`,
        contract.startDate,
      ),
    );
  }
  if (subscription.variant.offerType === AZURE_PLAN && !contract.startDate.endsWith('-01')) {
    reasons.push(
      rule(
        'R41',
        'AZURE_CONTRACT_NOT_ON_FIRST',
        path,
        `${name} starts on ${contract.startDate}. An Azure plan needs a contract that starts on the first of a month.`,
        'day 1',
        contract.startDate,
      ),
    );
  }
  return [...reasons, ...currencyReasons(contract.currency, currency, path, name)];
}

function currencyReasons(actual: string | null, expected: string, path: readonly string[], name: string): Reason[] {
  if (actual === null || actual === expected) return [];
  return [
    {
      type: 'CurrencyMismatch',
      code: 'CURRENCY_MISMATCH',
      message: `${name} is in ${actual}, the connection in ${expected} (R9). Use a connection of that currency.`,
      path,
      expected,
      actual,
    },
  ];
}

function isZero(decimal: string): boolean {
  return /^-?0*(\.0*)?$/.test(decimal) && decimal !== '';
}

function rule(
  id: string,
  code: string,
  path: readonly string[],
  message: string,
  expected?: string,
  actual?: string,
): Reason {
  return {
    type: 'MappingRule',
    rule: id,
    code,
    message: `${message} (${id})`,
    path,
    ...(expected !== undefined && { expected }),
    ...(actual !== undefined && { actual }),
  };
}
