import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { FaultRule, JournalEntry, Row, Switches, UserPatch, World } from '../../simulators/autotask/index.js';
import { root } from './root.js';

/** One adjustment that the PSA carried out: the only truth about what was billed, in the order of its effects. */
export interface Effect {
  readonly id: number;
  readonly contractId: string;
  readonly serviceId: string;
  readonly effectiveDate: string;
  readonly unitChange: number;
  readonly unitPrice: number | null;
  readonly unitCost: number | null;
}

/** The simulator as a process of its own, and its admin side over HTTP. */
export interface PsaProcess {
  readonly url: string;
  readonly discoveryUrl: string;
  addFault(rule: FaultRule): Promise<void>;
  clearFaults(): Promise<void>;
  switches(changes: Partial<Switches>): Promise<void>;
  user(name: string, changes: UserPatch): Promise<{ readonly badSecrets: number }>;
  /** Pretends that many requests were made just now. */
  fillThreshold(count: number): Promise<void>;
  /** Moves its clock; `null` lets it run again from the real time. */
  clock(change: { readonly set: string | null } | { readonly advanceMs: number }): Promise<void>;
  postPeriod(contractId: string, throughDate: string): Promise<void>;
  flushLateCommits(): Promise<void>;
  journal(filter?: { readonly writes?: boolean; readonly since?: number }): Promise<readonly JournalEntry[]>;
  /** Adjustments that came, carried out or not, of one contract. */
  posts(contractId: string): Promise<readonly JournalEntry[]>;
  /** Adjustments that took effect, of all contracts, in order. */
  ledger(): Promise<readonly Effect[]>;
  units(contractId: string): Promise<readonly Row[]>;
  close(): Promise<void>;
}

export async function startPsaProcess(options: {
  readonly world: World;
  readonly switches?: Partial<Switches>;
}): Promise<PsaProcess> {
  const child = fork(join(root, 'scripts/run.mjs'), ['test/support/psa-child.ts'], {
    cwd: root,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = once(child, 'exit');
  child.send(options);
  const [{ url, discoveryUrl, adminUrl }] = (await Promise.race([
    once(child, 'message'),
    gone.then(() => Promise.reject(new Error('The simulator ended before it listened.'))),
  ])) as [{ url: string; discoveryUrl: string; adminUrl: string }];

  async function admin<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(`${adminUrl}/${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} /admin/${path}: ${response.status} ${text.slice(0, 300)}`);
    return JSON.parse(text) as T;
  }
  const journal = async (filter: { writes?: boolean; since?: number } = {}) => {
    const query = new URLSearchParams(Object.entries(filter).map(([name, value]) => [name, String(value)]));
    return (await admin<{ entries: JournalEntry[] }>('GET', `journal?${query}`)).entries;
  };
  const state = () => admin<{ tables: Record<string, Row[]> }>('GET', 'state');

  return {
    url,
    discoveryUrl,
    addFault: (rule) => admin('POST', 'faults', rule),
    clearFaults: () => admin('DELETE', 'faults'),
    switches: (changes) => admin('PATCH', 'switches', changes),
    user: (name, changes) => admin('PATCH', `users/${encodeURIComponent(name)}`, changes),
    fillThreshold: (count) => admin('POST', 'threshold', { count }),
    clock: (change) => admin('POST', 'clock', change),
    postPeriod: (contractId, throughDate) =>
      admin('POST', 'post-period', { contractID: Number(contractId), throughDate }),
    flushLateCommits: () => admin('POST', 'late-commits'),
    journal,
    async posts(contractId) {
      const path = `/contracts/${contractId}/serviceadjustments`;
      return (await journal({ writes: true })).filter((entry) => entry.path.toLowerCase().includes(path));
    },
    async ledger() {
      const { ContractServices = [], ContractServiceAdjustments = [] } = (await state()).tables;
      const lines = new Map(ContractServices.map((line) => [line.id, line]));
      return ContractServiceAdjustments.filter(({ seeded }) => !seeded).map((row) => {
        const line = lines.get(Number(row.lineID));
        return {
          id: row.id,
          contractId: String(line?.contractID),
          serviceId: String(line?.serviceID),
          effectiveDate: String(row.effectiveDate).slice(0, 10),
          unitChange: Number(row.unitChange),
          unitPrice: row.unitPrice === null ? null : Number(row.unitPrice),
          unitCost: row.unitCost === null ? null : Number(row.unitCost),
        };
      });
    },
    units: (contractId) => admin('GET', `contracts/${contractId}/units`),
    async close() {
      child.disconnect();
      await gone;
    },
  };
}

/** What stands on a contract on a day: units of one of its services. */
export function unitsOn(rows: readonly Row[], serviceId: string, date: string): number {
  const row = rows.findLast(
    ({ serviceID, startDate, endDate }) =>
      String(serviceID) === serviceId && String(startDate).slice(0, 10) <= date && String(endDate).slice(0, 10) >= date,
  );
  return row ? Number(row.units) : 0;
}
