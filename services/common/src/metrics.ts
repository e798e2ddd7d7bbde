/**
 * Numbers for operators, as OpenTelemetry instruments read out in Prometheus' text form. A metric's name ends in its
 * unit (`relay_frame_forward_seconds`); counters get `_total` from the exporter. Labels have few values: never ids.
 *
 * An instrument costs up to a microsecond per call. Paths that run for every frame count in plain numbers of their own
 * and show them through `observeCounter` and `observeGauge`, which are read at scrape time alone.
 */
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { SECONDS_BUCKETS } from './metric-buckets.ts';

export type Labels = Readonly<Record<string, string | number>>;
/** What a scrape finds: one number, or one per label set. */
export type Reading = number | readonly { readonly value: number; readonly labels: Labels }[];

export interface Counter {
  /** Adds `amount` (default 1), which is never negative. */
  add(amount?: number, labels?: Labels): void;
}

export interface Histogram {
  record(value: number, labels?: Labels): void;
}

export interface Metrics {
  counter(name: string, help: string): Counter;
  /** Buckets default to SECONDS_BUCKETS, for durations in seconds. */
  histogram(name: string, help: string, buckets?: readonly number[]): Histogram;
  /** A value that goes up and down, read at each scrape. `read` must be quick and must not throw. Returns the way to stop. */
  observeGauge(name: string, help: string, read: () => Reading): () => void;
  /** A sum that only grows, kept by the caller as plain numbers and read at each scrape. Returns the way to stop. */
  observeCounter(name: string, help: string, read: () => Reading): () => void;
  /** The present values, in Prometheus' text exposition format (METRICS_CONTENT_TYPE). */
  text(): Promise<string>;
  close(): Promise<void>;
}

export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Fresh instruments of one process; two of them share nothing. */
export function createMetrics(): Metrics {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({ readers: [reader] });
  const meter = provider.getMeter('spectral');
  const serializer = new PrometheusSerializer('', false, undefined, true, true);

  return {
    counter(name, description) {
      const counter = meter.createCounter(name, { description });
      return { add: (amount = 1, labels) => counter.add(amount, labels) };
    },
    histogram(name, description, buckets = SECONDS_BUCKETS) {
      const advice = { explicitBucketBoundaries: [...buckets] };
      return meter.createHistogram(name, { description, advice });
    },
    observeGauge: (name, description, read) =>
      observe(meter.createObservableGauge(name, { description }), read),
    observeCounter: (name, description, read) =>
      observe(meter.createObservableCounter(name, { description }), read),
    async text() {
      const { resourceMetrics } = await reader.collect();
      return serializer.serialize(resourceMetrics);
    },
    close: () => provider.shutdown(),
  };
}

interface Observation {
  observe(value: number, labels?: Labels): void;
}
interface Observable {
  addCallback(callback: (result: Observation) => void): void;
  removeCallback(callback: (result: Observation) => void): void;
}

function observe(instrument: Observable, read: () => Reading): () => void {
  const report = (result: Observation) => {
    const reading = read();
    if (typeof reading === 'number') result.observe(reading);
    else for (const { value, labels } of reading) result.observe(value, labels);
  };
  instrument.addCallback(report);
  return () => instrument.removeCallback(report);
}
