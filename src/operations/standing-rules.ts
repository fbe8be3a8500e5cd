import type { MappingRules, Unfit } from '../delivery/drift/records.js';
import { companyReasons, serviceReasons } from './mapping-rules.js';
import type { UserErrorData } from './refusal.js';

/** The rules under which a mapping was made, asked again while it stands. */
export const standingRules: MappingRules = {
  company: (company, currency) => unfitOf(companyReasons(company, currency)),
  service: (service, billed) => unfitOf(serviceReasons(service, billed)),
};

function unfitOf([first]: readonly UserErrorData[]): Unfit | null {
  if (!first) return null;
  const { code, message } = first;
  const { expected = null, actual = null } = 'actual' in first ? first : {};
  return { code, message, expected, actual };
}
