import { expect, test } from 'vitest';
import { changedPolicy, DEFAULT_POLICY, policyInput, policyOf } from '../../src/delivery/policy.js';

test('nothing stored is as the model does it (R49-R62)', () => {
  for (const stored of [{}, null, undefined, 'WRITE', 7, []]) expect(policyOf(stored, stored)).toEqual(DEFAULT_POLICY);
  expect(DEFAULT_POLICY).toEqual({
    proration: 'EXACT_DATE',
    decreases: 'AS_INCREASES',
    priceSource: 'MARKETPLACE',
    writeMode: 'WRITE',
    drift: { quantity: 'ASK', unitPrice: 'ASK', unitCost: 'ASK' },
  });
});

test("a customer's member wins over the connection's, each by itself", () => {
  const connection = { proration: 'PERIOD_START', writeMode: 'WATCH_ONLY', drift: { quantity: 'PSA_WINS' } };
  const customer = { proration: 'NEXT_PERIOD', decreases: 'NEVER', drift: { unitPrice: 'MARKETPLACE_WINS' } };
  expect(policyOf(connection, customer)).toEqual({
    proration: 'NEXT_PERIOD',
    decreases: 'NEVER',
    priceSource: 'MARKETPLACE',
    writeMode: 'WATCH_ONLY',
    drift: { quantity: 'PSA_WINS', unitPrice: 'MARKETPLACE_WINS', unitCost: 'ASK' },
  });
});

test('a broken or unknown member falls back to the wider one, not to the default', () => {
  const connection = { proration: 'PERIOD_START', priceSource: 'PSA', drift: { unitCost: 'PSA_WINS' } };
  const customer = { proration: 'SOMETIMES', priceSource: null, drift: { unitCost: 1 }, colour: 'red' };
  const effective = policyOf(connection, customer);
  expect(effective).toEqual({
    ...DEFAULT_POLICY,
    ...connection,
    drift: { ...DEFAULT_POLICY.drift, unitCost: 'PSA_WINS' },
  });
  expect(policyOf({ drift: 'ASK', decreases: ['NEVER'] })).toEqual(DEFAULT_POLICY);
});

test('a change keeps what it does not name, and null goes back to the wider one', () => {
  const stored = {
    proration: 'NEXT_PERIOD',
    decreases: 'NEVER',
    drift: { quantity: 'PSA_WINS', unitCost: 'PSA_WINS' },
  };
  const change = policyInput.parse({ proration: null, writeMode: 'WATCH_ONLY', drift: { quantity: null } });
  expect(changedPolicy(stored, change)).toEqual({
    decreases: 'NEVER',
    writeMode: 'WATCH_ONLY',
    drift: { unitCost: 'PSA_WINS' },
  });
  expect(changedPolicy({ drift: { quantity: 'ASK' } }, { drift: { quantity: null } })).toEqual({});
  expect(changedPolicy({ drift: { quantity: 'ASK' } }, { drift: null })).toEqual({});
  expect(changedPolicy(null, {})).toEqual({});
  expect(stored.proration).toBe('NEXT_PERIOD');
});

test('an input with an unknown member or value is refused', () => {
  const refused = [
    { proration: 'EXACT' },
    { colour: 'red' },
    { drift: { price: 'ASK' } },
    { drift: { quantity: 'NEVER' } },
  ];
  for (const bad of refused) expect(policyInput.safeParse(bad).success).toBe(false);
});
