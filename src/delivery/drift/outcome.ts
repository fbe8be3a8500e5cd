import type { NewId } from '../../storage/ids.js';
import { correctionsOf, type PlannedCorrection } from './correction.js';
import type { DriftRow, MappingUpdate } from './drift-store.js';
import type { Judgement } from './judge.js';
import type { MappedLine } from './lines.js';
import { type Registered, register } from './register.js';
import { addTallies, countBy, NOTHING, type Tally } from './tally.js';

export interface Judged {
  readonly line: MappedLine;
  readonly judgement: Judgement;
}

/** What is written for some lines that were looked at. */
export interface Outcome {
  readonly raised: readonly DriftRow[];
  readonly seenAgain: readonly DriftRow[];
  readonly closed: readonly { readonly id: string; readonly state: string }[];
  readonly mappings: readonly MappingUpdate[];
  readonly corrections: readonly PlannedCorrection[];
  readonly tally: Tally;
}

/** Pure but for new ids. `by`: the day that was compared, and the entry of the reconciliation. */
export function outcomeOf(
  newId: NewId,
  judged: readonly Judged[],
  by: { readonly day: string; readonly auditLogId: string },
): Outcome {
  const parts = judged.map((each) => lineOutcome(newId, each, by));
  return {
    raised: parts.flatMap(({ raised }) => raised),
    seenAgain: parts.flatMap(({ seenAgain }) => seenAgain),
    closed: parts.flatMap(({ closed }) => closed),
    mappings: parts.flatMap(({ mappings }) => mappings),
    corrections: parts.flatMap(({ corrections }) => corrections),
    tally: parts.reduce((total, { tally }) => addTallies(total, tally), NOTHING),
  };
}

function lineOutcome(newId: NewId, { line, judgement }: Judged, by: { day: string; auditLogId: string }): Outcome {
  const nothing = { raised: [], seenAgain: [], closed: [], mappings: [], corrections: [] };
  if (judgement.verdict !== 'judged') return { ...nothing, tally: { ...NOTHING, [judgement.verdict]: 1 } };
  const { mappingId: id } = line;
  const registered = register(line, judgement, by.day);
  const wrong = registered.kept.filter(({ act }) => act === 'correct').map(({ finding }) => finding);
  const corrections = correctionsOf(line, wrong, by.day).map((plan) => ({ ...plan, line, auditLogId: newId() }));
  const rows = registered.kept.map((kept) => {
    const corrected = corrections.find(({ findings }) => findings.includes(kept.finding))?.auditLogId ?? null;
    const auditLogId = kept.act === 'accept' ? by.auditLogId : corrected;
    const row = { ...kept.finding, mappingId: id, state: kept.state, rule: kept.rule, auditLogId };
    return { isNew: kept.id === null, row: { ...row, id: kept.id ?? newId() } };
  });
  const state = judgement.stale ? ('STALE' as const) : ('MAPPED' as const);
  const moves = state !== line.state && line.state !== 'PROCESSING';
  const pending = corrections.length > 0;
  return {
    raised: rows.filter(({ isNew }) => isNew).map(({ row }) => row),
    seenAgain: rows.filter(({ isNew }) => !isNew).map(({ row }) => row),
    closed: registered.closed,
    mappings: moves || pending ? [{ id, state: moves ? state : null, pending }] : [],
    corrections,
    tally: tallyOf(registered, judgement.stale, corrections.length),
  };
}

function tallyOf({ kept, closed }: Registered, stale: boolean, corrections: number): Tally {
  const standing = kept.filter(({ state }) => state !== 'ACCEPTED').map(({ finding }) => finding);
  return {
    ...NOTHING,
    equal: kept.length === 0 ? 1 : 0,
    drifted: kept.length === 0 ? 0 : 1,
    stale: stale ? 1 : 0,
    byField: countBy(standing.map(({ field }) => field)),
    byCause: countBy(standing.map(({ cause }) => cause)),
    corrections,
    accepted: kept.length - standing.length,
    closed: closed.length,
  };
}
