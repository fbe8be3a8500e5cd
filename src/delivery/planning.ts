import type { LineSnapshot, Plan, Session } from '../connectors/contract.js';
import { ConnectorError } from '../connectors/errors.js';
import { type Decision, decide } from './decision.js';
import type { WorkItem } from './lane.js';

/** What a plan is made for: an operation of a lane, or one that is only thought of. */
export type Planned = Pick<
  WorkItem,
  'operationId' | 'kind' | 'effectiveDate' | 'movedTo' | 'target' | 'policy' | 'approved' | 'delivered' | 'began'
> & { readonly connection: { readonly currency: string } };

/** What the policy makes of it, and which writes that takes. `plan` is null where nothing is to be planned. */
export interface Planning {
  readonly decision: Decision;
  readonly plan: Plan | null;
}

/**
 * Policy, then plan, from one snapshot: the same code for the real run and for a preview. Throws `ConnectorError` where the
 * vendor would refuse.
 */
export function planFor(session: Pick<Session, 'plan'>, wanted: Planned, line: LineSnapshot): Planning {
  if (line.problem) {
    const { kind, message, ...detail } = line.problem;
    throw new ConnectorError(kind, message, { ...detail, outcome: 'notApplied' });
  }
  const { operationId, kind, effectiveDate, movedTo, target, policy, approved, began } = wanted;
  const { currency = wanted.connection.currency, ...absolute } = target;
  const decision = decide({
    wanted: { kind, effectiveDate, ...absolute },
    policy,
    line,
    movedTo,
    approved,
    notBefore: floorOf(wanted),
    began,
  });
  if (decision.do !== 'write' && decision.do !== 'hold') return { decision, plan: null };
  const amounts = decision.change.unitPrice !== undefined || decision.change.unitCost !== undefined;
  // Amounts of another currency are for the connector to refuse, never to be written as the connection's own.
  const change = { operationId, kind, ...decision.change, currency: amounts ? currency : wanted.connection.currency };
  return { decision, plan: session.plan(change, line) };
}

/**
 * A difference reaches into every later day, so a change of units dated before a delivered one would shift that one too; of
 * two prices the later-dated one would stay. A month's cost says itself which days it means.
 */
function floorOf({ kind, delivered }: Planned): string | null {
  if (kind === 'costPush') return null;
  return kind === 'price' || kind === 'suspend' ? delivered.price : delivered.units;
}
