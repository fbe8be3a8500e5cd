import { ConnectorError } from '../errors.js';
import type { SourceContext } from '../source.js';
import type { HttpResponse, SecretText } from '../transport.js';
import { failureOf } from './errors.js';
import { objectOf } from './json.js';
import type { Settings } from './settings.js';
import { createTokens } from './token.js';

export interface ListQuery {
  /** Below the version, such as `Customers`. */
  readonly path: string;
  /** From 1. */
  readonly page: number;
  readonly size: number;
  readonly parameters: { readonly [name: string]: string };
}

export interface Page {
  readonly items: readonly unknown[];
  /** As many as were asked for: there may be more behind them. */
  readonly full: boolean;
}

export interface Client {
  /** One page of a list. Throws `ConnectorError` for everything that is none. */
  list(query: ListQuery, signal?: AbortSignal): Promise<Page>;
}

/** A list that never ends is told as that, not read for ever. */
const MOST_PAGES = 2000;

/** CloudCockpit: lists have page numbers, so every address is made here and none is taken from an answer. */
export function createClient(context: SourceContext, settings: Settings): Client {
  const tokens = createTokens(context, settings);

  function send(url: string, authorization: SecretText, signal?: AbortSignal): Promise<HttpResponse> {
    const headers = { Accept: 'application/json', 'X-Tenant': settings.tenant, Authorization: authorization };
    return context.http.send({ method: 'GET', url, headers, ...(signal && { signal }) });
  }

  /** A token may end before its time. Once: a fresh one that is refused too is refused for another reason. */
  async function get(url: string, signal?: AbortSignal): Promise<HttpResponse> {
    const token = await tokens.current(signal);
    const response = await send(url, token, signal);
    if (response.status !== 401) return response;
    tokens.drop(token);
    return send(url, await tokens.current(signal), signal);
  }

  return {
    async list({ path, page, size, parameters }, signal) {
      const query = new URLSearchParams({ pageNumber: String(page), pageSize: String(size), ...parameters });
      const response = await get(`${settings.url}/v1/${path}?${query}`, signal);
      const failure = failureOf(response, context.now());
      if (failure) throw failure;
      const items = objectOf(response.text)?.items;
      // CloudCockpit: an empty page may be null.
      if (items === null) return { items: [], full: false };
      if (!Array.isArray(items)) throw broken('LIST_MISSING', 'The answer of CloudCockpit holds no list.');
      if (items.length > size)
        throw broken('PAGE_TOO_LONG', 'CloudCockpit gave more rows than a page was asked to hold.');
      if (items.length === size && page >= MOST_PAGES)
        throw broken('ENDLESS_LIST', 'A list of CloudCockpit does not end.');
      return { items, full: items.length === size };
    },
  };
}

const broken = (code: string, message: string) => new ConnectorError('protocol', message, { code });
