/** `npm start`: everything on this machine, until Ctrl-C. */
import { silentLogger, stopOnSignal } from '@spectral/common';
import { readStandaloneConfig } from './config.ts';
import { createProgress } from './progress.ts';
import { startStandalone } from './start.ts';

/** Everything has stopped by then, or is cut. */
const STOP_LIMIT_MS = 6_000;

async function main(): Promise<void> {
  const began = performance.now();
  const progress = createProgress(process.stdout);
  const config = readStandaloneConfig(process.env);
  const running = await startStandalone(config, process.env, progress);
  const stop = async () => {
    progress.note('Stopping…');
    await running.stop();
  };
  stopOnSignal(stop, { limitMs: STOP_LIMIT_MS, log: silentLogger(), process });
  progress.ready({
    loginLink: running.loginLink,
    models: running.demo ? DEMO_HINT : 'those of your provider keys',
    dataDirectory: config.dataDirectory,
    seconds: (performance.now() - began) / 1000,
  });
  // A parent that started this process with a channel, such as a test, hears where to go.
  process.send?.({
    type: 'ready',
    url: running.url,
    loginLink: running.loginLink,
    machinePid: running.machinePid,
  });
  void running.broken.then((why) => progress.failed(why));
}

const DEMO_HINT = 'a scripted demo; set ANTHROPIC_API_KEY or OPENAI_API_KEY for real ones';

main().catch((error: unknown) => {
  createProgress(process.stderr).failed(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
