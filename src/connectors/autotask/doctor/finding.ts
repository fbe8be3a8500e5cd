import type { Diagnostic, DiagnosticStatus, ErrorKind } from '../../contract.js';
import { type ConnectorError, isConnectorError } from '../../errors.js';

/** One line of the connection doctor. */
export function finding(
  status: DiagnosticStatus,
  check: string,
  title: string,
  detail: string,
  more: Partial<Pick<Diagnostic, 'action' | 'code' | 'kind' | 'facts'>> = {},
): Diagnostic {
  return { check, status, title, detail, ...more };
}

/** After such a failure more calls are pointless or, with a refused secret, harmful. */
const STOPS: readonly ErrorKind[] = ['authInvalid', 'egressRefused', 'rateLimited', 'unavailable', 'aborted'];

export function stops(diagnostic: Diagnostic): boolean {
  return diagnostic.status === 'fail' && diagnostic.kind !== undefined && STOPS.includes(diagnostic.kind);
}

/** A required check that failed, with the reason typed as the error was. */
export function failed(check: string, title: string, error: ConnectorError): Diagnostic {
  const { hint, where, remote } = error.detail;
  const said = remote?.message ? ` Autotask said: "${remote.message}"` : '';
  return finding('fail', check, title, `${error.message}${said}`, {
    code: error.code,
    kind: error.kind,
    ...(hint && { action: { text: hint, where: where ?? [] } }),
    ...(error.detail.retryAfterSeconds !== undefined && {
      facts: { retryAfterSeconds: error.detail.retryAfterSeconds },
    }),
  });
}

/**
 * A probe that may be missing: what it could not tell is `unverified`, never a failure. A refused secret stays one,
 * wherever it shows.
 */
export function unverified(check: string, title: string, detail: string, error: unknown): Diagnostic {
  if (!isConnectorError(error)) throw error;
  if (error.kind === 'aborted') throw error;
  if (error.kind === 'authInvalid' || error.kind === 'egressRefused') return failed(check, title, error);
  return finding('unverified', check, title, `${detail} (${error.message})`, { code: error.code });
}

/** Runs a required check; an error becomes a failing line. Only giving up is thrown on. */
export async function required(check: string, title: string, work: () => Promise<Diagnostic[]>): Promise<Diagnostic[]> {
  try {
    return await work();
  } catch (error) {
    if (!isConnectorError(error) || error.kind === 'aborted') throw error;
    return [failed(check, title, error)];
  }
}

/** Runs an optional probe; an error becomes an `unverified` line. */
export async function optional(
  check: string,
  title: string,
  without: string,
  work: () => Promise<Diagnostic[]>,
): Promise<Diagnostic[]> {
  try {
    return await work();
  } catch (error) {
    return [unverified(check, title, without, error)];
  }
}
