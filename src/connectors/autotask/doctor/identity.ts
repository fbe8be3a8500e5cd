import type { Diagnostic } from '../../contract.js';
import { ConnectorError, isConnectorError } from '../../errors.js';
import { integrationCodeMissing, integrationCodeOf } from '../client.js';
import type { Tools } from '../lookups.js';
import { menu } from '../menu.js';
import { readQuota } from '../quota.js';
import type { Settings } from '../settings.js';
import { failed, finding, required } from './finding.js';

const TITLES = {
  integrationCode: 'Integration code',
  zone: 'Zone of the API user',
  credentials: 'Credentials',
  quota: 'Call allowance',
} as const;

/** Is there a code at all? Told before any call: without it Autotask answers nothing. */
export function checkIntegrationCode(tools: Tools, settings: Settings): Diagnostic {
  const code = integrationCodeOf(tools.context, settings);
  if (code !== undefined && code !== settings.integrationCode) {
    return finding(
      'pass',
      'integrationCode',
      TITLES.integrationCode,
      'The connection brings its own integration code.',
    );
  }
  if (code !== undefined) {
    return finding('pass', 'integrationCode', TITLES.integrationCode, 'The integration code of this gateway is used.');
  }
  return failed('integrationCode', TITLES.integrationCode, integrationCodeMissing());
}

/** Where the data lives; always asked afresh, without credentials, so it cannot lock the user. */
export function checkZone(tools: Tools): Promise<Diagnostic[]> {
  return required('zone', TITLES.zone, async () => {
    const zone = await tools.client.zone(true);
    const detail = `${zone.name ?? 'The zone'} at ${zone.host} serves this user.`;
    return [
      finding('pass', 'zone', TITLES.zone, detail, {
        facts: { zone: zone.name, host: zone.host, instanceKey: zone.instance },
      }),
    ];
  });
}

/**
 * User, secret and code in one cheap call (R15: a new user needs about five minutes). Autotask: a wrong secret is 401, a
 * wrong integration code 500 with a text nobody has recorded; since the zone lookup knew the user, an unknown text here
 * is about the code.
 */
export async function checkCredentials(tools: Tools, signal?: AbortSignal): Promise<Diagnostic[]> {
  try {
    const quota = await readQuota(tools.client, signal);
    return [accepted(), login(), allowance(quota.used, quota.limit)];
  } catch (error) {
    if (!isConnectorError(error) || error.kind === 'aborted') throw error;
    if (error.code === 'REFUSED' || error.code === 'REFERENCE_INVALID') {
      return [failed('credentials', TITLES.credentials, codeRejected(error))];
    }
    if (error.kind === 'protocol' || error.kind === 'permissionMissing' || error.kind === 'notFound') {
      return otherProof(tools, error, signal);
    }
    return [failed('credentials', TITLES.credentials, error)];
  }
}

/** The allowance could not be read; any other answer to these credentials proves them as well. */
async function otherProof(tools: Tools, because: ConnectorError, signal?: AbortSignal): Promise<Diagnostic[]> {
  const quota = finding(
    'unverified',
    'quota',
    TITLES.quota,
    `Autotask does not tell the call allowance (${because.message})`,
    {
      code: because.code,
    },
  );
  try {
    await tools.client.call({ method: 'GET', path: '/Companies/entityInformation', buckets: ['Companies'], signal });
    return [accepted(), login(), quota];
  } catch (error) {
    if (!isConnectorError(error) || error.kind === 'aborted') throw error;
    if (error.kind === 'permissionMissing') return [accepted(), login(), quota];
    return [failed('credentials', TITLES.credentials, error.code === 'REFUSED' ? codeRejected(error) : error)];
  }
}

function accepted(): Diagnostic {
  return finding('pass', 'credentials', TITLES.credentials, 'Autotask accepts user name, secret and integration code.');
}

function login(): Diagnostic {
  return finding('pass', 'permission.login', 'Use the Web Services API', 'The API user may use the Web Services API.');
}

function allowance(used: number, limit: number): Diagnostic {
  const share = limit > 0 ? used / limit : 0;
  const detail = `${used} of ${limit} calls of this hour are used, by all integrations together.`;
  const facts = { used, limit };
  if (share < 0.5) return finding('pass', 'quota', TITLES.quota, detail, { facts });
  const text =
    'Find the integration that calls most and slow it down; Autotask answers slower from half of the allowance on.';
  return finding('warn', 'quota', TITLES.quota, detail, { facts, action: { text, where: menu.users } });
}

function codeRejected(error: ConnectorError): ConnectorError {
  return new ConnectorError('authInvalid', 'Autotask does not accept the integration code for this user.', {
    ...error.detail,
    code: 'INTEGRATION_CODE_REJECTED',
    hint: 'The code must belong to the integration vendor chosen on the API user.',
    where: menu.trackingIdentifier,
  });
}
