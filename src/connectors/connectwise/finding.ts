import type { Diagnostic, DiagnosticStatus, ErrorKind } from '../contract.js';
import { type ConnectorError, isConnectorError } from '../errors.js';

type More = Partial<Pick<Diagnostic, 'action' | 'code' | 'kind' | 'facts'>>;

/** One line of the connection doctor. */
export function finding(
  status: DiagnosticStatus,
  check: string,
  title: string,
  detail: string,
  more: More = {},
): Diagnostic {
  return { check, status, title, detail, ...more };
}

/** After such a failure more calls are pointless or harmful. */
const STOPS: readonly ErrorKind[] = ['authInvalid', 'egressRefused', 'rateLimited', 'unavailable', 'aborted'];

export function stops({ status, kind }: Diagnostic): boolean {
  return status === 'fail' && kind !== undefined && STOPS.includes(kind);
}

/** A check that failed, with the reason typed as the error was. */
export function failed(check: string, title: string, error: ConnectorError, action?: Diagnostic['action']): Diagnostic {
  const { hint, where, remote, retryAfterSeconds } = error.detail;
  const said = remote?.message ? ` ConnectWise said: "${remote.message}"` : '';
  const advice = action ?? (hint ? { text: hint, where: where ?? [] } : undefined);
  return finding('fail', check, title, `${error.message}${said}`, {
    code: error.code,
    kind: error.kind,
    ...(advice && { action: advice }),
    ...(retryAfterSeconds !== undefined && { facts: { retryAfterSeconds } }),
  });
}

/** Runs a check; an error becomes a failing line. Only giving up is thrown on. */
export async function checked(
  check: string,
  title: string,
  work: () => Promise<Diagnostic>,
  action?: Diagnostic['action'],
): Promise<Diagnostic> {
  try {
    return await work();
  } catch (error) {
    if (!isConnectorError(error) || error.kind === 'aborted') throw error;
    return failed(check, title, error, error.kind === 'permissionMissing' ? action : undefined);
  }
}
