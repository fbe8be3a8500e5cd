/** Why a case failed, as a sentence that names the fault of the connector. */
export class CaseFailure extends Error {
  override readonly name = 'CaseFailure';
}

/** Why a case does not run. */
export class CaseSkipped extends Error {
  override readonly name = 'CaseSkipped';
}

/** Fails the case unless the condition holds. */
export function must(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new CaseFailure(sentence);
}

/** A value as it can stand in a sentence. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
