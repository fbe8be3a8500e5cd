import type { Values, Variable } from './variable.js';

/** How the gateway is watched and stopped. */
export const OPERATIONS_VARIABLES = [
  {
    name: 'GATEWAY_METRICS_TOKEN',
    help: 'Whoever reads /metrics must send it as "Authorization: Bearer <it>". Absent, and without a port of their own: /metrics is answered only where the server listens on a loopback address, and not through a proxy.',
    secret: true,
    check: (value) => (value.length >= 16 ? null : 'must have at least 16 characters'),
  },
  {
    name: 'GATEWAY_METRICS_PORT',
    help: 'A port of their own for /metrics, /health and /ready, on the same address; then /metrics is not on the other one.',
    check: (value) => (/^\d{1,5}$/.test(value) && Number(value) <= 65_535 ? null : 'must be a port number, 0 to 65535'),
  },
  {
    name: 'GATEWAY_DRAIN_SECONDS',
    help: 'After SIGTERM, so long /ready says 503 and connections are sent away with their answers before no more are accepted: load balancers need it to look elsewhere.',
    default: '2',
    check: (value) =>
      /^\d{1,2}$/.test(value) && Number(value) <= 10 ? null : 'must be a whole number of seconds, 0 to 10',
  },
  {
    name: 'REDIS_URL',
    help: "Redis that wakes the live feed of all instances in the place of PostgreSQL's NOTIFY, such as redis://host:6379. Absent: not needed.",
    secret: true,
    check: (value) =>
      /^rediss?:\/\//.test(value) && URL.canParse(value) ? null : 'must be a redis:// or rediss:// address',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    help: 'Where spans are sent by OTLP over HTTP, such as http://collector:4318; /v1/traces is added. Absent: nothing is traced.',
    check: (value) => (/^https?:\/\/[^\s]+$/.test(value) && URL.canParse(value) ? null : 'must be an http(s) address'),
  },
] as const satisfies readonly Variable[];

export interface OperationsSettings {
  readonly metricsToken: string | null;
  /** Null: on the server's own port. */
  readonly metricsPort: number | null;
  readonly drainMs: number;
  readonly redisUrl: string | null;
  /** Null: nothing is traced. */
  readonly tracesTo: string | null;
}

/** Adds to `faults` what does not fit together. */
export function operationsOf(values: Values, faults: string[]): OperationsSettings {
  const { GATEWAY_METRICS_PORT: port } = values;
  if (Number(port) > 0 && Number(port) === Number(values.GATEWAY_PORT)) {
    faults.push('GATEWAY_METRICS_PORT must be another port than GATEWAY_PORT.');
  }
  return {
    metricsToken: values.GATEWAY_METRICS_TOKEN ?? null,
    metricsPort: port === undefined ? null : Number(port),
    drainMs: 1000 * Number(values.GATEWAY_DRAIN_SECONDS),
    redisUrl: values.REDIS_URL ?? null,
    tracesTo: values.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
  };
}
