/** One request as the simulator saw it. Header values are left out, and so is every secret. */
export interface JournalEntry {
  seq: number;
  time: string;
  method: string;
  path: string;
  entity: string | null;
  isWrite: boolean;
  user: string | null;
  headers: string[];
  body: unknown;
  /** null = never answered. */
  status: number | null;
  /** Whether it changed stored data, whatever was answered. */
  committed: boolean;
  fault: string | null;
}

export interface JournalFilter {
  writes?: boolean;
  committed?: boolean;
  entity?: string;
  since?: number;
}

export interface Journal {
  open(entry: Omit<JournalEntry, 'seq' | 'status' | 'committed' | 'fault'>): JournalEntry;
  list(filter?: JournalFilter): JournalEntry[];
  clear(): void;
  count(entry: JournalEntry): void;
  counters(): Record<string, number>;
  restore(counters: Record<string, number>): void;
}

/** The oldest entries go first; the counters keep counting. */
const KEPT = 20_000;

export function createJournal(): Journal {
  let entries: JournalEntry[] = [];
  let seq = 0;
  let counters: Record<string, number> = {};

  const bump = (name: string): void => {
    counters[name] = (counters[name] ?? 0) + 1;
  };

  return {
    open(fields) {
      const entry: JournalEntry = {
        seq: ++seq,
        ...fields,
        body: scrub(fields.body),
        status: null,
        committed: false,
        fault: null,
      };
      entries.push(entry);
      if (entries.length > KEPT * 1.1) entries = entries.slice(-KEPT);
      bump('requests');
      if (entry.isWrite) bump('writes');
      return entry;
    },
    list: ({ writes, committed, entity, since } = {}) =>
      entries
        .filter(
          (entry) =>
            (!writes || entry.isWrite) &&
            (committed === undefined || entry.committed === committed) &&
            (!entity || entry.entity?.toLowerCase() === entity.toLowerCase()) &&
            (since === undefined || entry.seq > since),
        )
        .map((entry) => ({ ...entry })),
    clear() {
      entries = [];
      counters = {};
    },
    count(entry) {
      entry.committed = true;
      bump('commits');
      bump(`commits.${entry.entity}`);
    },
    counters: () => ({ ...counters }),
    restore(saved) {
      counters = { ...saved };
    },
  };
}

/** Credentials travel in headers only; should a body name one anyway, it is not kept. */
function scrub(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(scrub);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, /secret|password/i.test(name) ? '[removed]' : scrub(inner)]),
  );
}
