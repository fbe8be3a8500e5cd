import type { Diagnostic } from '../contract.js';
import { ConnectorError, isConnectorError } from '../errors.js';
import { AGREEMENTS } from './agreements.js';
import { clientIdMissing, clientIdOf } from './client.js';
import { rejected } from './errors.js';
import { checked, failed, finding, stops } from './finding.js';
import type { Tools } from './lookups.js';
import { menu } from './menu.js';
import { permission } from './permissions.js';
import type { Settings } from './settings.js';

/** Without these nothing else can be asked. */
const IDENTITY = ['clientId', 'site', 'credentials'];

/** The connection doctor: who, where, may, sees, in what currency. One call after the other, none after refused keys. */
export async function* diagnose(tools: Tools, settings: Settings, signal?: AbortSignal): AsyncGenerator<Diagnostic> {
  tools.client.reopen();
  const checks: (() => Diagnostic | Promise<Diagnostic>)[] = [
    () => checkClientId(tools, settings),
    () => checkSite(tools, signal),
    () => checkCredentials(tools, signal),
    () => checkList(tools, 'permission.companies', 'company/companies', signal),
    () => checkList(tools, 'permission.catalog', 'procurement/catalog', signal),
    () => checkAgreements(tools, signal),
    writeUnverified,
    () => checkCycles(tools, signal),
    () => checkCurrency(tools, signal),
    () => checkVisibility(tools, signal),
  ];
  for (const check of checks) {
    const line = await check();
    yield line;
    if (stops(line) || (line.status === 'fail' && IDENTITY.includes(line.check))) return;
  }
}

function checkClientId({ context }: Tools, settings: Settings): Diagnostic {
  const id = clientIdOf(context, settings);
  if (id === undefined) return failed('clientId', 'Client id', clientIdMissing());
  const whose =
    id === settings.clientId ? 'The client id of this gateway is used.' : 'The connection brings its own client id.';
  return finding('pass', 'clientId', 'Client id', whose);
}

/** Site and company, without credentials. */
function checkSite({ client }: Tools, signal?: AbortSignal): Promise<Diagnostic> {
  return checked('site', 'Site and company', async () => {
    const info = await client.companyInfo(signal);
    const codebase = info.text('Codebase');
    return finding('pass', 'site', 'Site and company', `${client.site.host} knows this company.`, {
      facts: { codebase },
    });
  });
}

/** ConnectWise: in the cloud wrong keys can be answered with 404; `system/info` itself is there for everybody. */
async function checkCredentials({ client, context }: Tools, signal?: AbortSignal): Promise<Diagnostic> {
  const [check, title] = ['credentials', 'Keys of the API member'];
  const instanceKey = `${client.site.host}/${String(context.credentials.companyId).toLowerCase()}`;
  try {
    const info = await client.get('system/info', { signal });
    const [version, serverTimeZone] = [info.text('version'), info.text('serverTimeZone')];
    const detail = `ConnectWise accepts the keys${version === null ? '' : `; its version is ${version}`}.`;
    return finding('pass', check, title, detail, { facts: { instanceKey, version, serverTimeZone } });
  } catch (error) {
    if (!isConnectorError(error) || error.kind === 'aborted') throw error;
    // Not allowed to see the system's own page: the keys were good.
    if (error.kind === 'permissionMissing') {
      return finding('pass', check, title, 'ConnectWise accepts the keys.', { facts: { instanceKey } });
    }
    return failed(check, title, error.kind === 'notFound' ? rejected(error.detail.remote ?? {}) : error);
  }
}

function checkList({ client }: Tools, id: string, path: string, signal?: AbortSignal): Promise<Diagnostic> {
  const { title, where } = permission(id);
  return checked(
    id,
    title,
    async () => {
      await client.list(path, { fields: 'id', pageSize: 1, pages: 1, permissionId: id, signal });
      return finding('pass', id, title, 'May be read.');
    },
    { text: 'Allow this in the security role of the API member.', where },
  );
}

/** Agreements, and the additions of one of them. */
function checkAgreements({ client }: Tools, signal?: AbortSignal): Promise<Diagnostic> {
  const id = 'permission.agreements';
  const { title, where } = permission(id);
  return checked(
    id,
    title,
    async () => {
      const ask = { fields: 'id', pageSize: 1, pages: 1, permissionId: id, signal };
      const [first] = (await client.list(AGREEMENTS, ask)).rows;
      if (!first)
        return finding('unverified', id, title, 'No agreement is seen, so that additions may be read is not proven.');
      await client.list(`${AGREEMENTS}/${first.id('id')}/additions`, ask);
      return finding('pass', id, title, 'Agreements and their additions may be read.');
    },
    { text: 'Allow Inquire of Agreements in the security role of the API member.', where },
  );
}

function writeUnverified(): Diagnostic {
  const { id, title, where } = permission('permission.agreements.write');
  return finding(
    'unverified',
    id,
    title,
    'ConnectWise does not tell what a member may write; the first write shows it.',
    {
      action: { text: 'Make sure that the security role of the API member allows Add and Edit of Agreements.', where },
    },
  );
}

/** Can the frequencies of offers be told from the billing cycles of this tenant? */
function checkCycles({ client, cycles }: Tools, signal?: AbortSignal): Promise<Diagnostic> {
  const id = 'permission.tableSetup';
  const { title, where } = permission(id);
  return checked(
    id,
    title,
    async () => {
      const { rows } = await client.list('finance/billingCycles', { fields: 'id,name', permissionId: id, signal });
      const names = rows.map((row) => row.text('name') ?? '');
      const known = names.filter((name) => cycles(name) !== null);
      if (known.length > 0)
        return finding('pass', id, title, `Billing cycles that are understood: ${known.join(', ')}.`);
      return finding('warn', id, title, `No billing cycle is understood as monthly or annual: ${names.join(', ')}.`, {
        action: {
          text: 'Enter the names of your cycles in the settings of the connection.',
          where: menu.billingCycles,
        },
      });
    },
    { text: 'Allow Inquire of Table Setup in the security role of the API member.', where },
  );
}

/** R9: one connection, one currency. */
function checkCurrency({ client, context }: Tools, signal?: AbortSignal): Promise<Diagnostic> {
  const { currency } = context.connection;
  return checked('currency', 'Currency', async () => {
    const { rows } = await client.list('finance/currencies', { permissionId: 'permission.tableSetup', signal });
    const codes = rows.map((row) => row.text('currencyCode') ?? row.text('currencyIdentifier') ?? '');
    if (codes.some((code) => code.toUpperCase() === currency)) {
      return finding('pass', 'currency', 'Currency', `${currency} is a currency of this ConnectWise.`);
    }
    const error = new ConnectorError('precondition', `${currency} is not among the currencies of this ConnectWise.`, {
      code: 'CURRENCY_UNKNOWN',
      hint: `Choose a connection in one of ${codes.join(', ')}, or add the currency.`,
      where: menu.currencies,
    });
    return failed('currency', 'Currency', error);
  });
}

/** ConnectWise: at level My, or with a narrow location, companies are missing without a word. */
function checkVisibility({ client }: Tools, signal?: AbortSignal): Promise<Diagnostic> {
  const [check, title] = ['visibility.companies', 'Companies that are seen'];
  return checked(check, title, async () => {
    const { rows } = await client.list('company/companies', { fields: 'id', pageSize: 1, pages: 1, signal });
    if (rows.length > 0)
      return finding('pass', check, title, 'Companies are seen. That none is hidden cannot be proven.');
    return finding('warn', check, title, 'No company is seen.', {
      action: { text: 'Give the role level All, and the API member the widest location.', where: menu.apiMembers },
    });
  });
}
