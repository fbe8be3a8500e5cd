import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../access/principal.js';

/** What a request over HTTP begins with. */
export interface HttpContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly requestId: string;
  /** Of `performance.now()`. */
  readonly began: number;
  /** Says that the answer is a live field. */
  streaming(): void;
  /** From the moment it is let in; null: nobody signed in. */
  caller?: Principal | null;
  /** From the moment the body was read. */
  bodyBytes?: number;
}
