/** What a tracing of this process would get to see. */
import { INVALID_SPAN_CONTEXT, trace, type Span, type Tracer } from '@opentelemetry/api';

/** The spans anybody begins from now on, as text: their names and all they are given. `stop` ends the recording. */
export function recordSpans(): { readonly spans: readonly string[]; readonly stop: () => void } {
  const spans: string[] = [];
  const begin = (name: string, given?: unknown): Span => {
    spans.push(`${name} ${JSON.stringify(given)}`);
    const span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    const note = (...facts: unknown[]) => {
      spans.push(`${name} ${JSON.stringify(facts)}`);
      return span;
    };
    return Object.assign(span, {
      setAttribute: note,
      setAttributes: note,
      setStatus: note,
      addEvent: note,
      updateName: note,
      recordException: note,
    });
  };
  const tracer: Tracer = {
    startSpan: begin,
    startActiveSpan: (name: string, ...rest: unknown[]) => {
      const work = rest.pop();
      if (typeof work !== 'function') throw new TypeError('expected work to do within the span');
      return work(begin(name, rest));
    },
  };
  if (!trace.setGlobalTracerProvider({ getTracer: () => tracer })) {
    throw new Error('spans of this process are recorded by somebody else');
  }
  return { spans, stop: () => trace.disable() };
}
