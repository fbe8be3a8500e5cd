/** Takes the token from where clients put it: `connection_init`, or a header. Never from the URL, which gets logged. */
export function tokenFrom(header: (name: string) => string | undefined, connectionParams?: unknown): string | null {
  const params = asRecord(connectionParams);
  const nested = asRecord(params.headers);
  const candidates = [
    params.authorization,
    params.Authorization,
    nested.authorization,
    nested.Authorization,
    params.apiKey,
    params.token,
    header('authorization'),
    header('x-api-key'),
  ];
  const found = candidates.find((value): value is string => typeof value === 'string' && value !== '');
  return found === undefined ? null : found.replace(/^Bearer\s+/i, '').trim();
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
