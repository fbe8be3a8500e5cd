import { GraphQLClient } from 'graphql-request';
import type { TypedDocumentString } from './generated/graphql.js';

/** Sends a typed document and answers its typed result. Throws graphql-request's `ClientError`. */
export type Call = <Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  ...[variables]: Record<string, never> extends Variables ? [variables?: Variables] : [variables: Variables]
) => Promise<Result>;

export function createCall(options: { readonly url: string; readonly apiKey: string }): Call {
  const client = new GraphQLClient(options.url, { headers: { authorization: `Bearer ${options.apiKey}` } });
  return (document, ...[variables]) => client.request(document.toString(), (variables ?? {}) as object);
}
