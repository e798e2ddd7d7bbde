/** A process ends once, in order, within a bound. */
import type { Logger } from './logger.ts';

type Signals = Pick<NodeJS.Process, 'on' | 'off' | 'exit'>;

/**
 * On the first SIGTERM or SIGINT runs `stop` and exits 0; when it fails or takes longer than `limitMs`, exits 1.
 * A second signal exits at once with 1. Returns a function that takes the handlers away again.
 */
export function stopOnSignal(
  stop: () => Promise<void>,
  options: { limitMs: number; log: Logger; process: Signals },
): () => void {
  let stopping = false;
  const { log, limitMs } = options;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) options.process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.error({ limitMs }, 'did not stop in time');
      options.process.exit(1);
    }, limitMs).unref();
    stop().then(
      () => options.process.exit(0),
      (err: unknown) => {
        log.error({ err }, 'failed while stopping');
        options.process.exit(1);
      },
    );
  };
  options.process.on('SIGTERM', onSignal);
  options.process.on('SIGINT', onSignal);
  return () => {
    options.process.off('SIGTERM', onSignal);
    options.process.off('SIGINT', onSignal);
  };
}
