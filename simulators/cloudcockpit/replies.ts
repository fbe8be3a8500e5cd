import type { Reply } from '../common/ending.js';

export const json = (status: number, value: unknown, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
});

/** CloudCockpit: 401 and 403 are documented without a body. */
export const empty = (status: number, headers: Record<string, string> = {}): Reply => ({ status, headers, body: '' });

export const page = (status: number, title: string): Reply => ({
  status,
  headers: { 'Content-Type': 'text/html; charset=utf-8' },
  body: `<!DOCTYPE html><html><head><title>${title}</title></head><body><h2>${title}</h2></body></html>`,
});

/** CloudCockpit: every error has this body, with the correlation id for support. */
export const failure = (status: number, type: string, description: string, property?: string): Reply =>
  json(status, {
    statusCode: status,
    type,
    description,
    correlationId: '7d0c6d0a-0000-4000-8000-000000000001',
    errors: property === undefined ? [] : [{ propertyName: property, description: [description] }],
  });

export const tooMany = (seconds: number | null | undefined): Reply =>
  empty(429, seconds === null || seconds === undefined ? {} : { 'Retry-After': String(seconds) });

/** Thrown wherever a request ends early; carries the whole answer. */
export class Refusal extends Error {
  readonly reply: Reply;
  constructor(reply: Reply) {
    super(`refused with ${reply.status}`);
    this.reply = reply;
  }
}
