/** What can go wrong with one request. The "AfterCommit" ones are the deciding case: applied, and nobody is told. */
export type FaultAction =
  | { kind: 'delay'; ms: number }
  | { kind: 'dropBefore' }
  | { kind: 'dropAfterCommit' }
  | { kind: 'html502' }
  | { kind: 'html500' }
  | { kind: 'html502AfterCommit' }
  | { kind: 'html500AfterCommit' }
  | { kind: 'json500AfterCommit'; text?: string }
  | { kind: 'status429'; retryAfter?: number }
  | { kind: 'status401' }
  | { kind: 'truncated' }
  /** Drops the connection now and carries the request out `ms` later, or when late commits are flushed. */
  | { kind: 'lateCommit'; ms: number }
  /** Never answers; the connection stays open. */
  | { kind: 'hang' }
  | { kind: 'hangAfterCommit' }
  /** zoneInformation gives this url. */
  | { kind: 'zoneRedirect'; url: string };

export interface FaultRule {
  match?: {
    method?: string;
    /** Regular expression on the path without its query, any casing. */
    path?: string;
    /** Entity in its path spelling, e.g. `ContractServiceAdjustments`. */
    entity?: string;
    /** Creates, updates and deletes only; a query by POST is no write. */
    writesOnly?: boolean;
  };
  /** How many requests it hits; absent = 1, 0 = every one. */
  times?: number;
  /** How many matching requests pass first. */
  skip?: number;
  action: FaultAction | FaultAction['kind'];
}

export interface ActiveFault extends FaultRule {
  id: number;
  action: FaultAction;
  hits: number;
}

export interface Faultable {
  method: string;
  path: string;
  entity: string | null;
  isWrite: boolean;
}

const KINDS = new Set<string>(
  'delay dropBefore dropAfterCommit html502 html500 html502AfterCommit html500AfterCommit json500AfterCommit status429 status401 truncated lateCommit hang hangAfterCommit zoneRedirect'.split(
    ' ',
  ),
);

export interface FaultPlan {
  add(rule: FaultRule): ActiveFault;
  list(): ActiveFault[];
  clear(): void;
  /** The first rule that hits this request, used up by it. */
  take(request: Faultable): FaultAction | null;
}

export function createFaultPlan(): FaultPlan {
  let rules: (ActiveFault & { seen: number; pattern: RegExp | null })[] = [];
  let nextId = 1;

  const fits = (rule: FaultRule & { pattern: RegExp | null }, request: Faultable): boolean => {
    const { method, entity, writesOnly } = rule.match ?? {};
    if (method && method.toUpperCase() !== request.method) return false;
    if (entity && entity.toLowerCase() !== request.entity?.toLowerCase()) return false;
    if (writesOnly && !request.isWrite) return false;
    return !rule.pattern || rule.pattern.test(request.path);
  };

  const shown = ({ seen: _seen, pattern: _pattern, ...rule }: (typeof rules)[number]): ActiveFault => rule;

  return {
    add(rule) {
      const action = (typeof rule.action === 'string' ? { kind: rule.action } : rule.action) as FaultAction;
      if (!KINDS.has(action?.kind)) throw new Error(`unknown fault '${action?.kind}'; known: ${[...KINDS].join(', ')}`);
      const pattern = rule.match?.path ? new RegExp(rule.match.path, 'i') : null;
      const active = { ...rule, action, id: nextId++, hits: 0, seen: 0, pattern };
      rules.push(active);
      return shown(active);
    },
    list: () => rules.map(shown),
    clear() {
      rules = [];
    },
    take(request) {
      for (const rule of rules) {
        if (!fits(rule, request)) continue;
        rule.seen += 1;
        const times = rule.times ?? 1;
        if (rule.seen <= (rule.skip ?? 0) || (times > 0 && rule.hits >= times)) continue;
        rule.hits += 1;
        return rule.action;
      }
      return null;
    },
  };
}
