import { relative } from 'node:path';
import type { Demo } from './demo.js';

/** What a person reads first: where it is, a key, and three things to do, each to be pasted as it stands. */
export function welcome(demo: Demo, seconds: number): string {
  const { graphqlUrl, keys, simulator } = demo;
  const here = relative(process.cwd(), demo.dataDir);
  const folder = here.startsWith('..') ? demo.dataDir : here;
  return `
connector-gateway demo, ready in ${seconds.toFixed(1)} s

  GraphQL    ${graphqlUrl}   (a browser shows GraphiQL)
  API key    ${keys.csp}
             administrator of the CSP "Contoso Cloud"
  Autotask   ${simulator.url}   (simulated; ${simulator.adminUrl} shows and steers it)
  Data       ${folder}   (kept; delete the folder to begin anew)

  Further keys
    CSP, viewer          ${keys.cspViewer}
    Reseller             ${keys.reseller}
    another Reseller     ${keys.otherReseller}

What next, in another terminal

1. Watch the audit log live

${indent(curl(graphqlUrl, keys.csp, { query: WATCH }, ['-N', "-H 'accept: text/event-stream'"]))}

2. Connect to Autotask, and see in 1. how it is checked

${indent(curl(graphqlUrl, keys.csp, connect(simulator)))}

3. See the whole job, from the connection to a changed contract

   npm run tour

Ctrl-C stops everything.`;
}

const WATCH = 'subscription { auditLogEvents(after: "0") { toStatus message auditLog { operationLabel } } }';

const connect = ({ username, password, integrationCode }: Demo['simulator']) => ({
  query:
    'mutation($in: CreateConnectorConnectionInput!) { createConnectorConnection(input: $in) ' +
    '{ connection { id status } userErrors { code message } } }',
  variables: {
    in: { alias: 'Autotask USD', currency: 'USD', credentials: { autotask: { username, password, integrationCode } } },
  },
});

function curl(url: string, key: string, body: object, options: readonly string[] = []): string {
  const lines = [
    ['curl -s', ...options, url].join(' '),
    `-H 'authorization: Bearer ${key}'`,
    "-H 'content-type: application/json'",
    `-d '${JSON.stringify(body)}'`,
  ];
  return lines.join(' \\\n  ');
}

const indent = (text: string): string => text.replaceAll(/^/gm, '   ');
