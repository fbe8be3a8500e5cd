import type { Diagnostic, MappingProposal } from '../contract.js';
import { agreementRow } from './agreements.js';
import { finding } from './finding.js';
import type { Tools } from './lookups.js';
import { menu } from './menu.js';

/** ConnectWise's own reasons against a mapping, beyond the host's rules. */
export async function checkMapping(
  tools: Tools,
  proposal: MappingProposal,
  signal?: AbortSignal,
): Promise<readonly Diagnostic[]> {
  if (proposal.kind !== 'subscription') return [];
  const { contract } = proposal;
  const found: Diagnostic[] = [];
  const today = tools.context.now().toISOString().slice(0, 10);
  if (contract.endDate !== null && contract.endDate < today) {
    const detail = `The agreement ended on ${contract.endDate}.`;
    found.push(
      finding('fail', 'mapping.ended', 'End of the agreement', detail, {
        code: 'CONTRACT_ENDED',
        kind: 'precondition',
      }),
    );
  }
  const row = await agreementRow(tools, contract.id, signal);
  if (row?.boolean('prorateFlag') === false) {
    const detail = 'The agreement does not prorate: a change inside a billing period counts from the next one.';
    const action = { text: 'Let the agreement prorate its additions.', where: menu.agreements };
    found.push(finding('warn', 'mapping.proration', 'Proration', detail, { action }));
  }
  return found;
}
