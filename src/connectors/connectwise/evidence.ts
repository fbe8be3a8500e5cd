/** What a snapshot and a step carry for later, as plain JSON, and back. The host stores it and looks at none of it. */
import type { CalendarDate, Json } from '../contract.js';
import { type Addition, additionsJson } from './additions.js';

export interface LineEvidence {
  readonly startDate: CalendarDate;
  readonly endDate: CalendarDate | null;
  readonly cancelled: boolean;
  readonly taxable: boolean | null;
  /** Of the product on the agreement, ended ones too. */
  readonly additions: readonly Addition[];
}

export function lineEvidence({ additions, ...rest }: LineEvidence): Json {
  return { ...rest, additions: additionsJson(additions) };
}

/** Null for what was not read, and for what this connector did not write. */
export function evidenceOf(evidence: Json): LineEvidence | null {
  const additions = additionsOf(evidence);
  const { startDate, endDate, cancelled, taxable } = (evidence ?? {}) as { readonly [name: string]: Json | undefined };
  if (!additions || typeof startDate !== 'string') return null;
  return {
    startDate,
    endDate: typeof endDate === 'string' ? endDate : null,
    cancelled: cancelled === true,
    taxable: typeof taxable === 'boolean' ? taxable : null,
    additions,
  };
}

export function additionsOf(evidence: Json): readonly Addition[] | null {
  const { additions } = (evidence ?? {}) as { readonly additions?: Json };
  return Array.isArray(additions) ? (additions as unknown as Addition[]) : null;
}
