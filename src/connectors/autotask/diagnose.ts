import type { Diagnostic } from '../contract.js';
import { checkRight } from './doctor/access.js';
import { checkCurrency, checkPicklists } from './doctor/catalogue.js';
import { stops } from './doctor/finding.js';
import { checkCredentials, checkIntegrationCode, checkZone } from './doctor/identity.js';
import {
  checkCompanyRows,
  checkContractRows,
  checkCosts,
  checkInternalLocation,
  checkLineOfBusiness,
} from './doctor/visibility.js';
import type { Tools } from './lookups.js';
import { rights } from './permissions.js';
import type { Settings } from './settings.js';

/** Without these nothing else can be asked. */
const IDENTITY = ['integrationCode', 'zone', 'credentials'];

/**
 * The connection doctor: who, where, may, sees, in what currency. One call after the other (bursts of metadata calls are
 * what trips Autotask's thread limit), and nothing after a refused secret: repeated attempts lock the user.
 */
export async function* diagnose(tools: Tools, settings: Settings, signal?: AbortSignal): AsyncGenerator<Diagnostic> {
  tools.client.reopen();
  const checks: (() => Diagnostic | Diagnostic[] | Promise<Diagnostic | Diagnostic[]>)[] = [
    () => checkIntegrationCode(tools, settings),
    () => checkZone(tools),
    () => checkCredentials(tools, signal),
    ...rights.filter((each) => each.entity !== null).map((each) => () => checkRight(tools.client, each, signal)),
    () => checkPicklists(tools),
    () => checkCurrency(tools, signal),
    () => checkCompanyRows(tools, signal),
    () => checkContractRows(tools, signal),
    () => checkLineOfBusiness(tools, signal),
    () => checkCosts(tools, signal),
    () => checkInternalLocation(tools, settings, signal),
  ];
  for (const check of checks) {
    const lines = [await check()].flat();
    yield* lines;
    if (lines.some((line) => stops(line) || (line.status === 'fail' && IDENTITY.includes(line.check)))) return;
  }
}
