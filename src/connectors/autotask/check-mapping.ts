import type { Diagnostic, MappingProposal } from '../contract.js';
import { finding } from './doctor/finding.js';
import type { Tools } from './lookups.js';
import { getService } from './services.js';

/** Autotask's own reasons against a mapping, beyond the host's rules. */
export async function checkMapping(
  tools: Tools,
  proposal: MappingProposal,
  signal?: AbortSignal,
): Promise<readonly Diagnostic[]> {
  if (proposal.kind === 'customer') {
    return proposal.company.id === '0'
      ? [
          fail(
            'mapping.ownCompany',
            'Own company',
            'OWN_COMPANY',
            'This is your own company in Autotask, not a customer.',
          ),
        ]
      : [];
  }
  if (proposal.kind === 'offer') {
    return proposal.service.unitCost === null
      ? [
          finding(
            'warn',
            'mapping.cost',
            'Cost',
            'Autotask does not show the cost of this service; it cannot be compared.',
          ),
        ]
      : [];
  }
  const { contract, serviceId } = proposal;
  const found: Diagnostic[] = [];
  const service = await getService(tools, serviceId, signal);
  if (service && service.frequencyLabel !== contract.frequencyLabel) {
    // Whether Autotask refuses, converts or bills such a pair is not documented, so it is refused here.
    const detail = `The service is billed ${service.frequencyLabel}, the contract ${contract.frequencyLabel}.`;
    found.push(fail('mapping.period', 'Billing period', 'PERIOD_MISMATCH', detail));
  }
  const today = tools.context.now().toISOString().slice(0, 10);
  if (contract.endDate !== null && contract.endDate < today) {
    found.push(fail('mapping.ended', 'Contract end', 'CONTRACT_ENDED', `The contract ended on ${contract.endDate}.`));
  }
  return found;
}

function fail(check: string, title: string, code: string, detail: string): Diagnostic {
  return finding('fail', check, title, detail, { code, kind: 'precondition' });
}
