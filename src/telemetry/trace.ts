import {
  type Attributes,
  context,
  isSpanContextValid,
  type Link,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { workFacts } from './context.js';

/**
 * Spans by the OpenTelemetry API alone: without an SDK they cost nothing and go nowhere, but the trace a request came with is
 * still kept on its audit entries. exporter.ts switches the SDK on.
 */
const tracer = trace.getTracer('connector-gateway');

interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** traceparents of what this goes back to. */
  readonly links?: readonly (string | null)[];
  /** Begins where this traceparent ends, instead of in the present span. */
  readonly parent?: string | undefined;
}

export { SpanKind };

/** Runs work in a span. `describe` adds what only the result knows. An error is named by its class and code, never its text. */
export function inSpan<T>(
  name: string,
  { kind = SpanKind.INTERNAL, attributes = {}, links = [], parent }: SpanOptions,
  work: () => Promise<T>,
  describe: (result: T) => Attributes = () => ({}),
): Promise<T> {
  const linked = links.flatMap((text): Link[] => {
    const found = spanContextOf(text);
    return found ? [{ context: found }] : [];
  });
  const remote = spanContextOf(parent);
  const around = remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : context.active();
  return tracer.startActiveSpan(name, { kind, attributes, links: linked }, around, async (span) => {
    try {
      const result = await work();
      span.setAttributes(describe(result));
      return result;
    } catch (error) {
      const { name: type, code } = error as { name?: string; code?: unknown };
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttribute('error.type', typeof code === 'string' ? code : (type ?? 'Error'));
      throw error;
    } finally {
      span.end();
    }
  });
}

/** The present span as a W3C traceparent, or the one the request came with; null: nobody traces. */
export function traceParent(): string | null {
  const present = trace.getActiveSpan()?.spanContext();
  if (present && isSpanContextValid(present)) {
    return `00-${present.traceId}-${present.spanId}-${(present.traceFlags & TraceFlags.SAMPLED) === 0 ? '00' : '01'}`;
  }
  return workFacts().traceParent ?? null;
}

/** The present trace: 32 hexadecimal digits. */
export function traceId(): string | null {
  return traceParent()?.slice(3, 35) ?? null;
}

/** A traceparent that is one, or null: others are ignored, as the specification says. */
export function validTraceParent(text: string | null | undefined): string | null {
  return spanContextOf(text) ? (text ?? null) : null;
}

function spanContextOf(text: string | null | undefined): SpanContext | null {
  const [, version, id, spanId, flags = '0'] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(text ?? '') ?? [];
  if (!id || !spanId || version === 'ff') return null;
  const found = { traceId: id, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(found) ? found : null;
}
