/** The policy of a connection and of its customers, for whoever shows it. */
export {
  DECREASES,
  type Policy,
  type PolicyInput,
  PRICE_SOURCES,
  PRORATIONS,
  policyOf,
  WRITE_MODES,
} from '../delivery/policy.js';
