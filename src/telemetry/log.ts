import pino from 'pino';
import { workFacts } from './context.js';
import { traceId } from './trace.js';

/** Names under which a secret might be logged some day; none is today. */
const SECRETS = [
  'password',
  'secret',
  'token',
  'apiKey',
  'authorization',
  'credentials',
  'integrationCode',
  'databaseUrl',
];

/** Lines of JSON on stdout (or where told) with what the work at hand is for: request, audit entry, connection, trace. */
export function createLog(level: string, destination?: pino.DestinationStream) {
  const options: pino.LoggerOptions = {
    level,
    redact: SECRETS.flatMap((name) => [name, `*.${name}`]),
    mixin() {
      const { requestId, auditLogId, connectionId } = workFacts();
      const trace = traceId();
      return {
        ...(requestId !== undefined && { requestId }),
        ...(auditLogId !== undefined && { auditLogId }),
        ...(connectionId !== undefined && { connectionId }),
        ...(trace !== null && { traceId: trace }),
      };
    },
  };
  const logger = destination ? pino(options, destination) : pino(options);
  return (level: 'info' | 'warn' | 'error', message: string, facts: Record<string, unknown> = {}): void =>
    logger[level](facts, message);
}
