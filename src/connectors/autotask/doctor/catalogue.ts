import type { Diagnostic } from '../../contract.js';
import type { Tools } from '../lookups.js';
import { menu } from '../menu.js';
import { right } from '../permissions.js';
import { finding, optional } from './finding.js';

/** The lists of choices, and with them the module that matters: recurring service contracts. */
export function checkPicklists(tools: Tools): Promise<Diagnostic[]> {
  const [check, title] = ['picklists', 'Lists of choices'];
  return optional(check, title, 'The documented values are used', async () => {
    const lists = await tools.picklists();
    const read =
      lists.unread.length === 0
        ? finding('pass', check, title, 'Contract types, period types, statuses and company types were read by label.')
        : finding(
            'unverified',
            check,
            title,
            `Not readable: ${lists.unread.join(', ')}; the documented values are used.`,
          );
    return [read, lists.unread.includes('Contracts') ? moduleUnverified() : module(lists.hasRecurringService)];
  });
}

function module(has: boolean): Diagnostic {
  const [check, title] = ['module.recurringServices', 'Recurring service contracts'];
  if (has) return finding('pass', check, title, 'The contract type Recurring Service is in use here.');
  return finding('warn', check, title, 'No active contract type Recurring Service was found.', {
    action: { text: 'Activate recurring service contracts.', where: ['Admin', 'Features & Settings', 'Contracts'] },
  });
}

function moduleUnverified(): Diagnostic {
  return finding(
    'unverified',
    'module.recurringServices',
    'Recurring service contracts',
    'The contract types could not be read.',
  );
}

/** One connection has one currency (R9): the internal one, or with Multi-Currency an active one. */
export async function checkCurrency(tools: Tools, signal?: AbortSignal): Promise<Diagnostic[]> {
  const modules = await checkModules(tools, signal);
  const multi = modules.find((line) => line.facts?.multiCurrency !== undefined)?.facts?.multiCurrency;
  return [...modules, ...(await checkOwnCurrency(tools, multi === false))];
}

/** Autotask: one row per module; not every version serves them, so this proves at most. */
function checkModules(tools: Tools, signal?: AbortSignal): Promise<Diagnostic[]> {
  const [check, title] = ['module.multiCurrency', 'Multi-Currency'];
  return optional(check, title, 'Modules could not be read', async () => {
    const { rows } = await tools.client.query('Modules', [{ op: 'gte', field: 'id', value: 0 }], { signal });
    const names = ['name', 'moduleName', 'displayName', 'label'];
    const found = rows.find((row) => /multi.?currency/i.test(names.map((name) => row.text(name) ?? '').join(' ')));
    const on = found?.boolean('isActive') ?? found?.boolean('active') ?? null;
    if (on === null)
      return [finding('unverified', check, title, 'Autotask does not tell whether Multi-Currency is on.')];
    return [finding('pass', check, title, `Multi-Currency is ${on ? 'on' : 'off'}.`, { facts: { multiCurrency: on } })];
  });
}

function checkOwnCurrency(tools: Tools, onlyInternal: boolean): Promise<Diagnostic[]> {
  const [check, title] = ['currency', 'Currency'];
  const wanted = tools.context.connection.currency;
  return optional(check, title, 'Currencies could not be read', async () => {
    const { readable, internal, active } = await tools.currencies();
    const [id, name] = ['permission.currencies', 'See currencies'];
    if (!readable || (internal === null && active.length === 0)) {
      return [
        finding('unverified', id, name, 'No currency could be read.', {
          action: { text: 'Allow the API user to see currencies.', where: right(id).where },
        }),
        finding('unverified', check, title, 'Currencies could not be read; amounts are sent as they are.'),
      ];
    }
    const seen = finding('pass', id, name, 'The currencies of this instance are visible.');
    return [seen, ownCurrency(wanted, internal, active, onlyInternal)];
  });
}

/** Pure: does the instance use the connection's currency? */
function ownCurrency(
  wanted: string,
  internal: string | null,
  active: readonly string[],
  onlyInternal: boolean,
): Diagnostic {
  const [check, title] = ['currency', 'Currency'];
  const facts = { internal, active: [...active] };
  if (wanted === internal) {
    return finding('pass', check, title, `${wanted} is the internal currency of this instance.`, { facts });
  }
  if (active.includes(wanted) && !onlyInternal) {
    const detail = `${wanted} is active here; ${internal ?? 'another one'} is the internal one.`;
    return finding('pass', check, title, detail, { facts });
  }
  const usable = onlyInternal || active.length === 0 ? (internal ?? 'none') : active.join(', ');
  return finding('fail', check, title, `The connection is in ${wanted}; this instance uses ${usable}.`, {
    code: 'WRONG_CURRENCY',
    kind: 'precondition',
    action: { text: `Make a connection in ${usable}, or activate ${wanted} in Autotask.`, where: menu.currencies },
    facts,
  });
}
