import type { GraphiQLOptions, Plugin } from 'graphql-yoga';

/** All of the page is in it. It is asked to run nothing from elsewhere, and to talk to the server it came from only. */
const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const PAGE: GraphiQLOptions = {
  title: 'connector-gateway',
  subscriptionsProtocol: 'WS',
  shouldPersistHeaders: false,
  headers: JSON.stringify({ Authorization: 'Bearer cgk_...' }, null, 2),
  defaultQuery: `# Put your API key under Headers below, then press Ctrl-Enter.
query Viewer {
  viewer {
    role
    organization { name kind }
  }
}

# What happens, live: choose this one when you run it.
subscription Live {
  auditLogEvents(after: "0") { cursor toStatus message }
}
`,
};

/** Several megabytes, which a gateway whose page nobody opens does not load. */
export async function renderGraphiql(options?: GraphiQLOptions): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL(options);
}

/** People type keys and secrets into it. */
export const guardPage: Plugin = {
  onResponse({ response }) {
    if (!response.headers.get('content-type')?.startsWith('text/html')) return;
    response.headers.set('content-security-policy', CONTENT_POLICY);
    response.headers.set('referrer-policy', 'no-referrer');
    response.headers.set('x-content-type-options', 'nosniff');
  },
};
