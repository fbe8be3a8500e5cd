/** A record of the API; its fields may be of any type. */
export type Row = { readonly [field: string]: unknown };

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The body as a JSON object; undefined for HTML, half a body and everything else. */
export function objectOf(text: string): Row | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return isRow(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
