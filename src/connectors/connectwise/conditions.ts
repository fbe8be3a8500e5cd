/**
 * Conditions of a list, built from parts that cannot break out of them. ConnectWise: references by slash, text in double
 * quotes. inferred: a quote inside is escaped by a backslash.
 */
export function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** inferred: `*` is the wildcard of `like`. A prefix that holds one matches too much, never too little. */
export function startsWith(field: string, prefix: string): string[] {
  return prefix === '' ? [] : [`${field} like ${quoted(`${prefix}*`)}`];
}

export function oneOf(field: string, ids: readonly string[]): string {
  return `${field} in (${ids.join(',')})`;
}

/** Every sign but letters and digits encoded, `*` and `'` too, which URLs leave alone. */
export function queryOf(parameters: Readonly<Record<string, string | undefined>>): string {
  const encoded = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return Object.entries(parameters)
    .flatMap(([name, value]) => (value === undefined || value === '' ? [] : [`${name}=${encoded(value)}`]))
    .join('&');
}
