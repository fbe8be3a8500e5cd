import type { Ending } from '../../common/ending.js';
import type { FaultAction } from '../faults.js';
import { retryHeader } from '../limits/threads.js';
import { badGatewayPage, empty, errors, type Reply, serverErrorPage } from '../replies.js';

/** The ending of a request that never reaches the application; null lets it through. */
export function applyBefore(fault: FaultAction): Ending | null {
  switch (fault.kind) {
    case 'dropBefore':
      return 'drop';
    case 'hang':
      return 'hang';
    case 'html502':
      return badGatewayPage();
    case 'html500':
      return serverErrorPage();
    case 'status401':
      return empty(401);
    case 'status429':
      return errors(['Too many requests.'], 429, retryHeader(fault.retryAfter));
    default:
      return null;
  }
}

/** What the client gets in place of the answer, once the request has been carried out. */
export function applyAfter(fault: FaultAction, reply: Reply): Ending {
  switch (fault.kind) {
    case 'dropAfterCommit':
      return 'drop';
    case 'hangAfterCommit':
      return 'hang';
    case 'html502AfterCommit':
      return badGatewayPage();
    case 'html500AfterCommit':
      return serverErrorPage();
    case 'json500AfterCommit':
      // What was refused keeps the reason of the refusal: only a success is answered by this lie.
      return reply.status < 400 ? errors([fault.text ?? 'An error occurred while processing the request.']) : reply;
    case 'truncated':
      return { truncate: reply };
    default:
      return reply;
  }
}
