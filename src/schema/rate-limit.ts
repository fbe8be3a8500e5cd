import type { Allowance } from '../access/request-rate.js';
import type { Builder } from './builder.js';
import type { SchemaServices } from './services.js';

/** `Query.rateLimit`: what a caller may still ask of this gateway. */
export function rateLimitTypes(builder: Builder): void {
  const allowance = builder.objectRef<Allowance>('RequestAllowance').implement({
    description: 'Requests of the minute that runs, over all instances of the gateway.',
    fields: (t) => ({
      limit: t.exposeInt('limit', { description: 'Requests a minute.' }),
      remaining: t.exposeInt('remaining', {
        description:
          'What is left at least: instances take parts of the minute, and theirs are told by themselves alone.',
      }),
      resetAt: t.expose('resetAt', { type: 'DateTime', description: 'When the next minute begins.' }),
    }),
  });
  const rateLimit = builder.objectRef<Awaited<ReturnType<SchemaServices['readRate']>>>('RateLimit').implement({
    description: 'How many requests may be sent. Past it they are answered 429 with `Retry-After`.',
    fields: (t) => ({
      caller: t.expose('caller', {
        type: allowance,
        nullable: true,
        description: 'Of this key or person (GATEWAY_REQUESTS_PER_MINUTE); null: as many as they like.',
      }),
      tenant: t.expose('tenant', {
        type: allowance,
        nullable: true,
        description: 'Of a CSP and its Resellers together (GATEWAY_REQUESTS_PER_MINUTE_TENANT); null: as many.',
      }),
    }),
  });
  builder.queryField('rateLimit', (t) =>
    t.field({
      type: rateLimit,
      description: 'What the caller may still ask in this minute. The allowance of a PSA is `Connection.vendorQuota`.',
      resolve: (_root, _args, { services, caller }) => services.readRate(caller.principal),
    }),
  );
}
