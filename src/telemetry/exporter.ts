/** Ends when what is left of the spans was sent. */
export type StopTracing = () => Promise<void>;

export class TracingError extends Error {
  override readonly name = 'TracingError';
}

/**
 * Switches the OpenTelemetry SDK on: spans go by OTLP over HTTP to `<endpoint>/v1/traces`. Loaded only then. Throws
 * TracingError where its packages were left out of the installation.
 */
export async function startTracing(endpoint: string, version: string): Promise<StopTracing> {
  const [sdk, otlp, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]).catch((error: Error) => {
    throw new TracingError(
      'OTEL_EXPORTER_OTLP_ENDPOINT is set, but the OpenTelemetry packages are not installed (npm install without --omit=optional).',
      { cause: error },
    );
  });
  const exporter = new otlp.OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` });
  const provider = new sdk.NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'connector-gateway', 'service.version': version }),
    spanProcessors: [new sdk.BatchSpanProcessor(exporter)],
  });
  provider.register();
  return () => provider.shutdown();
}
