import type { Reply } from '../common/ending.js';

export type { Reply };

export interface FieldError {
  readonly code: string;
  readonly message: string;
  readonly resource?: string;
  readonly field?: string;
}

export const json = (status: number, value: unknown, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
});

/** connectwise: `ErrorResponseMessage`. */
export const failure = (status: number, code: string, message: string, errors: readonly FieldError[] = []): Reply =>
  json(status, { code, message, ...(errors.length > 0 && { errors }) });

export const empty = (status: number): Reply => ({ status, headers: {}, body: '' });

export const page = (status: number, title: string): Reply => ({
  status,
  headers: { 'Content-Type': 'text/html; charset=utf-8' },
  body: `<!DOCTYPE html><html><head><title>${title}</title></head><body><h2>${title}</h2></body></html>`,
});

/** Thrown wherever a request ends early; carries the whole answer. */
export class Refusal extends Error {
  readonly reply: Reply;
  constructor(reply: Reply) {
    super(`refused with ${reply.status}`);
    this.reply = reply;
  }
}

/** connectwise: seen as `{code: "InvalidObject", message: "... object is invalid", errors: [...]}`. */
export function invalid(resource: string, ...errors: Omit<FieldError, 'resource'>[]): never {
  const all = errors.map((each) => ({ ...each, resource }));
  throw new Refusal(failure(400, 'InvalidObject', `${resource} object is invalid`, all));
}

/** inferred: the code of a request that cannot be read. */
export function malformed(message: string): never {
  throw new Refusal(failure(400, 'InvalidArgument', message));
}

export function notFound(what: string): never {
  throw new Refusal(failure(404, 'NotFound', `${what} not found`));
}
