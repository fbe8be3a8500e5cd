import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app?.close());

interface Message {
  readonly toStatus: string | null;
  readonly auditLog: { readonly id: string; readonly connection: { readonly status: string } | null } | null;
}

/** Follows the audit log by HTTP, with this Accept header or with none. */
async function follow(accept: string | null) {
  const query = 'subscription { auditLogEvents { toStatus auditLog { id connection { status } } } }';
  const asked = request(app.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': app.csp.key, ...(accept && { accept }) },
  });
  asked.on('error', () => undefined);
  asked.end(JSON.stringify({ query }));
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return { messages: messagesOf(response), end: () => asked.destroy() };
}

async function* messagesOf(response: IncomingMessage): AsyncGenerator<Message, void> {
  let text = '';
  for await (const chunk of response) {
    text += String(chunk);
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = /^data: *(\{.*)$/m.exec(text.slice(0, end))?.[1];
      text = text.slice(end + 2);
      if (data) yield (JSON.parse(data) as { data: { auditLogEvents: Message } }).data.auditLogEvents;
    }
  }
}

test.each(['text/event-stream', '*/*', 'text/*', 'TEXT/EVENT-STREAM', null])(
  'a live field shows rows as they stand with each message, to a client that accepts %s',
  async (accept) => {
    const { messages, end } = await follow(accept);
    await messages.next();
    // Until the connection was seen while it is being checked.
    const { faults } = app.simulator.admin;
    faults.add({ match: { path: 'zoneinformation' }, action: { kind: 'hold' }, times: 0 });
    const { auditLog } = await connect(app.csp);
    const seen: (string | undefined)[] = [];
    for await (const message of messages) {
      if (message.auditLog?.id !== auditLog.id) continue;
      seen.push(message.auditLog.connection?.status);
      if (seen.at(-1) === 'VALIDATING') faults.clear();
      if (message.toStatus === 'SUCCEEDED') break;
    }
    end();
    expect(seen).toContain('VALIDATING');
    expect(seen.at(-1)).toBe('ACTIVE');
  },
);
