/** A stored record. Values are plain JSON; names are the REST API's own (camelCase, `companyID`). */
export interface Row {
  id: number;
  [field: string]: unknown;
}

export const asNumber = (value: unknown, otherwise = 0): number => (typeof value === 'number' ? value : otherwise);
export const asText = (value: unknown, otherwise = ''): string => (typeof value === 'string' ? value : otherwise);
export const isPresent = (value: unknown): boolean => value !== null && value !== undefined;

/** Reads a property whatever its casing: autotask accepts `filter` and `Filter`, `companyID` and `CompanyId`. */
export function pick(body: Record<string, unknown>, name: string): unknown {
  if (name in body) return body[name];
  const wanted = name.toLowerCase();
  const key = Object.keys(body).find((candidate) => candidate.toLowerCase() === wanted);
  return key === undefined ? undefined : body[key];
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
