/**
 * What the process ends with. 0 done; 1 failed; 2 the command or the configuration is wrong; 3 done, and something was
 * found that should not be (`audit verify`, `conformance`).
 */
export const EXIT = { done: 0, failed: 1, wrongUse: 2, found: 3 } as const;

/** Ends a command with a message for people and no stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}
