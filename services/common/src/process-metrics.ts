/** The health of the process itself: memory, CPU time and how late its event loop runs. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Metrics } from './metrics.ts';

/** Shows this process' figures among `metrics`. Returns the way to stop, which also ends the loop's monitor. */
export function observeProcess(metrics: Metrics): () => void {
  const loopDelay = monitorEventLoopDelay({ resolution: 20 });
  loopDelay.enable();
  const stops = [
    metrics.observeGauge('process_resident_memory_bytes', 'Memory of the process held in RAM', () =>
      process.memoryUsage.rss(),
    ),
    metrics.observeGauge(
      'process_heap_used_bytes',
      'JavaScript heap in use',
      () => process.memoryUsage().heapUsed,
    ),
    metrics.observeCounter('process_cpu_seconds', 'CPU time used, user and system', cpuSeconds),
    metrics.observeGauge(
      'process_event_loop_delay_p99_seconds',
      'Lateness of the event loop since the last scrape',
      () => {
        const seconds = loopDelay.percentile(99) / 1e9;
        loopDelay.reset();
        return seconds;
      },
    ),
  ];
  return () => {
    loopDelay.disable();
    for (const stop of stops) stop();
  };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
