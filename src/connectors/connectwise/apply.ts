import type { Json, Step, Written } from '../contract.js';
import { refuse } from '../errors.js';
import { AGREEMENTS } from './agreements.js';
import type { Client } from './client.js';
import type { Payload } from './payload.js';
import { writeOf } from './payload.js';
import { isId } from './wire.js';

/** One POST or one PATCH below the agreement, never repeated. ConnectWise answers the record it made or changed. */
export async function applyStep(client: Client, step: Step, signal?: AbortSignal): Promise<Written> {
  const { contractId } = step.target;
  const payload = step.payload as unknown as Payload;
  if (!isId(contractId) || !writeOf(step.payload) || (payload.method === 'PATCH' && !isId(payload.additionId))) {
    throw refuse('invalid', 'STEP_INVALID', 'The stored step is not a write of this connector.');
  }
  const path = `${AGREEMENTS}/${contractId}/additions`;
  const at = payload.method === 'PATCH' ? `${path}/${payload.additionId}` : path;
  const ask = { permissionId: 'permission.agreements.write', signal };
  const remoteId = (await client.write(payload.method, at, payload.body as Json, ask)).id('id');
  if (remoteId === null) return {};
  return payload.method === 'POST' ? { remoteId, lineRef: remoteId } : { remoteId };
}
