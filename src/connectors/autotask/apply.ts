import type { Json, Step, Written } from '../contract.js';
import { ConnectorError, refuse } from '../errors.js';
import type { Client } from './client.js';
import { gridOf, rowsOf } from './evidence.js';
import { isId } from './ids.js';
import { startsInsidePeriod } from './units.js';

/**
 * One POST, never repeated. The path through the contract is used: it is the documented one for creating children and
 * the one a production client was seen to use; the flat path exists as well but creating on flat paths fails for most
 * children. Autotask answers `{"itemId": null}`, so success is 2xx without `errors` and the id tells nothing.
 */
export async function applyStep(client: Client, step: Step, signal?: AbortSignal): Promise<Written> {
  const { contractId } = step.target;
  if (!isId(contractId) || !isAdjustment(step.payload)) {
    throw refuse('invalid', 'STEP_INVALID', 'The stored step is not an adjustment of this connector.');
  }
  try {
    const answer = await client.call({
      method: 'POST',
      path: `/Contracts/${contractId}/ServiceAdjustments`,
      body: step.payload,
      buckets: ['Contracts', 'ContractServiceAdjustments'],
      permissionId: 'permission.contractServiceAdjustments',
      write: true,
      signal,
    });
    const remoteId = answer.id('itemId');
    return remoteId === null ? {} : { remoteId };
  } catch (error) {
    throw sameDay(error, step) ?? error;
  }
}

/**
 * Autotask refuses a second adjustment of a line for one date with a database text. The evidence of the plan tells
 * whether an earlier adjustment began on that date; otherwise the text stays what it is.
 */
function sameDay(error: unknown, step: Step): ConnectorError | undefined {
  if (!(error instanceof ConnectorError) || error.code !== 'DUPLICATE_PERIOD') return undefined;
  const grid = gridOf(step.before.evidence);
  const rows = rowsOf(step.before.evidence);
  if (!grid || !startsInsidePeriod(rows, grid, step.before.date)) return undefined;
  return new ConnectorError('precondition', 'Autotask takes one adjustment of a line per date, and there is one.', {
    ...error.detail,
    code: 'SAME_DAY_ADJUSTMENT',
    hint: 'Date the change one day later, or undo the earlier adjustment of this date in Autotask.',
  });
}

function isAdjustment(payload: Json): boolean {
  return typeof payload === 'object' && payload !== null && 'unitChange' in payload && 'effectiveDate' in payload;
}
