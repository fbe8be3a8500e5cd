/**
 * What a connector sends and gets: the types of the host-owned HTTP client (http.ts), part of the contract.
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A value that must be asked for on purpose; it prints as `[redacted]` everywhere else. */
export interface SecretText {
  reveal(): string;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly url: string;
  /** Secret values are revealed only when the request is written. */
  readonly headers?: { readonly [name: string]: string | SecretText };
  readonly body?: Json;
  /**
   * In the place of `body`: fields of a form, sent as `application/x-www-form-urlencoded`, which the host says in the header;
   * what token endpoints of OAuth take. Secret values are revealed only when the request is written. Since 1.1.
   */
  readonly form?: { readonly [name: string]: string | SecretText };
  /** The vendor's concurrency bucket this call counts against, such as an entity name; more than one may count. */
  readonly buckets?: readonly string[];
  /** True for a call that changes the PSA: then a lost answer is an unknown outcome. Default false. */
  readonly write?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  /** The body as text, bounded in size by the host. */
  readonly text: string;
}

/**
 * The host's client. Applies the egress rule, the budget, the time limit; never follows a redirect; never retries.
 * Answers whatever status came. Throws `ConnectorError` (`egressRefused`, `unavailable`, `unknownOutcome`, `aborted`)
 * when no answer came, and only it knows whether the request had left.
 */
export interface HttpClient {
  send(request: HttpRequest): Promise<HttpResponse>;
}
