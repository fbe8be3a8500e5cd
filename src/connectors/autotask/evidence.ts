/** What a snapshot and a step carry for later, as plain JSON, and back. The host stores it and looks at none of it. */
import type { CalendarDate, Decimal, Json, LineSnapshot } from '../contract.js';
import { periodStart } from './calendar.js';
import type { Grid, UnitRow } from './units.js';

/** Every row that bills one of these days was read; null = no bound on that side. */
export interface Window {
  readonly from: CalendarDate | null;
  readonly until: CalendarDate | null;
}

export interface LineEvidence {
  readonly grid: Grid;
  readonly recurring: boolean;
  /** The contract's last day had passed when it was read. */
  readonly ended: boolean;
  readonly serviceMonths: number | null;
  /** Null: the rows were not read, or not all of them. */
  readonly window: Window | null;
  /** Lines of this service on the contract that have rows in the window. */
  readonly lines: readonly string[];
  /** Rows of the mapped line in the window, in order. Empty when it cannot be told which line is meant. */
  readonly rows: readonly UnitRow[];
  /** A cost above 0 was seen, so the level shows costs and a cost of 0 is a fact. */
  readonly costsShown: boolean;
}

export function lineEvidence(seen: LineEvidence): Json {
  const { grid, recurring, ended, serviceMonths, window, lines, rows, costsShown } = seen;
  return {
    contract: { ...gridJson(grid), recurring, ended },
    serviceMonths,
    window: window && { from: window.from, until: window.until },
    lines,
    rows: rows.map((row) => ({ ...row })),
    costsShown,
  };
}

/** Null where the contract was not found, and for what this connector did not write. */
export function evidenceOfLine(line: Pick<LineSnapshot, 'evidence'>): LineEvidence | null {
  const grid = gridOf(line.evidence);
  if (!grid) return null;
  const contract = at(line.evidence, 'contract');
  const lines = at(line.evidence, 'lines');
  const serviceMonths = at(line.evidence, 'serviceMonths');
  return {
    grid,
    recurring: at(contract, 'recurring') === true,
    ended: at(contract, 'ended') === true,
    serviceMonths: typeof serviceMonths === 'number' ? serviceMonths : null,
    window: windowOf(line.evidence),
    lines: Array.isArray(lines) ? lines.map(String) : [],
    rows: rowsOf(line.evidence),
    costsShown: at(line.evidence, 'costsShown') === true,
  };
}

/** The evidence of a state: the rows it was read from and the days they were read for. */
export function stateEvidence(rows: readonly UnitRow[], grid: Grid, window: Window, unitCost: Decimal | null): Json {
  return {
    contract: gridJson(grid),
    window: { from: window.from, until: window.until },
    unitCost,
    rows: rows.map((row) => ({ ...row })),
  };
}

export function gridOf(evidence: Json): Grid | null {
  const contract = at(evidence, 'contract');
  const [startDate, endDate, months] = ['startDate', 'endDate', 'periodMonths'].map((name) => at(contract, name));
  if (typeof startDate !== 'string') return null;
  return {
    startDate,
    endDate: typeof endDate === 'string' ? endDate : null,
    months: typeof months === 'number' ? months : null,
  };
}

export function rowsOf(evidence: Json): UnitRow[] {
  const rows = at(evidence, 'rows');
  return Array.isArray(rows) ? (rows as unknown as UnitRow[]) : [];
}

export function windowOf(evidence: Json): Window | null {
  const window = at(evidence, 'window');
  if (typeof window !== 'object' || window === null) return null;
  const [from, until] = [at(window, 'from'), at(window, 'until')];
  return { from: typeof from === 'string' ? from : null, until: typeof until === 'string' ? until : null };
}

export function unitCostOf(evidence: Json): Decimal | null {
  const cost = at(evidence, 'unitCost');
  return typeof cost === 'string' ? cost : null;
}

/** The rows that bill one of these days. */
export function within(rows: readonly UnitRow[], { from, until }: Window): UnitRow[] {
  return rows.filter((row) => (from === null || row.endDate >= from) && (until === null || row.startDate <= until));
}

/** The days whose rows tell what stands at a date: its period, and on to the end of the row that decides. */
export function toldWindow({ startDate, months }: Grid, date: CalendarDate, deciding: UnitRow | undefined): Window {
  const from = months === null ? date : periodStart(startDate, months, date);
  return { from: from < startDate ? startDate : from, until: deciding?.endDate ?? null };
}

/** The days that both windows hold. */
export function overlap(a: Window, b: Window): Window {
  const later = [a.from, b.from].filter((date) => date !== null).sort();
  const earlier = [a.until, b.until].filter((date) => date !== null).sort();
  return { from: later.at(-1) ?? null, until: earlier[0] ?? null };
}

export function holds(window: Window, date: CalendarDate): boolean {
  return (window.from === null || window.from <= date) && (window.until === null || date <= window.until);
}

function gridJson(grid: Grid): { readonly [name: string]: Json } {
  return { startDate: grid.startDate, endDate: grid.endDate, periodMonths: grid.months };
}

function at(value: Json | undefined, name: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })[name]
    : undefined;
}
