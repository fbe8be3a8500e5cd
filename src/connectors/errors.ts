/** Why a call to the vendor did not do what it should. A closed list: the host decides by it what happens next. */
export type ErrorKind =
  /** The vendor does not accept the credentials. The connection stops; never retried (lock-out). */
  | 'authInvalid'
  /** A right is missing; `permissionId` says which. */
  | 'permissionMissing'
  | 'notFound'
  /** The vendor or the connector refuses the content. */
  | 'invalid'
  /** Right content, wrong moment or state: closed period, ended contract, wrong currency. */
  | 'precondition'
  /** Refused before execution because of volume; safe to try again after `retryAfterSeconds`. */
  | 'rateLimited'
  /** Not reachable, or a read that failed for a passing reason. */
  | 'unavailable'
  /** A write was sent and no trustworthy answer came. */
  | 'unknownOutcome'
  /** An answer that breaks the vendor's own rules (HTML instead of JSON, missing fields). */
  | 'protocol'
  /** An address the egress rule does not allow. Nothing was sent. */
  | 'egressRefused'
  | 'unsupported'
  | 'aborted';

/** `notApplied`: the vendor certainly did nothing. `unknown`: a write may have taken effect; only `resolve` can tell. */
export type WriteOutcome = 'notApplied' | 'unknown';

/** The code of a part that is still to be written: the conformance suite and `dev` list it as a thing to do, not as a fault. */
export const NOT_IMPLEMENTED = 'NOT_IMPLEMENTED';

export interface ConnectorErrorDetail {
  /**
   * A stable upper-case reason finer than the kind, such as `SECRET_REJECTED`. One is known to the host: of a write that was
   * refused with `SAME_DAY_ADJUSTMENT`, because the vendor takes one write of a line a day, it tries the next day. One is known
   * to the tools of authors: `NOT_IMPLEMENTED`.
   */
  readonly code: string;
  /** What the person should do next. */
  readonly hint?: string;
  /** Menu path in the PSA where it is mended. */
  readonly where?: readonly string[];
  readonly permissionId?: string;
  readonly retryAfterSeconds?: number;
  /** What the vendor said. Never request content, never headers. */
  readonly remote?: { readonly status?: number; readonly message?: string };
  readonly outcome?: WriteOutcome;
  readonly cause?: unknown;
}

/** A connector package brings a copy of this file of its own, so its errors are known by this mark, not by their class. */
const BRAND = Symbol.for('connector-gateway.ConnectorError');

/**
 * The one error a connector throws. `message` is safe to show to the administrator of the connection.
 * Anything else that is thrown counts as `protocol`, and as an unknown outcome where a write was under way.
 */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly [BRAND] = true;

  /** True for one of any copy of this class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isConnectorError(value);
  }

  readonly kind: ErrorKind;
  readonly detail: ConnectorErrorDetail;

  constructor(kind: ErrorKind, message: string, detail: ConnectorErrorDetail) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.kind = kind;
    this.detail = detail;
  }

  get code(): string {
    return this.detail.code;
  }

  /** Did a write with this error perhaps take effect? */
  get outcome(): WriteOutcome {
    return this.detail.outcome ?? (this.kind === 'unknownOutcome' ? 'unknown' : 'notApplied');
  }

  /** May the host try again by itself? Writes only after a definite refusal; everything else needs a person first. */
  get retryable(): boolean {
    return this.outcome === 'notApplied' && (this.kind === 'rateLimited' || this.kind === 'unavailable');
  }
}

export function isConnectorError(error: unknown): error is ConnectorError {
  return typeof error === 'object' && error !== null && BRAND in error;
}

/** A definite refusal: of the connector before anything was sent, or of the vendor. */
export function refuse(
  kind: ErrorKind,
  code: string,
  message: string,
  more: Omit<ConnectorErrorDetail, 'code'> = {},
): ConnectorError {
  return new ConnectorError(kind, message, { code, outcome: 'notApplied', ...more });
}
