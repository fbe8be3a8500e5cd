/** What a fault plan may do to the requests it hits; each simulator has its own kinds. */
export interface Action {
  readonly kind: string;
}

export interface FaultRule<A extends Action> {
  match?: {
    method?: string;
    /** Regular expression on the path without its query, any casing. */
    path?: string;
    /** Entity in its path spelling, e.g. `Companies`. */
    entity?: string;
    /** Creates, updates and deletes only; a query by POST is no write. */
    writesOnly?: boolean;
  };
  /** How many requests it hits; absent = 1, 0 = every one. */
  times?: number;
  /** How many matching requests pass first. */
  skip?: number;
  action: A | A['kind'];
}

export interface ActiveFault<A extends Action> extends FaultRule<A> {
  id: number;
  action: A;
  hits: number;
}

export interface Faultable {
  method: string;
  path: string;
  entity: string | null;
  isWrite: boolean;
}

export interface FaultPlan<A extends Action> {
  add(rule: FaultRule<A>): ActiveFault<A>;
  list(): ActiveFault<A>[];
  /** Requests that are held go on. */
  clear(): void;
  /** As soon as the rule holds a request. */
  held(id: number): Promise<void>;
  /** For the request that an action holds: until it may go on. */
  released(action: A): Promise<void>;
  /** The first rule that hits this request, used up by it. */
  take(request: Faultable): A | null;
}

interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

function gate(): Gate {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

export function createFaultPlan<A extends Action>(kinds: ReadonlySet<string>): FaultPlan<A> {
  let rules: (ActiveFault<A> & { seen: number; pattern: RegExp | null; arrived: Gate; gone: Gate })[] = [];
  let nextId = 1;

  const fits = (rule: FaultRule<A> & { pattern: RegExp | null }, request: Faultable): boolean => {
    const { method, entity, writesOnly } = rule.match ?? {};
    if (method && method.toUpperCase() !== request.method) return false;
    if (entity && entity.toLowerCase() !== request.entity?.toLowerCase()) return false;
    if (writesOnly && !request.isWrite) return false;
    return !rule.pattern || rule.pattern.test(request.path);
  };

  const shown = (active: (typeof rules)[number]): ActiveFault<A> => {
    const { seen: _seen, pattern: _pattern, arrived: _arrived, gone: _gone, ...rule } = active;
    return rule;
  };

  return {
    add(rule) {
      const action = (typeof rule.action === 'string' ? { kind: rule.action } : rule.action) as A;
      if (!kinds.has(action?.kind)) throw new Error(`unknown fault '${action?.kind}'; known: ${[...kinds].join(', ')}`);
      const pattern = rule.match?.path ? new RegExp(rule.match.path, 'i') : null;
      const active = { ...rule, action, id: nextId++, hits: 0, seen: 0, pattern, arrived: gate(), gone: gate() };
      rules.push(active);
      return shown(active);
    },
    list: () => rules.map(shown),
    clear() {
      for (const { gone } of rules) gone.open();
      rules = [];
    },
    async held(id) {
      await rules.find((rule) => rule.id === id)?.arrived.opened;
    },
    async released(action) {
      const rule = rules.find((each) => each.action === action);
      rule?.arrived.open();
      await rule?.gone.opened;
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
