import type { Demo } from '../demo.js';

/** The other side, read past the gateway: the simulator's own administration. */
export interface Psa {
  /** Units of a service that stand on a contract on a date. */
  units(contractId: string, serviceId: string, date: string): Promise<number>;
  /** Requests it has answered, and how many of them wrote. */
  calls(): Promise<{ readonly all: number; readonly writes: number }>;
}

interface UnitRow {
  readonly id: number;
  readonly serviceID: number;
  readonly startDate: string;
  readonly endDate: string;
  readonly units: number;
}

export function createPsa({ adminUrl }: Demo['simulator']): Psa {
  const read = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${adminUrl}/${path}`);
    if (!response.ok) throw new Error(`The simulator answered ${response.status} to ${path}.`);
    return (await response.json()) as T;
  };
  return {
    async units(contractId, serviceId, date) {
      const rows = await read<UnitRow[]>(`contracts/${contractId}/units`);
      const covering = rows
        .filter((row) => String(row.serviceID) === serviceId)
        .filter((row) => row.startDate.slice(0, 10) <= date && row.endDate.slice(0, 10) >= date)
        .sort((a, b) => a.startDate.localeCompare(b.startDate) || a.id - b.id);
      return covering.at(-1)?.units ?? 0;
    },
    async calls() {
      const { entries } = await read<{ entries: { isWrite: boolean }[] }>('journal');
      return { all: entries.length, writes: entries.filter(({ isWrite }) => isWrite).length };
    },
  };
}
