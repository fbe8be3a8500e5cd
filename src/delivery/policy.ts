import { z } from 'zod';

/**
 * How changes reach the PSA: per connection, with what differs per customer. Stored sparsely (`Connection.policy`, and
 * `Mapping.policy` of a customer mapping); what is absent is as the model does it (R49-R62).
 */
export interface Policy {
  /**
   * From which day a change of quantity counts: its own (R49), the start of the billing period that holds it, or the start
   * of the period after that one.
   */
  readonly proration: (typeof PRORATIONS)[number];
  /** From which day fewer units count: dated like more, from the next period, or only after a person approved each. */
  readonly decreases: (typeof DECREASES)[number];
  /** `PSA`: a person keeps prices and costs there; none is ever written. */
  readonly priceSource: (typeof PRICE_SOURCES)[number];
  /** `WATCH_ONLY`: everything is planned and reported, nothing is sent. */
  readonly writeMode: (typeof WRITE_MODES)[number];
  /** Who is right where the two sides differ. */
  readonly drift: { readonly quantity: DriftRule; readonly unitPrice: DriftRule; readonly unitCost: DriftRule };
}
export type DriftRule = (typeof DRIFT_RULES)[number];

export const PRORATIONS = ['EXACT_DATE', 'PERIOD_START', 'NEXT_PERIOD'] as const;
export const DECREASES = ['AS_INCREASES', 'NEXT_PERIOD', 'NEVER'] as const;
export const PRICE_SOURCES = ['MARKETPLACE', 'PSA'] as const;
export const WRITE_MODES = ['WRITE', 'WATCH_ONLY'] as const;
export const DRIFT_RULES = ['ASK', 'MARKETPLACE_WINS', 'PSA_WINS'] as const;

export const DEFAULT_POLICY: Policy = {
  proration: 'EXACT_DATE',
  decreases: 'AS_INCREASES',
  priceSource: 'MARKETPLACE',
  writeMode: 'WRITE',
  drift: { quantity: 'ASK', unitPrice: 'ASK', unitCost: 'ASK' },
};

const proration = z.enum(PRORATIONS);
const decreases = z.enum(DECREASES);
const priceSource = z.enum(PRICE_SOURCES);
const writeMode = z.enum(WRITE_MODES);
const driftRule = z.enum(DRIFT_RULES);

/** A change of a policy: an absent member stays as it is, null goes back to the wider one. */
export const policyInput = z.strictObject({
  proration: proration.nullish(),
  decreases: decreases.nullish(),
  priceSource: priceSource.nullish(),
  writeMode: writeMode.nullish(),
  drift: z
    .strictObject({ quantity: driftRule.nullish(), unitPrice: driftRule.nullish(), unitCost: driftRule.nullish() })
    .nullish(),
});
export type PolicyInput = z.infer<typeof policyInput>;

/** The effective policy. Members that are unknown or broken, in either place, fall back to the wider one. */
export function policyOf(connection: unknown, customer?: unknown): Policy {
  const layers = [customer, connection].map(members);
  const drifts = layers.map((layer) => members(layer.drift));
  const { drift } = DEFAULT_POLICY;
  return {
    proration: firstOf(proration, layers, 'proration') ?? DEFAULT_POLICY.proration,
    decreases: firstOf(decreases, layers, 'decreases') ?? DEFAULT_POLICY.decreases,
    priceSource: firstOf(priceSource, layers, 'priceSource') ?? DEFAULT_POLICY.priceSource,
    writeMode: firstOf(writeMode, layers, 'writeMode') ?? DEFAULT_POLICY.writeMode,
    drift: {
      quantity: firstOf(driftRule, drifts, 'quantity') ?? drift.quantity,
      unitPrice: firstOf(driftRule, drifts, 'unitPrice') ?? drift.unitPrice,
      unitCost: firstOf(driftRule, drifts, 'unitCost') ?? drift.unitCost,
    },
  };
}

type Members = { readonly [name: string]: unknown };

function members(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {};
}

function firstOf<T>(schema: z.ZodType<T>, layers: readonly Members[], name: string): T | undefined {
  for (const layer of layers) {
    const parsed = schema.safeParse(layer[name]);
    if (parsed.success) return parsed.data;
  }
  return undefined;
}

/** The stored JSON after a change: absent stays, null goes. A stored drift without members goes too. */
export function changedPolicy(stored: unknown, change: PolicyInput): Record<string, unknown> {
  const { drift, ...plain } = change;
  const next = merge(members(stored), plain);
  if (drift === null) delete next.drift;
  else if (drift) next.drift = merge(members(next.drift), drift);
  if (Object.keys(members(next.drift)).length === 0) delete next.drift;
  return next;
}

function merge(stored: Members, change: Members): Record<string, unknown> {
  const next: Record<string, unknown> = { ...stored };
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete next[name];
    else if (value !== undefined) next[name] = value;
  }
  return next;
}
