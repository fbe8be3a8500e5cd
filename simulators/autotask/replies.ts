import type { Reply } from '../common/ending.js';

export type { Reply };

export const json = (status: number, value: unknown, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
});

/** autotask: validation refusals are HTTP 500 with an array of texts. */
export const errors = (texts: string[], status = 500, headers?: Record<string, string>): Reply =>
  json(status, { errors: texts }, headers);

/** The web framework's own refusals have a capital `Message` and no `errors`. */
export const message = (status: number, text: string, headers?: Record<string, string>): Reply =>
  json(status, { Message: text }, headers);

/** autotask: a bad secret gives 401 with nothing in it. */
export const empty = (status: number): Reply => ({ status, headers: {}, body: '' });

const page = (title: string, text: string): string =>
  `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>${title}</title></head>
<body><div id="header"><h1>Server Error</h1></div><div id="content"><h2>${title}</h2><h3>${text}</h3></div></body></html>`;

const html = (status: number, title: string, text: string): Reply => ({
  status,
  headers: { 'Content-Type': 'text/html; charset=utf-8' },
  body: page(title, text),
});

export const notFoundPage = (): Reply =>
  html(
    404,
    '404 - File or directory not found.',
    'The resource you are looking for might have been removed, had its name changed, or is temporarily unavailable.',
  );
export const badGatewayPage = (): Reply =>
  html(502, '502 - Bad Gateway', 'The web server received an invalid response.');
export const serverErrorPage = (): Reply =>
  html(500, '500 - Internal server error.', 'There is a problem with the resource you are looking for.');

/** Thrown wherever a request ends early; carries the whole answer. */
export class Refusal extends Error {
  readonly reply: Reply;
  constructor(reply: Reply) {
    super(`refused with ${reply.status}`);
    this.reply = reply;
  }
}

/** Ends the request with autotask's validation shape. */
export function refuse(...texts: string[]): never {
  throw new Refusal(errors(texts));
}
