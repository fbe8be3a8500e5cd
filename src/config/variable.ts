/** One setting of the gateway. All of them are environment variables, read in config.ts and nowhere else. */
export interface Variable {
  readonly name: string;
  readonly help: string;
  readonly default?: string;
  readonly secret?: boolean;
  /** What of a value is no secret. Absent: all of it, or nothing. */
  shown?(value: string): string;
  /** What is wrong with a value, or null. Never repeats a secret value. */
  check?(value: string): string | null;
}

export type Values = { readonly [name: string]: string | undefined };

/** "a, b,c" -> ['a', 'b', 'c'] */
export function listOf(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
